"""HTTP for runners: the run key opens one attempt and nothing else; no hub token is looked at."""

from typing import Annotated

from fastapi import Header, Path, Request, Response
from onedata.contract.runner import (
    RUN_KEY_HEADER,
    RunBegin,
    RunOrders,
    RunReply,
    RunReport,
    RunResult,
)

from onedata_hub.studio.context import ContextDep
from onedata_hub.studio.jobs.endpoints import RunId
from onedata_hub.studio.jobs.runner_service import RunnerService
from onedata_hub.studio.routing import api_router

router = api_router("runner")

RunKey = Annotated[
    str, Header(alias=RUN_KEY_HEADER, max_length=200, description="The key that the runner was started with.")
]
_BYTES = {"requestBody": {"required": True, "content": {"application/octet-stream": {}}}}


@router.post("/runner/runs/{run_id}/begin")
async def begin(context: ContextDep, run_id: RunId, body: RunBegin, key: RunKey = "") -> RunOrders:
    """Ask what to execute. The first place that asks may; asking again from there changes nothing."""
    return await RunnerService(context).begin(run_id, key, body)


@router.post("/runner/runs/{run_id}/report")
async def report(context: ContextDep, run_id: RunId, body: RunReport, key: RunKey = "") -> RunReply:
    """Say how far an attempt is; hear whether to stop."""
    return await RunnerService(context).report(run_id, key, body)


@router.post("/runner/runs/{run_id}/result", status_code=204)
async def result(context: ContextDep, run_id: RunId, body: RunResult, key: RunKey = "") -> Response:
    """Say how an attempt ended. Saying it again changes nothing."""
    await RunnerService(context).result(run_id, key, body)
    return Response(status_code=204)


@router.put("/runner/runs/{run_id}/outputs/{name}", status_code=204, openapi_extra=_BYTES)
async def put_output(
    context: ContextDep,
    run_id: RunId,
    key: RunKey,
    name: Annotated[str, Path(max_length=200)],
    request: Request,
) -> Response:
    """Store an output of an attempt."""
    await RunnerService(context).put_output(run_id, key, name, await request.body())
    return Response(status_code=204)
