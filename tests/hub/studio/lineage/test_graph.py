"""Walks through the graph: direction, depth, bounds, and what a reader may see."""

import pytest
from onedata.contract.lineage import LineageDataset, notebook_job
from onedata_hub.studio.lineage.walking import MOST_NODES

from tests.hub.studio.lineage.events import API, edges, event, graph, names, tell
from tests.support.studio import StudioUnderTest


def d(name: str) -> str:
    return f"dataset:team-a/{name}"


@pytest.fixture
async def chain(any_studio: StudioUnderTest):
    """raw@1 → clean@1 → joined@1 → model, and weather@1 → joined@1."""
    async with any_studio.user("ann", "team-a") as ann:
        await tell(ann, event("r1", ["raw@1"], ["clean@1"], job=notebook_job("team-a", "clean.ipynb")))
        await tell(
            ann, event("r2", ["clean@1", "weather@1"], ["joined@1"], job=notebook_job("team-a", "join.ipynb"))
        )
        await tell(
            ann, event("r3", ["joined@1"], ["model:delays@7"], job=notebook_job("team-a", "train.ipynb"))
        )
        yield ann


async def test_upstream_is_where_a_thing_came_from_nearest_first(chain):
    found = await graph(chain, "model:team-a/delays@7", direction="upstream")
    order = [node["id"] for node in found["nodes"] if node["kind"] in ("dataset", "model")]
    assert order[:2] == ["model:team-a/delays@7", d("joined@1")]
    assert set(order[2:4]) == {d("clean@1"), d("weather@1")}
    assert order[4:] == [d("raw@1")]


async def test_downstream_is_what_stands_on_a_thing(chain):
    found = await graph(chain, d("clean@1"), direction="downstream")
    assert names(found) >= {d("joined@1"), "model:team-a/delays@7", "notebook:team-a/join.ipynb"}
    assert d("raw@1") not in names(found)
    assert d("weather@1") not in names(found)


async def test_depth_ends_the_walk_and_says_so(chain):
    one = await graph(chain, "model:team-a/delays@7", direction="upstream", depth=1)
    all_of_it = await graph(chain, "model:team-a/delays@7", direction="upstream", depth=3)
    assert d("clean@1") not in names(one)
    assert one["truncated"] is True
    assert d("raw@1") in names(all_of_it)
    assert all_of_it["truncated"] is False


async def test_name_without_version_stands_for_all_versions(any_studio: StudioUnderTest):
    async with any_studio.user("ann", "team-a") as ann:
        await tell(ann, event("r1", ["flights@1"], ["model:a@1"]))
        await tell(ann, event("r2", ["flights@2"], ["model:b@1"]))
        await tell(ann, event("r3", ["flights-x@1"], ["model:c@1"]))
        found = await graph(ann, d("flights"), direction="downstream")
    assert {"model:team-a/a@1", "model:team-a/b@1"} <= names(found)
    assert "model:team-a/c@1" not in names(found)


async def test_notebook_shows_what_it_read_and_made_but_joins_no_strangers(any_studio: StudioUnderTest):
    async with any_studio.user("ann", "team-a") as ann:
        await tell(ann, event("monday", ["a@1"], ["b@1"]))
        await tell(ann, event("tuesday", ["c@1"], ["d@1"]))
        of_d = await graph(ann, d("d@1"), direction="upstream")
        of_notebook = await graph(ann, "notebook:team-a/etl.ipynb")
    assert names(of_d) == {d("d@1"), d("c@1"), "notebook:team-a/etl.ipynb"}
    assert names(of_notebook) == {"notebook:team-a/etl.ipynb", d("a@1"), d("b@1"), d("c@1"), d("d@1")}


async def test_ring_ends_the_walk(any_studio: StudioUnderTest):
    async with any_studio.user("ann", "team-a") as ann:
        for number, (source, target) in enumerate(
            [("a@1", "b@1"), ("b@1", "c@1"), ("c@1", "a@1"), ("a@1", "a@1")]
        ):
            await tell(ann, event(f"r{number}", [source], [target]))
        found = await graph(ann, d("a@1"), depth=20)
    data = {(source, target) for source, target in edges(found) if "notebook" not in source + target}
    assert data == {(d("a@1"), d("b@1")), (d("b@1"), d("c@1")), (d("c@1"), d("a@1"))}
    assert found["truncated"] is False


async def test_wide_graph_is_cut_and_says_so(any_studio: StudioUnderTest):
    async with any_studio.user("ann", "team-a") as ann:
        for number in range(3):
            outputs = [LineageDataset(namespace="n", name=f"t{number}-{other}") for other in range(250)]
            await tell(ann, event(f"r{number}", ["flights@1"], outputs))
        found = await graph(ann, d("flights@1"))
    assert len(found["nodes"]) == MOST_NODES
    assert found["truncated"] is True
    assert all({edge["source"], edge["target"]} <= names(found) for edge in found["edges"])


async def test_things_of_other_workspaces_are_there_without_names(any_studio: StudioUnderTest):
    async with any_studio.user("both", "team-a", "team-b") as both, any_studio.user("ann", "team-a") as ann:
        flights = LineageDataset(namespace="onedata:team-a", name="dataset:flights@1")
        await tell(both, event("r1", [flights], ["secret@1"], workspace="team-b"), "team-b")
        await tell(both, event("r2", ["secret@1"], ["hidden@1"], workspace="team-b"), "team-b")
        anns = await graph(ann, d("flights@1"), direction="downstream")
        boths = await graph(both, d("flights@1"), direction="downstream")
    assert "dataset:team-b/hidden@1" in names(boths)
    assert "secret" not in str(anns)
    assert "team-b" not in str(anns)
    hidden = [node for node in anns["nodes"] if node["kind"] == "external"]
    assert hidden
    assert all(node["name"] == node["workspace"] == "" for node in hidden)
    assert all({edge["source"], edge["target"]} <= names(anns) for edge in anns["edges"])


async def test_lineage_of_another_workspace_is_not_found(studio: StudioUnderTest):
    async with studio.user("ann", "team-a") as ann:
        there = await ann.get(f"{API}/workspaces/team-b/lineage", params={"node": "dataset:team-b/x"})
        through = await ann.get(f"{API}/workspaces/team-a/lineage", params={"node": "dataset:team-b/x"})
    assert (there.status_code, through.status_code) == (404, 404)


async def test_thing_without_lineage_stands_alone(studio: StudioUnderTest):
    async with studio.user("ann", "team-a") as ann:
        found = await graph(ann, d("lonely@3"))
    assert found["nodes"] == [
        {"id": d("lonely@3"), "kind": "dataset", "workspace": "team-a", "name": "lonely", "version": "3"}
    ]
    assert found["edges"] == []


@pytest.mark.parametrize(
    "node",
    [
        "flights",
        "dataset:flights",
        "table:team-a/x",
        "dataset:../x",
        "dataset:team-a/",
        "dataset:team-a/\x00",
    ],
)
async def test_id_of_another_shape_says_which_shapes_there_are(studio: StudioUnderTest, node: str):
    async with studio.user("ann", "team-a") as ann:
        answer = await ann.get(f"{API}/workspaces/team-a/lineage", params={"node": node})
    assert answer.status_code == 422
    assert "dataset:<workspace>/<name>" in answer.json()["detail"]


@pytest.mark.parametrize("query", [{"depth": 0}, {"depth": 21}, {"direction": "sideways"}])
async def test_walk_that_cannot_be_is_refused(studio: StudioUnderTest, query: dict):
    async with studio.user("ann", "team-a") as ann:
        answer = await ann.get(f"{API}/workspaces/team-a/lineage", params={"node": d("x"), **query})
    assert answer.status_code == 422
