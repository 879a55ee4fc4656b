"""Find what a person names: a job by name, id or handle; a run by id or handle."""

from typing import Any

from onedata._client import StudioClient, client, path_of
from onedata.contract import jobs as contract
from onedata.errors import InvalidInput, NotFound
from onedata.jobs._job import Job
from onedata.jobs._run import Run

_NAMED = 8  # as many jobs are named where the one that was asked for is not there


def jobs_path(workspace: str) -> str:
    """Give the path of a workspace's jobs."""
    return path_of("workspaces", workspace, "jobs")


def find_named(studio: StudioClient, workspace: str, name: str) -> contract.JobSummary | None:
    """Find the job of a name; None if there is none."""
    items = list(studio.pages(jobs_path(workspace), most=1, name=name))
    return contract.JobSummary.model_validate(items[0]) if items else None


def find_job(job: Any, workspace: str | None = None) -> Job:
    """Give a job by its name, its id, or a handle of it.

    Raises:
        NotFound: If there is none; names some that there are.
    """
    if isinstance(job, Job):
        return job
    if not isinstance(job, str) or not job:
        raise InvalidInput(f"A job is named by its name or id, not by {job!r}.")
    studio = client()
    workspace = studio.workspace(workspace)
    named = find_named(studio, workspace, job)
    path = f"{jobs_path(workspace)}{path_of(named.id if named else job)}"
    try:
        return Job(studio, contract.Job.model_validate(studio.get(path)))
    except NotFound as error:
        there = [item["name"] for item in studio.pages(jobs_path(workspace), most=_NAMED)]
        named_ones = f"It has: {', '.join(there)}." if there else "It has none yet."
        raise NotFound(f"Workspace '{workspace}' has no job '{job}'. {named_ones}") from error


def find_run(run: Any, workspace: str | None = None) -> Run:
    """Give a run by its id, or a handle of it.

    Raises:
        NotFound: If there is none.
    """
    if isinstance(run, Run):
        return run
    if not isinstance(run, str) or not run:
        raise InvalidInput(f"A run is named by its id, not by {run!r}. od.jobs.runs() lists them.")
    studio = client()
    workspace = studio.workspace(workspace)
    answer = studio.get(path_of("workspaces", workspace, "runs", run))
    return Run(studio, workspace, contract.Run.model_validate(answer))
