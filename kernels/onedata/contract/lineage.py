"""Lineage: OpenLineage events in, a graph out.

How our own events name things. The namespace is ``onedata:<workspace>``; the name says the kind:

| kind | where | name |
| --- | --- | --- |
| dataset version | input, output | ``dataset:<name>@<version>`` |
| model version | input, output | ``model:<name>@<version>`` |
| notebook | job | ``notebook:<path>`` |
| One Data job | job | ``job:<job name>`` |
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from onedata.contract.names import DatasetRef

EntityName = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class LineageDataset(BaseModel):
    """An input or output of an event. ``namespace`` is ``onedata:<workspace>`` for ours."""

    model_config = ConfigDict(extra="allow")

    namespace: EntityName
    name: EntityName
    facets: dict[str, Any] = Field(default_factory=dict)


class LineageRun(BaseModel):
    """The run an event is about."""

    model_config = ConfigDict(extra="allow")

    runId: EntityName
    facets: dict[str, Any] = Field(default_factory=dict)


class LineageJob(BaseModel):
    """The code that ran: a notebook, a job, a query."""

    model_config = ConfigDict(extra="allow")

    namespace: EntityName
    name: EntityName
    facets: dict[str, Any] = Field(default_factory=dict)


class LineageEvent(BaseModel):
    """One OpenLineage RunEvent. Source: OpenLineage 2-0-2, RunEvent."""

    model_config = ConfigDict(extra="allow")

    eventType: Annotated[str, StringConstraints(pattern=r"^(START|RUNNING|COMPLETE|ABORT|FAIL|OTHER)$")]
    eventTime: datetime
    producer: str = Field(max_length=2_000)
    schemaURL: str = Field(default="", max_length=2_000)
    run: LineageRun
    job: LineageJob
    inputs: list[LineageDataset] = Field(default_factory=list, max_length=1_000)
    outputs: list[LineageDataset] = Field(default_factory=list, max_length=1_000)


class NodeKind(StrEnum):
    """What a node of the graph is."""

    dataset = "dataset"
    model = "model"
    notebook = "notebook"
    job = "job"
    external = "external"


class LineageNode(BaseModel):
    """A node: ``id`` is ``<kind>:<workspace>/<name>[@version]``."""

    id: str
    kind: NodeKind
    workspace: str
    name: str
    version: str | None = None


class LineageEdge(BaseModel):
    """``source`` went into ``target``; ``runs`` counts how often, ``last_at`` says when last."""

    source: str
    target: str
    runs: int
    last_at: datetime


class LineageGraph(BaseModel):
    """What stands around a node, nearest first."""

    root: str
    nodes: list[LineageNode]
    edges: list[LineageEdge]
    truncated: bool = False


class Direction(StrEnum):
    """Which way to walk: where a thing came from, what stands on it, or both."""

    upstream = "upstream"
    downstream = "downstream"
    both = "both"


def workspace_namespace(workspace: str) -> str:
    """Give the namespace of a workspace's things."""
    return f"onedata:{workspace}"


def dataset_entity(ref: str, workspace: str = "") -> LineageDataset:
    """Name a dataset version in an event.

    Args:
        ref: ``[workspace/]name@version``.
        workspace: Whose it is where the reference does not say.

    Raises:
        ValueError: If the reference has another shape, or names no version or workspace.
    """
    dataset = DatasetRef.parse(ref)
    owner = dataset.workspace or workspace
    if dataset.version is None or not owner:
        raise ValueError(f"'{ref}' names no version of a workspace's dataset. Write team-a/flights@3.")
    return LineageDataset(
        namespace=workspace_namespace(owner), name=f"dataset:{dataset.name}@{dataset.version}"
    )


def model_entity(workspace: str, name: str, version: str | int) -> LineageDataset:
    """Name a registered model's version in an event."""
    return LineageDataset(namespace=workspace_namespace(workspace), name=f"model:{name}@{version}")


def notebook_job(workspace: str, path: str) -> LineageJob:
    """Name a notebook as the code that ran."""
    return LineageJob(namespace=workspace_namespace(workspace), name=f"notebook:{path}"[:500])


def scheduled_job(workspace: str, name: str) -> LineageJob:
    """Name a One Data job as the code that ran."""
    return LineageJob(namespace=workspace_namespace(workspace), name=f"job:{name}")
