"""Events become edges, each run counted once."""

import asyncio

import pytest
from onedata.contract.lineage import LineageDataset, scheduled_job

from tests.hub.studio.lineage.events import API, edges, event, graph, names, tell
from tests.support.studio import StudioUnderTest

FLIGHTS, DELAYS, ETL = "dataset:team-a/flights@1", "model:team-a/delays@1", "notebook:team-a/etl.ipynb"


async def test_event_joins_inputs_code_and_outputs(any_studio: StudioUnderTest):
    async with any_studio.user("ann", "team-a") as ann:
        answer = await tell(ann, event("r1", ["flights@1"], ["model:delays@1"]))
        found = await graph(ann, DELAYS)
    assert answer.status_code == 201
    assert edges(found) == {(FLIGHTS, DELAYS), (ETL, DELAYS)}
    assert {node["kind"] for node in found["nodes"]} == {"dataset", "model", "notebook"}
    assert all(edge["last_at"].startswith("2026-03-01T12:00:00") for edge in found["edges"])


async def test_same_event_again_changes_nothing(any_studio: StudioUnderTest):
    async with any_studio.user("ann", "team-a", admin=True) as ann:
        for _ in range(3):
            await tell(ann, event("r1", ["flights@1"], ["model:delays@1"]))
        found = await graph(ann, DELAYS)
        audit = (await ann.get(f"{API}/workspaces/team-a/audit")).json()["items"]
    assert {edge["runs"] for edge in found["edges"]} == {1}
    assert [entry["action"] for entry in audit] == ["lineage.record"]


async def test_each_run_counts_once_however_many_events_it_sends(any_studio: StudioUnderTest):
    async with any_studio.user("ann", "team-a") as ann:
        for run in ("r1", "r2"):
            await tell(ann, event(run, ["flights@1"], kind="START"))
            await tell(ann, event(run, ["flights@1"], ["model:delays@1"], at="2026-03-02T08:00:00Z"))
        found = await graph(ann, FLIGHTS)
    assert {(edge["source"], edge["target"]): edge["runs"] for edge in found["edges"]} == {
        (FLIGHTS, DELAYS): 2,
        (FLIGHTS, ETL): 2,
    }


async def test_inputs_and_outputs_told_apart_are_joined_by_their_run(any_studio: StudioUnderTest):
    async with any_studio.user("ann", "team-a") as ann:
        await tell(ann, event("r1", ["flights@1"], kind="START"))
        await tell(ann, event("r1", [], ["model:delays@1"]))
        await tell(ann, event("r2", [], ["model:other@1"]))
        found = await graph(ann, FLIGHTS, direction="downstream")
    assert edges(found) == {(FLIGHTS, DELAYS), (FLIGHTS, ETL)}


async def test_tellers_at_once_lose_no_count(any_studio: StudioUnderTest):
    async with any_studio.user("ann", "team-a") as ann:
        told = [event(f"r{number}", ["flights@1", "weather@1"], ["model:delays@1"]) for number in range(12)]
        answers = await asyncio.gather(*(tell(ann, one) for one in told for _ in range(2)))
        found = await graph(ann, DELAYS)
    assert {answer.status_code for answer in answers} == {201}
    assert {edge["runs"] for edge in found["edges"]} == {12}


async def test_last_time_is_the_latest_that_was_told(any_studio: StudioUnderTest):
    async with any_studio.user("ann", "team-a") as ann:
        for run, at in (("r1", "2026-03-05T00:00:00+02:00"), ("r2", "2026-01-01T00:00:00Z")):
            await tell(ann, event(run, ["flights@1"], ["flights@2"], at=at))
        found = await graph(ann, FLIGHTS, direction="downstream")
    assert {edge["last_at"] for edge in found["edges"]} == {"2026-03-04T22:00:00Z"}


async def test_future_is_not_believed(studio: StudioUnderTest):
    async with studio.user("ann", "team-a") as ann:
        await tell(ann, event("r1", ["flights@1"], ["flights@2"], at="2999-01-01T00:00:00Z"))
        found = await graph(ann, FLIGHTS)
    assert all(not edge["last_at"].startswith("2999") for edge in found["edges"])


async def test_things_outside_the_platform_are_kept_by_their_full_names(any_studio: StudioUnderTest):
    table = LineageDataset(namespace="postgres://db.example.org:5432", name="public.flights")
    async with any_studio.user("ann", "team-a") as ann:
        await tell(ann, event("r1", [table], ["flights@1"]))
        found = await graph(ann, FLIGHTS, direction="upstream")
    assert names(found) == {FLIGHTS, ETL, "external:team-a/postgres://db.example.org:5432/public.flights"}


async def test_longest_names_fit(any_studio: StudioUnderTest):
    far = LineageDataset(namespace="\U0001f6eb" * 500, name="\U0001f6ec" * 500)
    async with any_studio.user("ann", "team-a") as ann:
        answer = await tell(ann, event("r" * 500, [far], ["flights@1"]))
        found = await graph(ann, FLIGHTS, direction="upstream")
    assert answer.status_code == 201
    assert len(found["nodes"]) == 3


async def test_viewer_may_not_tell(studio: StudioUnderTest):
    async with studio.user("root", admin=True) as root, studio.user("vic", "team-a") as vic:
        await root.put(f"{API}/workspaces/team-a/members/vic", json={"role": "viewer"})
        answer = await tell(vic, event("r1", ["flights@1"], ["flights@2"]))
        found = await graph(vic, FLIGHTS)
    assert answer.status_code == 403
    assert found["edges"] == []


async def test_mlflow_service_may_tell_of_any_workspace(studio: StudioUnderTest):
    mlflow = studio.client(studio.hub.add_token("mlflow", kind="service"))
    async with mlflow, studio.user("ann", "team-a") as ann:
        answer = await tell(mlflow, event("r1", ["flights@1"], ["model:delays@1"]))
        found = await graph(ann, DELAYS)
    assert answer.status_code == 201
    assert (FLIGHTS, DELAYS) in edges(found)


async def test_other_services_may_not_tell(studio: StudioUnderTest):
    async with studio.client(studio.hub.add_token("culler", kind="service")) as culler:
        assert (await tell(culler, event("r1", ["flights@1"]))).status_code == 404


async def test_nobody_can_hang_their_own_on_a_strangers_dataset(any_studio: StudioUnderTest):
    theirs = LineageDataset(namespace="onedata:team-b", name="dataset:secret@1")
    async with any_studio.user("eve", "team-a") as eve, any_studio.user("bob", "team-b") as bob:
        await tell(eve, event("r1", [theirs], ["flights@1"]))
        await tell(eve, event("r2", ["flights@1"], [theirs], job=scheduled_job("team-b", "nightly")))
        bobs = await graph(bob, "dataset:team-b/secret@1", "team-b")
        eves = await graph(eve, FLIGHTS)
    assert bobs["edges"] == []
    assert "external:team-a/onedata:team-b/secret@1" not in {
        node["id"] for node in eves["nodes"] if node["kind"] != "external"
    }
    assert {node["workspace"] for node in eves["nodes"]} == {"team-a"}


BROKEN = [
    ({"eventType": "DONE"}, "eventType"),
    ({"eventTime": "yesterday"}, "eventTime"),
    ({"run": {}}, "runId"),
    ({"run": {"runId": "a\x00b"}}, "NUL"),
    ({"job": {"namespace": "x", "name": ""}}, "name"),
    ({"inputs": [{"namespace": "onedata:team-a"}]}, "name"),
    ({"inputs": [{"namespace": "n", "name": f"t{number}"} for number in range(1_001)]}, "inputs"),
    ({"eventTime": "0001-01-01T00:00:00+14:00"}, "no moment in UTC"),
]


@pytest.mark.parametrize(("change", "said"), BROKEN)
async def test_broken_event_is_refused_and_nothing_is_stored(
    studio: StudioUnderTest, change: dict, said: str
):
    async with studio.user("ann", "team-a") as ann:
        answer = await tell(ann, event("r1", ["flights@1"], ["flights@2"]) | change)
        found = await graph(ann, FLIGHTS)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert found["edges"] == []


async def test_run_that_joins_everything_with_everything_is_refused(studio: StudioUnderTest):
    many = [LineageDataset(namespace="n", name=f"t{number}") for number in range(101)]
    async with studio.user("ann", "team-a") as ann:
        answer = await tell(ann, event("r1", many, many))
        found = await graph(ann, "external:team-a/n/t1")
    assert answer.status_code == 422
    assert "several runs" in answer.json()["detail"]
    assert found["edges"] == []
