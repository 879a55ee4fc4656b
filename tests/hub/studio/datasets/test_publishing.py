"""From an upload to a version: all of it, or nothing."""

import asyncio
import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from onedata.contract.datasets import CommitResult, Dataset, DatasetVersion, Manifest
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.datasets.tables import UploadRow
from sqlalchemy import update

from tests.hub.studio.datasets.publishing import (
    API,
    COLUMNS,
    FILES,
    TEAM,
    commit,
    entries,
    open_upload,
    publish,
    read_files,
    send,
)
from tests.support.studio import StudioUnderTest


@pytest.fixture
async def ann(any_studio: StudioUnderTest):
    async with any_studio.user("ann", "team-a") as client:
        yield client


async def versions(client, name: str = "flights") -> list[int]:
    answer = await client.get(f"{TEAM}/datasets/{name}/versions")
    return [item["version"] for item in answer.json().get("items", [])]


async def test_published_files_are_read_back(ann):
    result = CommitResult.model_validate(
        await publish(ann, message="first", description="All flights", tags=["raw"])
    )
    version = result.version
    assert (version.version, version.files, version.rows, version.bytes) == (
        1,
        2,
        2,
        sum(map(len, FILES.values())),
    )
    assert (version.created_by, version.message, version.ref) == ("ann", "first", "team-a/flights@1")
    assert [column.name for column in version.columns] == ["carrier", "delay"]
    assert not result.unchanged
    assert await read_files(ann, 1) == FILES


async def test_what_is_read_is_what_the_contract_says(ann):
    await publish(ann, source={"notebook_path": "etl.ipynb", "git_commit": "abc"})
    dataset = Dataset.model_validate((await ann.get(f"{TEAM}/datasets/flights")).json())
    version = DatasetVersion.model_validate((await ann.get(f"{TEAM}/datasets/flights/versions/1")).json())
    manifest = Manifest.model_validate((await ann.get(f"{TEAM}/datasets/flights/versions/1/manifest")).json())
    assert dataset.latest == version == manifest.version
    assert version.source.notebook_path == "etl.ipynb"
    assert {file.path for file in manifest.files} == set(FILES)
    assert (manifest.expires_at is None) == (manifest.transfer == "folder")


async def test_same_bytes_make_no_new_version(ann):
    await publish(ann)
    again = await publish(ann)
    assert again["unchanged"] is True
    assert again["version"]["version"] == 1
    assert await versions(ann) == [1]


async def test_unchanged_publish_takes_the_words_that_came_with_it(ann):
    await publish(ann, description="old")
    await publish(ann, description="new", tags=["gold"])
    dataset = (await ann.get(f"{TEAM}/datasets/flights")).json()
    assert (dataset["description"], dataset["tags"], dataset["latest_version"]) == ("new", ["gold"], 1)


async def test_older_bytes_make_a_new_version_again(ann):
    await publish(ann, {"a": b"1"})
    await publish(ann, {"a": b"2"})
    third = await publish(ann, {"a": b"1"})
    assert third["version"]["version"] == 3
    assert await read_files(ann, 2) == {"a": b"2"}


async def test_single_file_has_its_own_md5_as_digest(ann):
    result = await publish(ann, {"flights.csv": b"a,b\n"}, single_file=True, format="csv")
    assert result["version"]["digest"] == hashlib.md5(b"a,b\n").hexdigest()


async def test_words_stay_where_a_commit_brings_none(ann):
    await publish(ann, {"a": b"1"}, description="All flights", tags=["raw", "raw", "2013"])
    columns = [{"name": "carrier", "type": "string", "description": "Airline"}]
    await publish(ann, {"a": b"2"}, columns=columns)
    third = await publish(ann, {"a": b"3"}, columns=[{"name": "carrier", "type": "string"}])
    dataset = (await ann.get(f"{TEAM}/datasets/flights")).json()
    assert (dataset["description"], dataset["tags"]) == ("All flights", ["raw", "2013"])
    assert third["version"]["columns"][0]["description"] == "Airline"


async def test_nothing_is_visible_before_the_commit(ann):
    upload = await open_upload(ann)
    await send(ann, upload, FILES)
    assert (await ann.get(f"{TEAM}/datasets")).json()["items"] == []
    assert (await ann.get(f"{TEAM}/datasets/flights")).status_code == 404


async def test_committing_twice_gives_the_same_version(ann):
    upload = await open_upload(ann)
    files = await send(ann, upload, FILES)
    first, second = await commit(ann, upload, files), await commit(ann, upload, files)
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert await versions(ann) == [1]


async def test_committing_at_once_gives_the_same_version(ann):
    upload = await open_upload(ann)
    files = await send(ann, upload, FILES)
    answers = await asyncio.gather(*(commit(ann, upload, files) for _ in range(5)))
    made = {answer.json()["version"]["version"] for answer in answers if answer.status_code == 201}
    assert made == {1}
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert await versions(ann) == [1]


async def test_committed_upload_takes_no_other_files(ann):
    upload = await open_upload(ann)
    await commit(ann, upload, await send(ann, upload, FILES))
    other = await commit(ann, upload, entries({"other": b"x"}))
    assert other.status_code == 409
    assert "committed as version 1" in other.json()["detail"]


async def test_publishers_at_once_each_get_a_version_of_their_own(ann):
    uploads = [await open_upload(ann) for _ in range(8)]
    files = [await send(ann, upload, {"a": str(number).encode()}) for number, upload in enumerate(uploads)]
    answers = await asyncio.gather(
        *(commit(ann, upload, its) for upload, its in zip(uploads, files, strict=True))
    )
    assert [answer.status_code for answer in answers] == [201] * 8
    assert sorted(answer.json()["version"]["version"] for answer in answers) == list(range(1, 9))
    assert await versions(ann) == list(range(8, 0, -1))
    for answer in answers:
        version = answer.json()["version"]
        (data,) = (await read_files(ann, version["version"])).values()
        assert version["digest"] == _digest({"a": data})


async def test_publishers_of_the_same_bytes_at_once_make_one_version(ann):
    uploads = [await open_upload(ann) for _ in range(5)]
    files = [await send(ann, upload, FILES) for upload in uploads]
    answers = await asyncio.gather(
        *(commit(ann, upload, its) for upload, its in zip(uploads, files, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert await versions(ann) == [1]


async def test_files_that_did_not_arrive_are_named_and_nothing_changes(ann):
    upload = await open_upload(ann)
    files = await send(ann, upload, FILES)
    ghost = entries({"ghost.parquet": b"never sent"})
    refused = await commit(ann, upload, files + ghost)
    assert refused.status_code == 409
    assert refused.json()["code"] == "files_missing"
    assert [error["where"] for error in refused.json()["errors"]] == ["ghost.parquet"]
    assert (await ann.get(f"{TEAM}/datasets/flights")).status_code == 404
    assert (await commit(ann, upload, files)).status_code == 201


async def test_file_of_another_size_is_named(ann):
    upload = await open_upload(ann)
    files = await send(ann, upload, {"a": b"12345"})
    refused = await commit(ann, upload, [{**files[0], "size": 6}])
    assert refused.status_code == 409
    assert "5 bytes" in refused.json()["errors"][0]["message"]
    assert await versions(ann) == []


async def test_upload_whose_time_is_over_is_gone(any_studio: StudioUnderTest, ann):
    upload = await open_upload(ann)
    files = await send(ann, upload, FILES)
    async with any_studio.context.database.write() as session:
        await session.execute(update(UploadRow).values(expires_at=utc_now() - timedelta(seconds=1)))
    refused = await commit(ann, upload, files)
    assert refused.status_code == 410
    assert "Open a new one" in refused.json()["detail"]
    assert (await ann.get(f"{TEAM}/datasets/flights")).status_code == 404


async def test_abandoned_upload_is_gone_with_its_files(ann):
    upload = await open_upload(ann)
    files = await send(ann, upload, FILES)
    assert [(await ann.delete(f"{TEAM}/uploads/{upload['id']}")).status_code for _ in range(2)] == [204, 204]
    assert (await commit(ann, upload, files)).status_code == 410
    assert upload["staging"] is None or not Path(upload["staging"]).exists()


async def test_committed_upload_cannot_be_abandoned(ann):
    upload = await open_upload(ann)
    await commit(ann, upload, await send(ann, upload, FILES))
    assert (await ann.delete(f"{TEAM}/uploads/{upload['id']}")).status_code == 409
    assert await read_files(ann, 1) == FILES


async def test_staging_is_empty_after_the_commit(ann):
    upload = await open_upload(ann)
    await commit(ann, upload, await send(ann, upload, FILES))
    assert upload["staging"] is None or not Path(upload["staging"]).exists()


async def test_commit_leaves_its_audit_row(any_studio: StudioUnderTest, ann):
    await publish(ann)
    await publish(ann)
    async with any_studio.user("root", admin=True) as root:
        audit = (await root.get(f"{TEAM}/audit")).json()["items"]
    assert [(entry["action"], entry["target"], entry["user"]) for entry in audit] == [
        ("dataset.commit", "dataset:flights@1", "ann")
    ]


async def test_source_becomes_lineage_with_the_version(ann):
    await publish(ann, {"a": b"1"}, name="raw")
    source = {"notebook_path": "etl/clean.ipynb", "inputs": ["team-a/raw@1", "raw@1"]}
    await publish(ann, {"a": b"2"}, name="clean", source=source)
    graph = (await ann.get(f"{TEAM}/lineage", params={"node": "dataset:team-a/clean@1"})).json()
    assert {(edge["source"], edge["target"], edge["runs"]) for edge in graph["edges"]} == {
        ("dataset:team-a/raw@1", "dataset:team-a/clean@1", 1),
        ("notebook:team-a/etl/clean.ipynb", "dataset:team-a/clean@1", 1),
    }


async def test_column_words_and_figures_come_back_whole(ann):
    stats = {
        "sampled_rows": 5,
        "exact": False,
        "min": "2013-01-01",
        "max": None,
        "mean": 1.5,
        "quantiles": [0.0, 1.0],
    }
    columns = [{"name": "zürich ✈", "type": "timestamp[us]", "stats": stats}, *COLUMNS]
    await publish(ann, columns=columns)
    stored = (await ann.get(f"{TEAM}/datasets/flights/versions/1")).json()["columns"]
    assert stored[0]["name"] == "zürich ✈"
    assert {key: stored[0]["stats"][key] for key in stats} == stats


async def test_upload_of_a_stranger_cannot_be_used(any_studio: StudioUnderTest, ann):
    upload = await open_upload(ann)
    async with any_studio.user("bob", "team-a") as bob, any_studio.user("eve", "team-b") as eve:
        assert (await commit(bob, upload, entries(FILES))).status_code == 403
        assert (await bob.delete(f"{TEAM}/uploads/{upload['id']}")).status_code == 403
        elsewhere = await commit(eve, upload, entries(FILES), f"{API}/workspaces/team-b")
    assert elsewhere.status_code == 404


def _digest(contents: dict[str, bytes]) -> str:
    import json

    manifest = json.dumps(
        sorted(
            ({"md5": hashlib.md5(data).hexdigest(), "relpath": path} for path, data in contents.items()),
            key=lambda entry: entry["relpath"],
        ),
        sort_keys=True,
    )
    return hashlib.md5(manifest.encode()).hexdigest() + ".dir"
