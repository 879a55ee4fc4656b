"""What every object store promises; each test runs on a folder and on a real S3 gateway."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onedata_hub.backends.objects import BadFiles, BadKey, ObjectMissing, ObjectStore
from onedata_hub.backends.objects.keys import checked_key, digest_of_key, object_key

from tests.hub.backends.objects.sending import describe, read_back, send

FILES = {"a.csv": b"1,2\n", "deep/er/b.csv": b"3,4\n", "empty": b""}


async def test_promoted_files_are_read_back_by_their_md5(store: ObjectStore):
    files = await send(store, "team-a", "up1", FILES)
    await store.promote("team-a", "up1", files)
    for file in files:
        assert await read_back(store, "team-a", file.md5) == FILES[file.path]


async def test_missing_names_just_the_digests_that_are_not_stored(store: ObjectStore):
    files = await send(store, "team-a", "up1", FILES)
    await store.promote("team-a", "up1", files)
    absent = "0" * 32
    assert await store.missing("team-a", [absent, *(file.md5 for file in files)]) == {absent}


async def test_workspaces_hold_nothing_in_common(store: ObjectStore):
    files = await send(store, "team-a", "up1", FILES)
    await store.promote("team-a", "up1", files)
    digests = {file.md5 for file in files}
    assert await store.missing("team-b", digests) == digests
    with pytest.raises(BadFiles):
        await store.promote("team-b", "up1", files)


async def test_promoting_twice_is_as_promoting_once(store: ObjectStore):
    files = await send(store, "team-a", "up1", FILES)
    await store.promote("team-a", "up1", files)
    await store.promote("team-a", "up1", files)
    assert await store.missing("team-a", [file.md5 for file in files]) == set()


async def test_promote_goes_on_where_a_crash_left_it(store: ObjectStore):
    files = await send(store, "team-a", "up1", FILES)
    await store.promote("team-a", "up1", files[:1])
    await store.promote("team-a", "up1", files)
    assert await store.missing("team-a", [file.md5 for file in files]) == set()


async def test_files_that_never_came_are_named_and_nothing_moves(store: ObjectStore):
    files = await send(store, "team-a", "up1", FILES)
    ghosts = describe({"ghost.csv": b"never sent", "other.csv": b"neither"})
    with pytest.raises(BadFiles) as refusal:
        await store.promote("team-a", "up1", [*files, *ghosts])
    assert set(refusal.value.problems) == {"ghost.csv", "other.csv"}
    await store.promote("team-a", "up1", files)


async def test_short_file_is_named(store: ObjectStore):
    (file,) = await send(store, "team-a", "up1", {"a.csv": b"short"})
    longer = type(file)(file.path, file.md5, file.size + 10)
    with pytest.raises(BadFiles, match=r"a\.csv: has 5 bytes.*15"):
        await store.promote("team-a", "up1", [longer])


async def test_object_that_is_stored_needs_no_second_upload(store: ObjectStore):
    files = await send(store, "team-a", "up1", FILES)
    await store.promote("team-a", "up1", files)
    await store.open_staging("team-a", "up2")
    await store.promote("team-a", "up2", files)
    assert await read_back(store, "team-a", files[0].md5) == FILES[files[0].path]


async def test_equal_files_share_an_object(store: ObjectStore):
    files = await send(store, "team-a", "up1", {"a": b"same", "b": b"same", "c/d": b"same"})
    await store.promote("team-a", "up1", files)
    keys = [info.key async for info in store.walk("team-a/")]
    assert keys == [object_key("team-a", files[0].md5)]


async def test_bytes_come_back_and_replace_what_was_there(store: ObjectStore):
    await store.put_bytes("team-a/runs/r1/log.txt", b"first")
    await store.put_bytes("team-a/runs/r1/log.txt", b"second one")
    assert await store.get_bytes("team-a/runs/r1/log.txt") == b"second one"
    assert await store.size("team-a/runs/r1/log.txt") == 10
    assert await store.exists("team-a/runs/r1/log.txt")


async def test_what_is_not_stored_says_so(store: ObjectStore):
    await store.put_bytes("team-a/runs/r1/log.txt", b"x")
    for absent in ("team-a/runs/r2/log.txt", "team-a/runs/r1", "team-b/runs/r1/log.txt"):
        with pytest.raises(ObjectMissing, match=absent):
            await store.get_bytes(absent)
        with pytest.raises(ObjectMissing, match=absent):
            await store.size(absent)
        assert not await store.exists(absent)


async def test_deleting_what_is_not_there_is_harmless(store: ObjectStore):
    await store.put_bytes("team-a/runs/r1/log.txt", b"x")
    await store.delete(["team-a/runs/r1/log.txt", "team-a/runs/r9/log.txt"])
    await store.delete(["team-a/runs/r1/log.txt"])
    assert not await store.exists("team-a/runs/r1/log.txt")


async def test_walk_gives_keys_sizes_and_ages_below_the_prefix_only(store: ObjectStore):
    before = datetime.now(UTC) - timedelta(seconds=5)
    await store.put_bytes("team-a/runs/r1/log.txt", b"abc")
    await store.put_bytes("team-a/runs/r10/log.txt", b"abcd")
    await store.put_bytes("team-ab/runs/r1/log.txt", b"x")
    found = {info.key: info async for info in store.walk("team-a/")}
    below = [info.key async for info in store.walk("team-a/runs/r1/")]
    assert {key: info.size for key, info in found.items()} == {
        "team-a/runs/r1/log.txt": 3,
        "team-a/runs/r10/log.txt": 4,
    }
    assert all(before < info.stored_at < datetime.now(UTC) + timedelta(seconds=5) for info in found.values())
    assert below == ["team-a/runs/r1/log.txt"]


async def test_walk_of_many_objects_misses_none(store: ObjectStore):
    keys = {f"team-a/runs/r{number:04}/log.txt" for number in range(1_050)}
    for start in range(0, 1_050, 50):
        batch = sorted(keys)[start : start + 50]
        await asyncio.gather(*(store.put_bytes(key, b"x") for key in batch))
    assert {info.key async for info in store.walk("team-a/")} == keys
    await store.delete(keys)
    assert [info async for info in store.walk("team-a/")] == []


async def test_uncommitted_staging_is_not_listed_among_objects(store: ObjectStore):
    await store.put_bytes("team-a/runs/r1/log.txt", b"x")
    await store.open_staging("team-a", "up1")
    if store.transfer == "folder":
        await send(store, "team-a", "up1", FILES)
    assert [info.key async for info in store.walk("team-a/")] == ["team-a/runs/r1/log.txt"]


async def test_workspaces_are_those_that_hold_something(store: ObjectStore):
    assert await store.workspaces() == []
    await store.put_bytes("team-b/notebooks/n.ipynb", b"{}")
    await store.put_bytes("team-a/notebooks/n.ipynb", b"{}")
    assert await store.workspaces() == ["team-a", "team-b"]


async def test_concurrent_readers_see_whole_objects_only(store: ObjectStore):
    key = "team-a/runs/r1/log.txt"
    versions = [bytes([letter]) * 200_000 for letter in b"abcd"]
    await store.put_bytes(key, versions[0])

    async def rewrite() -> None:
        for data in versions * 3:
            await store.put_bytes(key, data)

    writing = asyncio.create_task(rewrite())
    seen = []
    while not writing.done():
        seen.append(await store.get_bytes(key))
    await writing
    assert seen
    assert all(data in versions for data in seen)


async def test_check_passes_on_a_store_that_works_and_leaves_nothing(store: ObjectStore):
    await store.check()
    assert await store.workspaces() == []


BAD_KEYS = [
    "", "/", "team-a", "team-a/", "/team-a/x", "team-a//x", "team-a/../team-b/x", "../x/y", "team-a/..", "team-a/.x",
    "Team-A/x", "team-a/a b", "team-a/x\x00", "team-a/x\n", "team-a\\x/y", "team-a/staging/up1/x", "team-a/-x",
]  # fmt: skip


@pytest.mark.parametrize("key", BAD_KEYS)
async def test_key_that_could_lead_astray_is_refused_by_every_operation(store: ObjectStore, key: str):
    for operation in (store.get_bytes(key), store.put_bytes(key, b""), store.stat(key), store.delete([key])):
        with pytest.raises(BadKey):
            await operation


@pytest.mark.parametrize("workspace", ["..", "a/b", "", "Team", "x" * 64, "a\n"])
async def test_workspace_that_is_none_is_refused(store: ObjectStore, workspace: str):
    with pytest.raises(BadKey):
        await store.open_staging(workspace, "up1")
    with pytest.raises(BadKey):
        await store.promote(workspace, "up1", describe({"a": b"x"}))
    with pytest.raises(BadKey):
        await store.missing(workspace, ["0" * 32])
    with pytest.raises(BadKey):
        await store.locations(workspace, ["0" * 32], lifetime=timedelta(minutes=1))


@pytest.mark.parametrize("upload_id", ["..", ".", "a/b", "", "x" * 65])
async def test_upload_id_that_could_name_another_folder_is_refused(store: ObjectStore, upload_id: str):
    with pytest.raises(BadKey):
        await store.open_staging("team-a", upload_id)
    with pytest.raises(BadKey):
        await store.abandon_staging("team-a", upload_id)


@given(st.text(alphabet="ab./\\-_ \x00\n~", max_size=20))
def test_no_accepted_key_leaves_its_workspace(rest: str):
    try:
        key = checked_key(f"team-a/{rest}")
    except BadKey:
        return
    parts = key.split("/")
    assert parts[0] == "team-a"
    assert all(part not in ("", ".", "..") and "\\" not in part and "\x00" not in part for part in parts)


@given(st.binary(max_size=50), st.sampled_from(["", ".dir"]))
def test_object_key_tells_its_digest(data: bytes, suffix: str):
    digest = hashlib.md5(data).hexdigest() + suffix
    key = object_key("team-a", digest)
    assert checked_key(key) == key
    assert digest_of_key(key) == digest
    assert key.startswith(f"team-a/files/md5/{digest[:2]}/")


@given(st.text(max_size=40))
def test_only_an_md5_makes_an_object_key(text: str):
    with pytest.raises(BadKey):
        object_key("team-a", text)
