"""HTTP for lineage."""

from typing import Annotated

from fastapi import Query, Response
from onedata.contract.lineage import Direction, LineageEvent, LineageGraph

from onedata_hub.studio.access import AccessDep
from onedata_hub.studio.context import ContextDep
from onedata_hub.studio.lineage.service import LineageService
from onedata_hub.studio.routing import api_router

router = api_router("lineage")

NodeQuery = Annotated[
    str,
    Query(min_length=1, max_length=1_500, description="dataset:<workspace>/<name>[@version] and the like."),
]
DirectionQuery = Annotated[Direction, Query(description="Where it came from, what stands on it, or both.")]
DepthQuery = Annotated[int, Query(ge=1, le=20, description="How many steps away at the most.")]


@router.post("/workspaces/{workspace}/lineage/events", status_code=201, response_class=Response)
async def take_event(access: AccessDep, context: ContextDep, body: LineageEvent) -> Response:
    """Take an OpenLineage RunEvent. Takes editor. The same event again changes nothing."""
    await LineageService(context).take(access, body)
    return Response(status_code=201)


@router.get("/workspaces/{workspace}/lineage")
async def read_lineage(
    access: AccessDep,
    context: ContextDep,
    node: NodeQuery,
    direction: DirectionQuery = Direction.both,
    depth: DepthQuery = 5,
) -> LineageGraph:
    """The graph around a node, nearest first; things of workspaces that are not yours have no name."""
    return await LineageService(context).graph(access, node, direction, depth)
