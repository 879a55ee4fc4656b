"""The folder store against publishers that cannot be trusted."""

import asyncio
import os
import stat
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from onedata_hub.backends.objects import BadFiles, StoreError, StoreUnreachable, open_store
from onedata_hub.backends.objects.folder import FolderStore

from tests.hub.backends.objects.sending import describe, send

DATA = b"the data"


@pytest.fixture
def folder(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "objects")


async def staged(folder: FolderStore) -> Path:
    return Path(await folder.open_staging("team-a", "up1"))


async def test_stored_file_can_be_read_by_all_and_written_by_none(folder: FolderStore):
    (file,) = await send(folder, "team-a", "up1", {"a": DATA})
    await folder.promote("team-a", "up1", [file])
    location = (await folder.locations("team-a", [file.md5], lifetime=timedelta(1)))[file.md5]
    assert stat.S_IMODE(Path(location).stat().st_mode) == 0o444


async def test_files_promoted_by_several_at_once_are_all_stored(folder: FolderStore):
    files = await send(folder, "team-a", "up1", {f"part-{n}": f"row {n}".encode() for n in range(200)})
    await asyncio.gather(*(folder.promote("team-a", "up1", files) for _ in range(8)))
    assert await folder.missing("team-a", [file.md5 for file in files]) == set()


async def test_file_is_on_the_disk_before_it_has_its_name(
    folder: FolderStore, monkeypatch: pytest.MonkeyPatch
):
    happened: list[tuple[str, int]] = []
    fsync, rename = os.fsync, os.rename

    def noted_fsync(descriptor: int) -> None:
        happened.append(("synced", os.fstat(descriptor).st_ino))
        fsync(descriptor)

    def noted_rename(name: str, target: Path, **options: int) -> None:
        rename(name, target, **options)
        happened.append(("named", target.stat().st_ino))

    monkeypatch.setattr(os, "fsync", noted_fsync)  # a power cut is the one fault we cannot cause
    monkeypatch.setattr(os, "rename", noted_rename)
    (file,) = await send(folder, "team-a", "up1", {"a": DATA})
    await folder.promote("team-a", "up1", [file])
    location = Path((await folder.locations("team-a", [file.md5], lifetime=timedelta(1)))[file.md5])
    data, names = location.stat().st_ino, location.parent.stat().st_ino
    order = [happened.index(one) for one in [("synced", data), ("named", data), ("synced", names)]]
    assert order == sorted(order)


async def test_link_in_place_of_a_file_is_refused(folder: FolderStore, tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_bytes(DATA)
    (await staged(folder) / "a").symlink_to(secret)
    with pytest.raises(BadFiles, match="a: is not a plain file"):
        await folder.promote("team-a", "up1", describe({"a": DATA}))
    assert secret.read_bytes() == DATA


async def test_linked_folder_on_the_way_to_a_file_is_refused(folder: FolderStore, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a").write_bytes(DATA)
    (await staged(folder) / "sub").symlink_to(outside)
    with pytest.raises(BadFiles, match="is not in the staging folder"):
        await folder.promote("team-a", "up1", describe({"sub/a": DATA}))
    assert (outside / "a").read_bytes() == DATA


async def test_staging_folder_exchanged_for_a_link_is_refused(folder: FolderStore, tmp_path: Path):
    place = await staged(folder)
    place.rmdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a").write_bytes(DATA)
    place.symlink_to(outside)
    with pytest.raises(BadFiles):
        await folder.promote("team-a", "up1", describe({"a": DATA}))


async def test_hard_link_is_refused_for_its_other_name(folder: FolderStore, tmp_path: Path):
    other = tmp_path / "other"
    other.write_bytes(DATA)
    os.link(other, await staged(folder) / "a")
    with pytest.raises(BadFiles, match="hard link"):
        await folder.promote("team-a", "up1", describe({"a": DATA}))


async def test_named_pipe_is_refused_without_waiting_for_a_writer(folder: FolderStore):
    os.mkfifo(await staged(folder) / "a")
    started = time.monotonic()
    with pytest.raises(BadFiles, match="not a plain file"):
        await folder.promote("team-a", "up1", describe({"a": DATA}))
    assert time.monotonic() - started < 5


async def test_folder_in_place_of_a_file_is_refused(folder: FolderStore):
    (await staged(folder) / "a").mkdir()
    with pytest.raises(BadFiles, match="not a plain file"):
        await folder.promote("team-a", "up1", describe({"a": DATA}))


async def test_wrong_bytes_are_found_where_digests_are_verified(tmp_path: Path):
    strict = open_store(f"file://{tmp_path}/objects?verify_md5=true")
    (file,) = await send(strict, "team-a", "up1", {"a": DATA})
    Path(await strict.open_staging("team-a", "up1") or "", "a").write_bytes(DATA[::-1])
    with pytest.raises(BadFiles, match="has MD5"):
        await strict.promote("team-a", "up1", [file])


async def test_equal_files_need_to_be_staged_once_only(folder: FolderStore):
    files = await send(folder, "team-a", "up1", {"b": DATA})
    await folder.promote("team-a", "up1", [*describe({"a": DATA}), *files])
    assert await folder.missing("team-a", [files[0].md5]) == set()


async def test_deep_and_wide_uploads_stay_within_few_open_files(folder: FolderStore):
    contents = {f"d{number}/e{number}/f": str(number).encode() for number in range(300)}
    files = await send(folder, "team-a", "up1", contents)
    before = len(os.listdir("/proc/self/fd"))
    await folder.promote("team-a", "up1", files)
    assert len(os.listdir("/proc/self/fd")) == before
    assert await folder.missing("team-a", [file.md5 for file in files]) == set()


async def test_old_stagings_are_found_and_abandoned_with_all_they_hold(folder: FolderStore):
    await send(folder, "team-a", "up1", {"x/y/z": DATA})
    now = datetime.now(UTC)
    assert await folder.stagings(before=now - timedelta(hours=1)) == []
    assert await folder.stagings(before=now + timedelta(seconds=5)) == [("team-a", "up1")]
    await folder.abandon_staging("team-a", "up1")
    await folder.abandon_staging("team-a", "up1")
    assert await folder.stagings(before=now + timedelta(seconds=5)) == []


async def test_there_are_no_urls_to_a_folder(folder: FolderStore):
    with pytest.raises(StoreError, match="staging folder"):
        await folder.put_targets("team-a", ["0" * 32], lifetime=timedelta(1))


async def test_half_written_object_is_no_object(folder: FolderStore):
    await folder.put_bytes("team-a/runs/r1/log.txt", b"x")
    left_by_a_crash = folder.root / "team-a/runs/r1/.writing-abc"
    left_by_a_crash.write_bytes(b"half")
    assert [info.key async for info in folder.walk("team-a/")] == ["team-a/runs/r1/log.txt"]


async def test_folder_that_cannot_be_made_says_which_and_why(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    blocked = FolderStore(tmp_path / "file" / "objects")
    with pytest.raises(StoreUnreachable, match=r"file/objects cannot be used: Not a directory"):
        await blocked.check()
