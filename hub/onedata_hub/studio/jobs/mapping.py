"""From rows to what the API shows."""

from collections.abc import Sequence
from typing import Any

from onedata.contract.jobs import (
    Job,
    JobSummary,
    Notification,
    Overlap,
    ParameterSpec,
    Retries,
    Run,
    RunSummary,
    Schedule,
)
from onedata.contract.workspaces import Role
from pydantic import TypeAdapter
from pydantic_core import to_json

from onedata_hub.studio.jobs.tables import JobRow, JobRunDetailRow, JobRunRow
from onedata_hub.studio.paging import encode_cursor

_SPECS = TypeAdapter(list[ParameterSpec])
_NOTIFICATIONS: TypeAdapter[list[Notification]] = TypeAdapter(list[Notification])
HIDDEN = "***"  # what a viewer sees of an environment's values


def run_summary(run: JobRunRow) -> RunSummary:
    """Give a run as lists show it."""
    return RunSummary(**_summary_fields(run))


def runs_page_json(runs: Sequence[Any], limit: int) -> bytes:
    """Write a ``Page[RunSummary]``; a run beyond the limit says that more follow.

    Args:
        runs: ``JobRunRow``s, or rows with those of its columns that a summary needs.
        limit: How many the page holds at the most.
    """
    cursor = encode_cursor(runs[limit - 1].id) if len(runs) > limit else None
    return to_json({"items": [_summary_fields(run) for run in runs[:limit]], "next_cursor": cursor})


def _summary_fields(run: Any) -> dict[str, Any]:
    ended, started = run.finished_at, run.started_at
    return {
        "id": run.id,
        "job_id": run.job_id,
        "job_name": run.job_name,
        "state": run.state,
        "trigger": run.trigger,
        "due_at": run.due_at,
        "started_at": started,
        "finished_at": ended,
        "duration_seconds": (ended - started).total_seconds() if ended and started else None,
        "attempt": run.attempt,
        "progress": {
            "cells_total": run.cells_total,
            "cells_done": run.cells_done,
            "current_cell": run.current_cell,
            "current_name": run.current_name,
        },
        "failing_cell": run.failing_cell,
        "message": run.message,
        "created_by": run.created_by,
    }


def full_run(run: JobRunRow, detail: JobRunDetailRow) -> Run:
    """Give a run with all that is known of it."""
    return Run.model_validate(_full_fields(run, detail))


def full_run_json(row: Any) -> bytes:
    """Write a ``Run`` from a row that holds the columns of both tables."""
    return to_json(_full_fields(row, row))


def _full_fields(run: Any, detail: Any) -> dict[str, Any]:
    return {
        **_summary_fields(run),
        "workspace": run.workspace,
        "notebook_digest": detail.notebook_digest,
        "parameters": detail.parameters,
        "profile": detail.profile,
        "failure": detail.failure,
        "outputs": [public_output(stored, run.attempt) for stored in detail.outputs],
        "datasets_read": detail.datasets_read,
        "datasets_written": detail.datasets_written,
        "mlflow_runs": detail.mlflow_runs,
    }


def public_output(stored: str, attempt: int) -> str:
    """Name a stored output for people: earlier attempts' lie under ``attempts/<n>/``."""
    number, _, name = stored.partition("/")
    return name if int(number) == attempt else f"attempts/{stored}"


def stored_output(public: str, attempt: int) -> str:
    """Give the stored name (``<attempt>/<name>``) of an output."""
    return public.removeprefix("attempts/") if public.startswith("attempts/") else f"{attempt}/{public}"


def _job_fields(job: JobRow, last_run: JobRunRow | None) -> dict[str, Any]:
    return {
        "id": job.id,
        "workspace": job.workspace,
        "name": job.name,
        "notebook_path": job.notebook_path,
        "schedule": Schedule.model_validate(job.schedule) if job.schedule else None,
        "next_due_at": job.next_due_at,
        "last_run": run_summary(last_run) if last_run else None,
        "created_by": job.created_by,
        "updated_at": job.updated_at,
    }


def job_summary(job: JobRow, last_run: JobRunRow | None) -> JobSummary:
    """Give a job as lists show it."""
    return JobSummary(**_job_fields(job, last_run))


def full_job(job: JobRow, last_run: JobRunRow | None, role: Role) -> Job:
    """Give a job with all that was chosen; environment values are for those who may change them."""
    shown = job.environment if role.covers(Role.editor) else dict.fromkeys(job.environment, HIDDEN)
    return Job(
        **_job_fields(job, last_run),
        notebook_digest=job.notebook_digest,
        kernel=job.kernel,
        parameter_specs=specs_of(job) or [],
        parameters=job.parameters,
        profile=job.profile,
        environment=shown,
        overlap=Overlap(job.overlap),
        retries=Retries.model_validate(job.retries),
        timeout_seconds=job.timeout_seconds,
        notifications=_NOTIFICATIONS.validate_python(job.notifications),
        created_at=job.created_at,
    )


def specs_of(job: JobRow) -> list[ParameterSpec] | None:
    """Give the notebook's parameters; None where its language has none that we can read."""
    return None if job.parameter_specs is None else _SPECS.validate_python(job.parameter_specs)
