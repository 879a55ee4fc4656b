"""Lineage: OpenLineage events in, a graph out."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

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
