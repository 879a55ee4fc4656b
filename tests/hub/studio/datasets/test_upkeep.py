"""What crashes and deletions leave behind, and that it goes; what is in use stays."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from onedata_hub.backends.objects.keys import object_key
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.datasets.tables import DoomedRow, SweepRow, UploadRow
from onedata_hub.studio.datasets.upkeep import (
    CLOSED_UPLOADS_KEPT,
    GRACE,
    SWEEP_EVERY,
    expire_uploads,
    sweep,
    sweep_workspace,
)
from onedata_hub.studio.datasets.uploads import SWEEP_STALE, UPLOAD_LIFETIME
from onedata_hub.studio.datasets.uploads_repository import UploadRepository
from sqlalchemy import delete, func, select

from tests.hub.studio.datasets.publishing import (
    FILES,
    TEAM,
    commit,
    entries,
    open_upload,
    publish,
    read_files,
    send,
)
from tests.support.serving import served
from tests.support.studio import PREFIX, StudioUnderTest

LATER = GRACE + timedelta(minutes=1)


@pytest.fixture
async def ann(any_studio: StudioUnderTest):
    async with any_studio.user("ann", "team-a") as client:
        yield client


async def objects(studio: StudioUnderTest) -> set[str]:
    return {info.key async for info in studio.context.objects.walk("team-a/files/")}


async def sweep_again(studio: StudioUnderTest, now) -> int:
    """Sweep although the workspace was swept a moment ago."""
    async with studio.context.database.write() as session:
        await session.execute(delete(SweepRow))
    return await sweep(studio.context, now)


async def test_killed_publisher_leaves_nothing_visible_and_is_swept_in_time(any_studio: StudioUnderTest, ann):
    token = any_studio.hub.add_token("ann")
    async with served(any_studio.app) as address:
        publisher = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.hub.studio.datasets.half_publisher",
            f"{address}{PREFIX}",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        publisher.stdin.write(f"{token}\n".encode())
        await publisher.stdin.drain()
        upload_id = (await publisher.stdout.readline()).decode().strip()
        publisher.kill()
        await publisher.wait()
    assert len(upload_id) == 32
    assert (await ann.get(f"{TEAM}/datasets")).json()["items"] == []
    expired = await expire_uploads(any_studio.context, utc_now() + UPLOAD_LIFETIME + timedelta(minutes=1))
    await sweep(any_studio.context, utc_now() + LATER)
    assert expired == 1
    assert await objects(any_studio) == set()
    assert await any_studio.context.objects.stagings(before=utc_now() + LATER) == []
    again = {f"part-{number}": str(number).encode() * 1_000 for number in range(10)}
    assert (await publish(ann, again))["version"]["version"] == 1


async def test_studio_killed_between_storing_and_committing_can_commit_again(
    any_studio: StudioUnderTest, ann
):
    from onedata_hub.backends.objects import StagedFile

    upload = await open_upload(ann)
    files = await send(ann, upload, FILES)
    staged = [StagedFile(file["path"], file["md5"], file["size"]) for file in files]
    await any_studio.context.objects.promote("team-a", upload["id"], staged[:1])  # and there it was killed
    assert (await ann.get(f"{TEAM}/datasets")).json()["items"] == []
    assert (await commit(ann, upload, files)).status_code == 201
    assert await read_files(ann, 1) == FILES


async def test_expired_upload_says_so_for_days_and_is_then_forgotten(any_studio: StudioUnderTest, ann):
    upload = await open_upload(ann)
    over = utc_now() + UPLOAD_LIFETIME + timedelta(minutes=1)
    await expire_uploads(any_studio.context, over)
    assert (await commit(ann, upload, entries(FILES))).status_code == 410
    await expire_uploads(any_studio.context, over + CLOSED_UPLOADS_KEPT)
    assert (await commit(ann, upload, entries(FILES))).status_code == 404


async def test_upload_in_its_time_is_left_alone(any_studio: StudioUnderTest, ann):
    upload = await open_upload(ann)
    files = await send(ann, upload, FILES)
    assert await expire_uploads(any_studio.context, utc_now()) == 0
    await sweep(any_studio.context, utc_now())
    assert (await commit(ann, upload, files)).status_code == 201


async def test_sweep_keeps_what_any_version_stands_on(any_studio: StudioUnderTest, ann):
    await publish(ann, {"a": b"1", "b": b"2"})
    await publish(ann, {"a": b"1", "c": b"3"})
    await publish(ann, {"x.csv": b"single"}, name="one", single_file=True)
    before = await objects(any_studio)
    assert await sweep(any_studio.context, utc_now() + LATER) == 0
    assert await objects(any_studio) == before
    assert await read_files(ann, 1) == {"a": b"1", "b": b"2"}


async def test_objects_of_a_deleted_dataset_go_but_shared_ones_stay(any_studio: StudioUnderTest, ann):
    await publish(ann, {"a": b"shared", "b": b"alone"}, name="first")
    await publish(ann, {"z": b"shared"}, name="second")
    assert (await ann.delete(f"{TEAM}/datasets/first")).status_code == 204
    swept = await sweep(any_studio.context, utc_now() + LATER)
    assert swept == 2  # b, and the manifest of the folder
    assert await read_files(ann, 1, "second") == {"z": b"shared"}


async def test_young_objects_wait_for_their_commit(any_studio: StudioUnderTest, ann):
    key = object_key("team-a", "ab" * 16)
    await any_studio.context.objects.put_bytes(key, b"x")
    assert await sweep(any_studio.context, utc_now() + GRACE - timedelta(minutes=5)) == 0
    assert await sweep_again(any_studio, utc_now() + LATER) == 1
    assert await objects(any_studio) == set()


async def test_sweep_touches_no_other_objects_and_no_other_workspace(any_studio: StudioUnderTest):
    store = any_studio.context.objects
    kept = ["team-a/notebooks/n.ipynb", "team-a/runs/r1/executed.ipynb", "team-a/files/other/x"]
    for key in kept:
        await store.put_bytes(key, b"x")
    await sweep(any_studio.context, utc_now() + LATER)
    assert [await store.exists(key) for key in kept] == [True, True, True]


async def test_sweep_leaves_its_audit_row(any_studio: StudioUnderTest):
    await any_studio.context.objects.put_bytes(object_key("team-a", "ab" * 16), b"12345")
    await sweep(any_studio.context, utc_now() + LATER)
    async with any_studio.user("root", admin=True) as root:
        (entry,) = (await root.get(f"{TEAM}/audit")).json()["items"]
    assert (entry["action"], entry["user"]) == ("dataset.sweep", "studio")
    assert entry["detail"] == {"objects": 1, "bytes": 5}


async def test_two_studios_take_turns_to_sweep(any_studio: StudioUnderTest):
    now = utc_now() + LATER
    await any_studio.context.objects.put_bytes(object_key("team-a", "ab" * 16), b"x")
    both = await asyncio.gather(*(sweep_workspace(any_studio.context, "team-a", now) for _ in range(2)))
    soon = await sweep_workspace(any_studio.context, "team-a", now + SWEEP_EVERY / 2)
    assert sorted(both) == [0, 1]
    assert soon == 0


async def test_commit_waits_while_its_objects_are_about_to_be_swept(any_studio: StudioUnderTest, ann):
    upload = await open_upload(ann)
    files = await send(ann, upload, FILES)
    async with any_studio.context.database.write() as session:
        await UploadRepository(session).doom("team-a", [files[0]["md5"]], "sweep-1", utc_now())
    during = await commit(ann, upload, files)
    async with any_studio.context.database.write() as session:
        await UploadRepository(session).end_sweep("sweep-1", utc_now() - SWEEP_STALE)
    after = await commit(ann, upload, files)
    assert (during.status_code, after.status_code) == (503, 201)
    assert during.headers["Retry-After"]


async def test_sweep_spares_what_a_commit_has_pinned_meanwhile(any_studio: StudioUnderTest, ann):
    upload = await open_upload(ann)
    digest = "ab" * 16
    await any_studio.context.objects.put_bytes(object_key("team-a", digest), b"x")
    async with any_studio.context.database.write() as session:
        until = utc_now() + timedelta(hours=1)
        assert await UploadRepository(session).pin(upload["id"], {digest}, utc_now(), until)
    assert await sweep(any_studio.context, utc_now() + LATER) == 0
    assert len(await objects(any_studio)) == 1


async def test_intents_of_a_killed_sweep_lose_their_force(any_studio: StudioUnderTest, ann):
    upload = await open_upload(ann)
    files = await send(ann, upload, FILES)
    stale = utc_now() - SWEEP_STALE - timedelta(minutes=1)
    async with any_studio.context.database.write() as session:
        await UploadRepository(session).doom("team-a", [files[0]["md5"]], "killed", stale)
    assert (await commit(ann, upload, files)).status_code == 201
    await any_studio.context.objects.put_bytes(object_key("team-a", "cd" * 16), b"x")
    await sweep(any_studio.context, utc_now() + LATER)
    async with any_studio.context.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(DoomedRow)) == 0


async def test_publishing_and_sweeping_at_once_tears_no_version(any_studio: StudioUnderTest, ann):
    """Unused old objects are published anew while the sweep is after them."""
    contents = {f"part-{number}": str(number).encode() for number in range(20)}
    await publish(ann, contents, name="old")
    await ann.delete(f"{TEAM}/datasets/old")

    async def publish_somehow(name: str) -> int:
        upload = await open_upload(ann, name)
        answer = await commit(ann, upload, await send(ann, upload, contents))
        return answer.status_code

    _, *codes = await asyncio.gather(
        sweep(any_studio.context, utc_now() + LATER),
        *(publish_somehow(f"new-{number}") for number in range(4)),
    )
    assert set(codes) <= {201, 409, 503}
    for number, code in enumerate(codes):
        if code == 201:
            assert await read_files(ann, 1, f"new-{number}") == contents


async def test_folder_that_outlived_its_upload_is_removed(studio: StudioUnderTest):
    staging = Path(await studio.context.objects.open_staging("team-a", "f" * 32))
    (staging / "left").write_bytes(b"x")
    await expire_uploads(studio.context, utc_now())
    assert staging.exists()
    await expire_uploads(studio.context, utc_now() + LATER)
    assert not staging.exists()


async def test_committed_upload_pins_nothing_any_more(any_studio: StudioUnderTest, ann):
    await publish(ann)
    async with any_studio.context.database.read() as session:
        assert list(await session.scalars(select(UploadRow.pinned))) == [None]
