"""Make notebooks into jobs, and run them."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from onedata._client import StudioClient, client, path_of
from onedata.contract import jobs as contract
from onedata.contract.jobs import NotebookInfo, SchedulePreview
from onedata.errors import Conflict
from onedata.jobs._finding import find_named, jobs_path
from onedata.jobs._here import profile_here
from onedata.jobs._job import Job
from onedata.jobs._notebooks import (
    job_name,
    notification,
    plain_parameters,
    read_notebook,
    seconds_of_timeout,
)
from onedata.jobs._run import Run


def submit(
    notebook: str | Path,
    parameters: dict[str, Any] | None = None,
    *,
    name: str | None = None,
    profile: str | None = None,
    profile_options: dict[str, str] | None = None,
    environment: dict[str, str] | None = None,
    retries: int | dict[str, Any] | None = None,
    timeout: float | timedelta | None = None,
    overlap: str | None = None,
    notifications: Sequence[Any] | None = None,
    wait: bool = False,
    workspace: str | None = None,
) -> Run:
    """Run a notebook as a job, now; give the run.

    The notebook is taken as it is saved. A job of the same name gets this notebook and what else
    is given; what is not given stays as it was there.

    Args:
        notebook: Its path.
        parameters: For this run, laid over the job's own; checked before anything runs.
        name: The job's name; None makes one of the notebook's.
        profile: The server profile to run with. None is, for a new job, that of the server that this is called
            on, with what was chosen there; elsewhere the platform's default.
        profile_options: Choices within the profile, by their names: {'image': 'torch'}.
        environment: Variables that the notebook finds.
        retries: How often a failed run is tried again; a dict also sets backoff_seconds and factor.
        timeout: Seconds, or a timedelta, after which the run is stopped.
        overlap: While one run is on its way: 'forbid' another, 'queue' it, or let it 'replace' that one.
            None queues, if the job is new.
        notifications: Who hears of failures: mail addresses, URLs, or dicts as the API takes them.
        wait: Wait for the end, showing how far the run is, and raise if it fails.
        workspace: Where the job lives; None is the session's.

    Raises:
        InvalidInput: If the file is no notebook, or a parameter is not what the notebook takes.
        RunFailed: If ``wait`` and the run did not succeed.
    """
    given = _fields(profile, profile_options, environment, retries, timeout, overlap, notifications)
    fresh = {"overlap": "queue"} if overlap is None else {}
    job = _put_job(notebook, name, workspace, given, fresh)
    run = job.run(plain_parameters(parameters))
    return run.wait(check=True) if wait else run


def schedule(
    notebook: str | Path,
    cron: str,
    *,
    timezone: str = "UTC",
    parameters: dict[str, Any] | None = None,
    name: str | None = None,
    profile: str | None = None,
    profile_options: dict[str, str] | None = None,
    environment: dict[str, str] | None = None,
    retries: int | dict[str, Any] | None = None,
    timeout: float | timedelta | None = None,
    overlap: str | None = None,
    catch_up: str = "latest",
    notifications: Sequence[Any] | None = None,
    workspace: str | None = None,
) -> Job:
    """Run a notebook at set times, with nobody logged in; give the job.

    The notebook is taken as it is saved. A job of the same name gets this notebook, this schedule
    and what else is given; what is not given stays as it was there.

    Args:
        notebook: Its path.
        cron: Minute, hour, day, month, weekday: '30 2 * * *' is every night at half past two.
        timezone: The IANA zone of the cron's times, such as Europe/Berlin.
        parameters: For each run; checked before anything runs.
        name: The job's name; None makes one of the notebook's.
        profile: The server profile to run with. None is, for a new job, that of the server that this is called
            on, with what was chosen there; elsewhere the platform's default.
        profile_options: Choices within the profile, by their names: {'image': 'torch'}.
        environment: Variables that the notebook finds.
        retries: How often a failed run is tried again; a dict also sets backoff_seconds and factor.
        timeout: Seconds, or a timedelta, after which a run is stopped.
        overlap: While one run is on its way: 'forbid' the next, 'queue' it, or let it 'replace' that one.
        catch_up: Of due times that passed while the platform was down run 'none', the 'latest', or 'all'.
        notifications: Who hears of failures: mail addresses, URLs, or dicts as the API takes them.
        workspace: Where the job lives; None is the session's.
    """
    given = _fields(profile, profile_options, environment, retries, timeout, overlap, notifications)
    given["schedule"] = {"cron": cron, "timezone": timezone, "catch_up": catch_up}
    if parameters is not None:
        given["parameters"] = plain_parameters(parameters)
    return _put_job(notebook, name, workspace, given, {})


def inspect(notebook: str | Path, workspace: str | None = None) -> NotebookInfo:
    """Say what a notebook needs: its kernel, and the parameters it takes. Nothing of it runs."""
    studio = client()
    content, _ = read_notebook(notebook)
    path = path_of("workspaces", studio.workspace(workspace), "notebooks", "inspect")
    return NotebookInfo.model_validate(studio.request("POST", path, json={"notebook": content}, retry=True))


def preview(cron: str, timezone: str = "UTC") -> SchedulePreview:
    """Say a schedule in words, with its next due times. Nothing is kept."""
    body = {"cron": cron, "timezone": timezone}
    return SchedulePreview.model_validate(
        client().request("POST", "/schedules/preview", json=body, retry=True)
    )


def _fields(
    profile: str | None,
    profile_options: dict[str, str] | None,
    environment: dict[str, str] | None,
    retries: int | dict[str, Any] | None,
    timeout: float | timedelta | None,
    overlap: str | None,
    notifications: Sequence[Any] | None,
) -> dict[str, Any]:
    """Give what was chosen about a job as the API takes it; what was not chosen is left out."""
    chosen = {
        "profile": profile,
        "profile_options": profile_options,
        "environment": environment,
        "retries": {"max_retries": retries} if isinstance(retries, int) else retries,
        "timeout_seconds": None if timeout is None else seconds_of_timeout(timeout),
        "overlap": overlap,
        "notifications": None
        if notifications is None
        else [notification(target) for target in notifications],
    }
    return {field: value for field, value in chosen.items() if value is not None}


def _put_job(
    notebook: str | Path,
    name: str | None,
    workspace: str | None,
    given: dict[str, Any],
    fresh: dict[str, Any],
) -> Job:
    """Make the job of a name, or change it; ``fresh`` holds what only a new one takes."""
    content, path = read_notebook(notebook)
    name = job_name(name, notebook)
    studio = client()
    workspace = studio.workspace(workspace)
    known = find_named(studio, workspace, name)
    if known is None:
        own = {} if "profile" in given else profile_here()
        body = {"name": name, "notebook": content, "notebook_path": path, **own, **fresh, **given}
        try:
            return Job(studio, contract.Job.model_validate(studio.post(jobs_path(workspace), body)))
        except Conflict:  # somebody made one of this name meanwhile; if not, the refusal stands
            known = find_named(studio, workspace, name)
            if known is None:
                raise
    return _change(studio, workspace, known, {"notebook": content, "notebook_path": path, **given})


def _change(studio: StudioClient, workspace: str, job: contract.JobSummary, fields: dict[str, Any]) -> Job:
    """Change a job; a schedule that is given again stays paused if it was."""
    schedule = fields.get("schedule")
    if schedule is not None and job.schedule is not None:
        fields = {**fields, "schedule": {**schedule, "paused": job.schedule.paused}}
    path = f"{jobs_path(workspace)}{path_of(job.id)}"
    answer = studio.request("PATCH", path, json=fields, retry=True)
    return Job(studio, contract.Job.model_validate(answer))
