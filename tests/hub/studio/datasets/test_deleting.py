"""Deleting: refused while something stands on a dataset, and whole when it happens."""

import pytest
from onedata.contract.lineage import notebook_job, scheduled_job
from onedata_hub.studio.lineage.service import forget_job

from tests.hub.studio.datasets.publishing import API, TEAM, publish, read_files
from tests.hub.studio.lineage.events import event, tell
from tests.support.studio import StudioUnderTest


@pytest.fixture
async def ann(any_studio: StudioUnderTest):
    async with any_studio.user("ann", "team-a") as client:
        await publish(client, {"a": b"1"})
        yield client


async def test_deleted_dataset_is_gone_from_lists_and_reads(ann):
    assert (await ann.delete(f"{TEAM}/datasets/flights")).status_code == 204
    assert (await ann.get(f"{TEAM}/datasets")).json()["items"] == []
    for rest in ("", "/versions", "/versions/1", "/versions/1/manifest"):
        assert (await ann.get(f"{TEAM}/datasets/flights{rest}")).status_code == 404
    assert (await ann.delete(f"{TEAM}/datasets/flights")).status_code == 404
    assert (await ann.patch(f"{TEAM}/datasets/flights", json={"tags": []})).status_code == 404


async def test_numbers_of_a_deleted_dataset_are_not_given_out_again(ann):
    await publish(ann, {"a": b"2"}, description="old", tags=["old"])
    await ann.delete(f"{TEAM}/datasets/flights")
    reborn = await publish(ann, {"a": b"2"})
    dataset = (await ann.get(f"{TEAM}/datasets/flights")).json()
    lost = await ann.get(f"{TEAM}/datasets/flights/versions/1")
    assert (reborn["version"]["version"], reborn["unchanged"]) == (3, False)
    assert (dataset["description"], dataset["tags"]) == ("", [])
    assert "it has version 3 only" in lost.json()["detail"]
    assert await read_files(ann, 3) == {"a": b"2"}


async def test_delete_is_refused_while_a_dataset_was_made_of_it(ann):
    await publish(ann, {"b": b"2"}, name="delays", source={"inputs": ["flights@1"]})
    refused = await ann.delete(f"{TEAM}/datasets/flights")
    assert refused.status_code == 409
    assert refused.json()["code"] == "in_use"
    assert "dataset:team-a/delays@1 stand on it" in refused.json()["detail"]
    assert await read_files(ann, 1) == {"a": b"1"}
    await ann.delete(f"{TEAM}/datasets/delays")
    assert (await ann.delete(f"{TEAM}/datasets/flights")).status_code == 204


async def test_delete_is_refused_while_a_model_was_trained_on_it(ann):
    await tell(ann, event("r1", ["flights@1"], ["model:delays@4"]))
    refused = await ann.delete(f"{TEAM}/datasets/flights")
    assert [error["where"] for error in refused.json()["errors"]] == ["model:team-a/delays@4"]


async def test_delete_is_refused_while_a_job_reads_it(any_studio: StudioUnderTest, ann):
    await tell(ann, event("r1", ["flights@1"], job=scheduled_job("team-a", "nightly")))
    assert (await ann.delete(f"{TEAM}/datasets/flights")).status_code == 409
    async with any_studio.context.database.write() as session:
        await forget_job(session, "team-a", "nightly")
    assert (await ann.delete(f"{TEAM}/datasets/flights")).status_code == 204


async def test_notebook_that_looked_and_own_versions_are_no_claim(ann):
    await tell(ann, event("r1", ["flights@1"], job=notebook_job("team-a", "look.ipynb")))
    await publish(ann, {"a": b"2"}, source={"inputs": ["flights@1"]})
    assert (await ann.delete(f"{TEAM}/datasets/flights")).status_code == 204


async def test_refusal_counts_what_it_may_not_name(any_studio: StudioUnderTest, ann):
    async with any_studio.user("both", "team-a", "team-b") as both:
        await publish(
            both,
            {"s": b"1"},
            name="secret",
            team=f"{API}/workspaces/team-b",
            source={"inputs": ["team-a/flights@1"]},
        )
    refused = await ann.delete(f"{TEAM}/datasets/flights")
    assert refused.status_code == 409
    assert "1 in workspaces that you are not in" in refused.json()["detail"]
    assert "secret" not in refused.text


async def test_stranger_cannot_keep_a_dataset_from_being_deleted(any_studio: StudioUnderTest, ann):
    async with any_studio.user("eve", "team-b") as eve:
        await publish(
            eve,
            {"s": b"1"},
            name="claim",
            team=f"{API}/workspaces/team-b",
            source={"inputs": ["team-a/flights@1"]},
        )
    assert (await ann.delete(f"{TEAM}/datasets/flights")).status_code == 204


async def test_admin_may_delete_by_force_and_editors_may_not(any_studio: StudioUnderTest, ann):
    await tell(ann, event("r1", ["flights@1"], ["model:delays@4"]))
    by_editor = await ann.delete(f"{TEAM}/datasets/flights", params={"force": True})
    async with any_studio.user("root", admin=True) as root:
        by_admin = await root.delete(f"{TEAM}/datasets/flights", params={"force": True})
        audit = (await root.get(f"{TEAM}/audit")).json()["items"]
    assert (by_editor.status_code, by_admin.status_code) == (403, 204)
    assert audit[0]["action"] == "dataset.delete"
    assert audit[0]["detail"] == {"versions_up_to": 1, "force": True, "dependents": 1}


async def test_tags_of_a_deleted_dataset_find_nothing(ann):
    await publish(ann, {"a": b"1"}, name="other", tags=["raw"])
    await ann.delete(f"{TEAM}/datasets/other")
    assert (await ann.get(f"{TEAM}/datasets", params={"tag": "raw"})).json()["items"] == []
