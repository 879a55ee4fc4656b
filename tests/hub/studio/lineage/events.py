"""OpenLineage events as notebooks, jobs and MLflow's service send them."""

from typing import Any

import httpx
from onedata.contract.lineage import LineageDataset, dataset_entity, model_entity, notebook_job

API = "/api/v1"


def event(
    run: str,
    inputs: list[LineageDataset | str] = (),
    outputs: list[LineageDataset | str] = (),
    *,
    job: Any = None,
    workspace: str = "team-a",
    kind: str = "COMPLETE",
    at: str = "2026-03-01T12:00:00Z",
) -> dict[str, Any]:
    """Write an event; text names a dataset version, ``model:name@version`` a model's."""
    return {
        "eventType": kind,
        "eventTime": at,
        "producer": "https://example.org/tests",
        "run": {"runId": run},
        "job": (job or notebook_job(workspace, "etl.ipynb")).model_dump(),
        "inputs": [entity(one, workspace) for one in inputs],
        "outputs": [entity(one, workspace) for one in outputs],
    }


def entity(one: LineageDataset | str, workspace: str) -> dict[str, Any]:
    if isinstance(one, LineageDataset):
        return one.model_dump()
    if one.startswith("model:"):
        name, _, version = one.removeprefix("model:").partition("@")
        return model_entity(workspace, name, version).model_dump()
    return dataset_entity(one, workspace).model_dump()


async def tell(client: httpx.AsyncClient, told: dict[str, Any], workspace: str = "team-a") -> httpx.Response:
    return await client.post(f"{API}/workspaces/{workspace}/lineage/events", json=told)


async def graph(
    client: httpx.AsyncClient, node: str, workspace: str = "team-a", **query: Any
) -> dict[str, Any]:
    answer = await client.get(f"{API}/workspaces/{workspace}/lineage", params={"node": node, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def edges(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(edge["source"], edge["target"]) for edge in found["edges"]}


def names(found: dict[str, Any]) -> set[str]:
    return {node["id"] for node in found["nodes"]}
