"""HTTP for jobs and runs."""

from typing import Annotated, Any

from fastapi import Path, Query, Response
from onedata.contract.jobs import (
    Job,
    JobCreate,
    JobSummary,
    JobUpdate,
    NotebookInfo,
    NotebookInspect,
    Run,
    RunCreate,
    RunLog,
    RunState,
    RunSummary,
    Schedule,
    SchedulePreview,
)
from onedata.contract.paging import Page

from onedata_hub.studio.access import AccessDep
from onedata_hub.studio.answers import json_answer
from onedata_hub.studio.callers import CallerDep
from onedata_hub.studio.context import ContextDep
from onedata_hub.studio.jobs.notebooks import inspect_notebook
from onedata_hub.studio.jobs.outputs import CONTENT_TYPES
from onedata_hub.studio.jobs.runs_service import RunService
from onedata_hub.studio.jobs.service import JobService, preview_schedule
from onedata_hub.studio.paging import DEFAULT_LIMIT, CursorQuery, LimitQuery
from onedata_hub.studio.routing import api_router

router = api_router("jobs")

_TEXT = r"^[^\x00]*$"
JobId = Annotated[str, Path(max_length=64, pattern=_TEXT, description="The job's id.")]
RunId = Annotated[str, Path(max_length=64, pattern=_TEXT, description="The run's id.")]
NameQuery = Annotated[
    str | None, Query(max_length=100, pattern=_TEXT, description="The job of this very name.")
]
SearchQuery = Annotated[str | None, Query(max_length=100, pattern=_TEXT, description="Part of the name.")]
JobQuery = Annotated[str | None, Query(max_length=64, pattern=_TEXT, description="Runs of this job alone.")]
StateQuery = Annotated[RunState | None, Query(description="Runs in this state alone.")]
OffsetQuery = Annotated[int, Query(ge=0, le=2**40, description="Where to start, in bytes.")]
DownloadQuery = Annotated[bool, Query(description="Save it rather than show it.")]
OutputName = Annotated[str, Path(max_length=200, description="executed.ipynb, executed.html or log.txt.")]

_OUTPUT_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"description": "The output's bytes", "content": {kind: {} for kind in CONTENT_TYPES.values()}}
}


@router.post("/workspaces/{workspace}/notebooks/inspect")
def inspect(_access: AccessDep, body: NotebookInspect) -> NotebookInfo:
    """What a notebook needs: kernel and parameters. Nothing of it runs or is kept."""
    return inspect_notebook(body.notebook)


@router.post("/schedules/preview")
def preview(_caller: CallerDep, body: Schedule) -> SchedulePreview:
    """A schedule in words, with its next due times."""
    return preview_schedule(body)


@router.get("/workspaces/{workspace}/jobs", response_model=Page[JobSummary])
async def list_jobs(
    access: AccessDep,
    context: ContextDep,
    name: NameQuery = None,
    search: SearchQuery = None,
    limit: LimitQuery = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
) -> Response:
    """The workspace's jobs, by name."""
    return json_answer(
        await JobService(context).page(access, name=name, search=search, cursor=cursor, limit=limit)
    )


@router.post("/workspaces/{workspace}/jobs", status_code=201)
async def create_job(access: AccessDep, context: ContextDep, body: JobCreate) -> Job:
    """Make a job of a notebook. Takes editor."""
    return await JobService(context).create(access, body)


@router.get("/workspaces/{workspace}/jobs/{job_id}")
async def read_job(access: AccessDep, context: ContextDep, job_id: JobId) -> Job:
    """One job in full."""
    return await JobService(context).get(access, job_id)


@router.patch("/workspaces/{workspace}/jobs/{job_id}")
async def update_job(access: AccessDep, context: ContextDep, job_id: JobId, body: JobUpdate) -> Job:
    """Change a job. Null takes schedule or profile away. Takes editor."""
    return await JobService(context).update(access, job_id, body)


@router.delete("/workspaces/{workspace}/jobs/{job_id}", status_code=204)
async def delete_job(access: AccessDep, context: ContextDep, job_id: JobId) -> Response:
    """Delete a job and cancel what has not ended of it; its runs stay to be seen. Takes editor."""
    await JobService(context).delete(access, job_id)
    return Response(status_code=204)


@router.post("/workspaces/{workspace}/jobs/{job_id}/runs", status_code=201)
async def start_run(access: AccessDep, context: ContextDep, job_id: JobId, body: RunCreate) -> Run:
    """Run a job now, as the caller. Takes editor."""
    return await RunService(context).start(access, job_id, body)


@router.get("/workspaces/{workspace}/runs", response_model=Page[RunSummary])
async def list_runs(
    access: AccessDep,
    context: ContextDep,
    job_id: JobQuery = None,
    state: StateQuery = None,
    limit: LimitQuery = DEFAULT_LIMIT,
    cursor: CursorQuery = None,
) -> Response:
    """The workspace's runs, the newest first."""
    return json_answer(
        await RunService(context).page(access, job_id=job_id, state=state, cursor=cursor, limit=limit)
    )


@router.get("/workspaces/{workspace}/runs/{run_id}", response_model=Run)
async def read_run(access: AccessDep, context: ContextDep, run_id: RunId) -> Response:
    """One run in full."""
    return json_answer(await RunService(context).read(access, run_id))


@router.post("/workspaces/{workspace}/runs/{run_id}/cancel")
async def cancel_run(access: AccessDep, context: ContextDep, run_id: RunId) -> Run:
    """Cancel a run; one that has ended stays as it is. Takes editor."""
    return await RunService(context).cancel(access, run_id)


@router.post("/workspaces/{workspace}/runs/{run_id}/retry")
async def retry_run(access: AccessDep, context: ContextDep, run_id: RunId) -> Run:
    """Give a run that did not succeed another attempt. Takes editor."""
    return await RunService(context).retry(access, run_id)


@router.get("/workspaces/{workspace}/runs/{run_id}/logs")
async def read_log(access: AccessDep, context: ContextDep, run_id: RunId, offset: OffsetQuery = 0) -> RunLog:
    """Part of the log of the run's newest attempt, while it runs and after."""
    return await RunService(context).log(access, run_id, offset)


@router.get(
    "/workspaces/{workspace}/runs/{run_id}/outputs/{name}", response_class=Response, responses=_OUTPUT_ANSWER
)
async def read_output(
    access: AccessDep, context: ContextDep, run_id: RunId, name: OutputName, download: DownloadQuery = False
) -> Response:
    """One output of the run's newest attempt. Pages are served in a sandbox without origin or network."""
    output = await RunService(context).output(access, run_id, name)
    return Response(output.data, headers=output.headers(download=download))


@router.get(
    "/workspaces/{workspace}/runs/{run_id}/outputs/attempts/{attempt}/{name}",
    response_class=Response,
    responses=_OUTPUT_ANSWER,
)
async def read_earlier_output(
    access: AccessDep,
    context: ContextDep,
    run_id: RunId,
    attempt: Annotated[int, Path(ge=1, le=10_000)],
    name: OutputName,
    download: DownloadQuery = False,
) -> Response:
    """One output of an earlier attempt."""
    output = await RunService(context).output(access, run_id, f"attempts/{attempt}/{name}")
    return Response(output.data, headers=output.headers(download=download))
