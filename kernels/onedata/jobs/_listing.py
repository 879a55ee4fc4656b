"""What there is: jobs, runs, and the switches on them."""

from typing import Any

from onedata._client import client, path_of
from onedata.contract import jobs as contract
from onedata.contract.jobs import RunState
from onedata.datasets._registry import Listing
from onedata.datasets._words import time_words
from onedata.errors import InvalidInput
from onedata.jobs._finding import find_job, find_run, jobs_path
from onedata.jobs._handles import Job, Run
from onedata.jobs._words import cells_words, duration_words, schedule_words, seconds_of, state_words


def list(search: str | None = None, workspace: str | None = None) -> Listing:
    """List the jobs of a workspace by name.

    Args:
        search: Part of the name.
        workspace: Where to look; None is the session's.
    """
    studio = client()
    pages = studio.pages(jobs_path(studio.workspace(workspace)), search=search)
    found = [contract.JobSummary.model_validate(item) for item in pages]
    return Listing(
        found,
        ["Job", "Schedule", "Next due", "Last run", "Notebook", "Runs as"],
        lambda job: [
            job.name,
            schedule_words(job.schedule),
            time_words(job.next_due_at) if job.next_due_at else "",
            state_words(job.last_run.state) if job.last_run else "",
            job.notebook_path,
            job.run_as,
        ],
    )


def runs(job: Any = None, state: str | None = None, limit: int = 50, workspace: str | None = None) -> Listing:
    """List runs, newest first.

    Args:
        job: Of this job alone: its name, id or handle.
        state: In this state alone: 'failed', 'running', …
        limit: How many at the most.
        workspace: Where to look; None is the session's.
    """
    if state is not None and state not in [known.value for known in RunState]:
        states = ", ".join(known.value for known in RunState)
        raise InvalidInput(f"There is no state '{state}'. A run is in one of: {states}.")
    if limit < 1:
        raise InvalidInput(f"limit is {limit}; it is how many runs to list at the most, at least 1.")
    of_job = find_job(job, workspace) if job is not None else None
    studio = client()
    workspace = of_job.workspace if of_job else studio.workspace(workspace)
    path = path_of("workspaces", workspace, "runs")
    pages = studio.pages(path, most=limit, job_id=of_job.id if of_job else None, state=state)
    found = [Run(studio, workspace, contract.RunSummary.model_validate(item)) for item in pages]
    return Listing(
        found,
        ["Run", "Job", "State", "Due", "Took", "Cells", "Failing cell"],
        lambda run: [
            run.id,
            run.name,
            state_words(run.state),
            time_words(run.summary.due_at),
            duration_words(seconds_of(run.summary)),
            cells_words(run.summary),
            run.summary.failing_cell or "",
        ],
    )


def get(job: Any, workspace: str | None = None) -> Job:
    """Give a job by its name or id."""
    return find_job(job, workspace)


def run(run: Any, workspace: str | None = None) -> Run:
    """Give a run by its id."""
    return find_run(run, workspace)


def pause(job: Any, workspace: str | None = None) -> Job:
    """Let no due time start a run of a job until it is resumed."""
    return find_job(job, workspace).pause()


def resume(job: Any, workspace: str | None = None) -> Job:
    """Run a job at its due times again."""
    return find_job(job, workspace).resume()


def delete(job: Any, workspace: str | None = None) -> None:
    """Delete a job, and cancel what runs of it; its runs stay to be seen."""
    find_job(job, workspace).delete()
