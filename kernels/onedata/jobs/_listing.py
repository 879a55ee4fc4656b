"""What there is: jobs, runs, and the switches on them."""

from typing import Any

from onedata._client import client
from onedata.contract import jobs as contract
from onedata.datasets._registry import Listing
from onedata.datasets._words import time_words
from onedata.jobs._finding import find_job, find_run, jobs_path
from onedata.jobs._job import Job
from onedata.jobs._run import Run
from onedata.jobs._runs import list_runs
from onedata.jobs._words import schedule_words, state_words


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
    of_job = find_job(job, workspace) if job is not None else None
    studio = client()
    workspace = of_job.workspace if of_job else studio.workspace(workspace)
    return list_runs(studio, workspace, job_id=of_job.id if of_job else None, state=state, limit=limit)


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
