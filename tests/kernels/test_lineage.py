"""od.lineage against a studio that really answers."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import httpx
import onedata as od
import pytest
from onedata import _client
from onedata._lineage import Lineage
from onedata._lineage_drawing import _place
from onedata.contract.lineage import (
    LineageEdge,
    LineageGraph,
    LineageNode,
    NodeKind,
    notebook_job,
    scheduled_job,
)
from onedata.errors import InvalidInput, NotFound

from tests.hub.studio.lineage.events import event

SVG = "{http://www.w3.org/2000/svg}"


def tell(served, told: dict, workspace: str = "user-ann") -> None:
    httpx.post(
        f"{served.url}/api/v1/workspaces/{workspace}/lineage/events",
        json=told,
        headers={"Authorization": f"token {_client.client()._token}"},
    ).raise_for_status()


@pytest.fixture
def chain(served):
    """raw@1 → clean@1 → model delays@1, and a job that reads clean@1."""
    told = {"workspace": "user-ann"}
    tell(served, event("r1", ["raw@1"], ["clean@1"], job=notebook_job("user-ann", "etl/clean.ipynb"), **told))
    tell(
        served,
        event("r2", ["clean@1"], ["model:delays@1"], job=notebook_job("user-ann", "train.ipynb"), **told),
    )
    tell(served, event("r3", ["clean@1"], job=scheduled_job("user-ann", "nightly"), **told))
    return served


def ids(nodes) -> set[str]:
    return {node.id for node in nodes}


def test_upstream_and_downstream_are_told_apart(chain):
    graph = od.lineage("clean@1")
    assert ids(graph.upstream) == {"dataset:user-ann/raw@1", "notebook:user-ann/etl/clean.ipynb"}
    assert ids(graph.downstream) == {
        "model:user-ann/delays@1",
        "notebook:user-ann/train.ipynb",
        "job:user-ann/nightly",
    }
    assert graph.root == "dataset:user-ann/clean@1"
    assert not graph.truncated


def test_tree_reads_from_the_root_outwards(chain):
    lines = repr(od.lineage("model:delays@1")).splitlines()
    assert lines[0] == "model user-ann/delays@1"
    assert "├─ came from" in lines
    assert lines[-1] == "└─ went into: nothing recorded"
    assert any(line.endswith("dataset user-ann/clean@1") for line in lines)
    assert any(line.startswith("│  ") and line.endswith("dataset user-ann/raw@1") for line in lines)


@pytest.mark.parametrize(
    ("ref", "root"),
    [
        ("clean", "dataset:user-ann/clean"),
        ("user-ann/clean@1", "dataset:user-ann/clean@1"),
        ("dataset:clean@1", "dataset:user-ann/clean@1"),
        ("model:user-ann/delays@1", "model:user-ann/delays@1"),
        ("notebook:etl/clean.ipynb", "notebook:user-ann/etl/clean.ipynb"),
        ("notebook:user-ann/etl/clean.ipynb", "notebook:user-ann/etl/clean.ipynb"),
        ("job:nightly", "job:user-ann/nightly"),
    ],
)
def test_each_way_to_name_a_thing_finds_it(chain, ref: str, root: str):
    graph = od.lineage(ref)
    assert graph.root == root
    assert graph.edges


def test_workspace_may_be_named_beside_the_reference(served):
    tell(served, event("r1", ["raw@1"], ["clean@1"], workspace="team-a"), "team-a")
    assert ids(od.lineage("clean@1", workspace="team-a").upstream) >= {"dataset:team-a/raw@1"}
    assert od.lineage("clean@1").edges == []


def test_name_without_version_gathers_its_versions(chain):
    tell(chain, event("r9", ["raw@2"], ["clean@2"], workspace="user-ann"))
    graph = od.lineage("clean")
    assert set(graph.roots) == {"dataset:user-ann/clean@1", "dataset:user-ann/clean@2"}
    assert {"dataset:user-ann/raw@1", "dataset:user-ann/raw@2"} <= ids(graph.upstream)


def test_direction_and_depth_bound_the_walk(chain):
    graph = od.lineage("model:delays@1", direction="upstream", depth=1)
    assert graph.truncated
    assert "larger depth" in repr(graph)
    assert graph.downstream == []


@pytest.mark.parametrize("ref", ["", "table:x", "dataset:", "../flights", 7, None, "Flights"])
def test_reference_of_another_shape_says_what_to_write(served, ref):
    with pytest.raises(InvalidInput, match="Write "):
        od.lineage(ref)


def test_strange_workspace_is_not_found(served):
    with pytest.raises(NotFound, match="no workspace 'team-z'"):
        od.lineage("team-z/flights")


def test_drawing_is_well_formed_and_says_in_words_what_it_shows(chain):
    html = od.lineage("clean@1")._repr_html_()
    drawing = ET.fromstring(html[html.index("<svg") : html.index("</svg>") + 6])
    boxes = drawing.findall(f"{SVG}g")
    assert drawing.get("role") == "img"
    assert drawing.find(f"{SVG}title").text.startswith(
        "Lineage of dataset user-ann/clean@1: it came from 2 things"
    )
    assert len(boxes) == 6
    assert "--jp-ui-font-color1" in html
    assert "went into" in html


def graph_of(names: list[str], edges: list[tuple[int, int]]) -> Lineage:
    nodes = [
        LineageNode(id=f"dataset:w/{name}", kind=NodeKind.dataset, workspace="w", name=name) for name in names
    ]
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return Lineage(
        LineageGraph(
            root=nodes[0].id,
            nodes=nodes,
            edges=[LineageEdge(source=nodes[a].id, target=nodes[b].id, runs=1, last_at=at) for a, b in edges],
        )
    )


def test_names_with_markup_stay_text():
    graph = graph_of(["<script>alert(1)</script>", 'b" onload="x'], [(1, 0)])
    html = graph._repr_html_()
    assert "<script" not in html
    assert 'onload="x' not in html
    ET.fromstring(html[html.index("<svg") : html.index("</svg>") + 6])


def test_ring_is_drawn_once_round():
    graph = graph_of(["a", "b", "c"], [(0, 1), (1, 2), (2, 0)])
    assert [node.name for node in graph.downstream] == ["b", "c"]
    assert [node.name for node in graph.upstream] == ["c", "b"]
    assert len(repr(graph).splitlines()) < 15
    assert graph._repr_html_().count("<rect") == 6


def test_drawing_runs_from_left_to_right_along_every_edge():
    graph = graph_of(["root", "near", "far", "farther"], [(0, 1), (0, 2), (1, 2), (2, 3), (0, 3)])
    boxes = _place(graph)[0]
    assert [boxes[f"dataset:w/{name}"].x for name in ("root", "near", "far", "farther")] == sorted(
        {box.x for box in boxes.values()}
    )


def test_diamond_is_spelled_out_once():
    graph = graph_of(["d", "left", "right", "top", "roof"], [(1, 0), (2, 0), (3, 1), (3, 2), (4, 3)])
    text = repr(graph)
    assert text.count("dataset w/top") == 2
    assert text.count("(see above)") == 1
    assert text.count("dataset w/roof") == 1


def test_large_graph_draws_the_nearest_and_tells_of_the_rest():
    graph = graph_of(
        ["root", *(f"n{number}" for number in range(200))], [(number, 0) for number in range(1, 201)]
    )
    html = graph._repr_html_()
    assert html.count("<g>") == 60
    assert "141 more are in the text below." in html


def test_thing_of_another_workspace_is_shown_without_a_name():
    graph = graph_of(["a"], [])
    hidden = LineageNode(id="external:hidden/1", kind=NodeKind.external, workspace="", name="")
    edge = LineageEdge(
        source="dataset:w/a", target=hidden.id, runs=1, last_at=datetime(2026, 3, 1, tzinfo=UTC)
    )
    graph = Lineage(LineageGraph(root=graph.root, nodes=[*graph.nodes, hidden], edges=[edge]))
    assert "something in a workspace that is not yours" in repr(graph)
    assert "not yours to see" in graph._repr_html_()


def test_importing_lineage_loads_nothing_heavy():
    script = "import sys, onedata._lineage; print([m for m in ('pandas', 'pydantic', 'httpx') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
