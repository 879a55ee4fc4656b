"""From rows to what the API shows."""

from collections.abc import Mapping, Sequence
from typing import Any

from onedata.contract.jobs import (
    Job,
    Notification,
    Overlap,
    ParameterSpec,
    Retries,
    Run,
)
from onedata.contract.workspaces import Role
from pydantic import TypeAdapter
from pydantic_core import to_json

from onedata_hub.studio.jobs.tables import AnyRow, JobRow, JobRunDetailRow, JobRunRow
from onedata_hub.studio.paging import encode_cursor

_SPECS = TypeAdapter(list[ParameterSpec])
_NOTIFICATIONS: TypeAdapter[list[Notification]] = TypeAdapter(list[Notification])
# What a job is listed with, by column.
LISTED_COLUMNS = (
    "id", "workspace", "name", "notebook_path", "schedule", "next_due_at", "created_by", "run_as",
    "updated_at",
)  # fmt: skip
# What a run is listed with, by column ...
SUMMARY_COLUMNS = (
    "id", "job_id", "job_name", "state", "trigger", "due_at", "started_at", "finished_at", "attempt",
    "failing_cell", "message", "created_by", "cells_total", "cells_done", "current_cell", "current_name",
)  # fmt: skip
# ... and these, with the workspace, are the rest of a ``Run``.
DETAIL_COLUMNS = (
    "notebook_digest", "parameters", "profile", "profile_options", "failure", "outputs",
    "datasets_read", "datasets_written", "mlflow_runs",
)  # fmt: skip
HIDDEN = "***"  # what a viewer sees of an environment's values


def runs_page_json(runs: Sequence[AnyRow], limit: int) -> bytes:
    """Write a ``Page[RunSummary]``; a run beyond the limit says that more follow.

    Args:
        runs: Rows of the ``SUMMARY_COLUMNS``.
        limit: How many the page holds at the most.
    """
    cursor = encode_cursor(runs[limit - 1].id) if len(runs) > limit else None
    return to_json({"items": [_summary_fields(run) for run in runs[:limit]], "next_cursor": cursor})


def run_summary_json(run: AnyRow) -> bytes:
    """Write a ``RunSummary`` from a row that begins with the ``SUMMARY_COLUMNS``."""
    return to_json(_summary_fields(run[: len(SUMMARY_COLUMNS)]))


def full_run(run: JobRunRow, detail: JobRunDetailRow) -> Run:
    """Give a run with all that is known of it."""
    values = (*_columns(run, SUMMARY_COLUMNS), run.workspace, *_columns(detail, DETAIL_COLUMNS))
    return Run.model_validate(_full_fields(values))


def full_run_json(row: AnyRow) -> bytes:
    """Write a ``Run`` from a row of the ``SUMMARY_COLUMNS``, the workspace and the ``DETAIL_COLUMNS``."""
    return to_json(_full_fields(row))


def _columns(entity: object, names: tuple[str, ...]) -> list[Any]:
    return [getattr(entity, name) for name in names]


def _summary_fields(values: Sequence[Any]) -> dict[str, Any]:
    """Write a summary of the ``SUMMARY_COLUMNS``.

    In one display: a page has fifty of them, and building each step by step takes three times as long.
    """
    (
        run_id, job_id, job_name, state, trigger, due_at, started_at, finished_at, attempt,
        failing_cell, message, created_by, cells_total, cells_done, current_cell, current_name,
    ) = values  # fmt: skip
    ended = started_at is not None and finished_at is not None
    return {
        "id": run_id,
        "job_id": job_id,
        "job_name": job_name,
        "state": state,
        "trigger": trigger,
        "due_at": due_at,
        "started_at": started_at,
        "finished_at": finished_at,
        "duration_seconds": (finished_at - started_at).total_seconds() if ended else None,
        "attempt": attempt,
        "progress": {
            "cells_total": cells_total,
            "cells_done": cells_done,
            "current_cell": current_cell,
            "current_name": current_name,
        },
        "failing_cell": failing_cell,
        "message": message,
        "created_by": created_by,
    }


def _full_fields(values: Sequence[Any]) -> dict[str, Any]:
    fields = _summary_fields(values[: len(SUMMARY_COLUMNS)])
    fields |= zip(("workspace", *DETAIL_COLUMNS), values[len(SUMMARY_COLUMNS) :], strict=True)
    fields["outputs"] = [public_output(stored, fields["attempt"]) for stored in fields["outputs"]]
    return fields


def public_output(stored: str, attempt: int) -> str:
    """Name a stored output for people: earlier attempts' lie under ``attempts/<n>/``."""
    number, _, name = stored.partition("/")
    return name if int(number) == attempt else f"attempts/{stored}"


def stored_output(public: str, attempt: int) -> str:
    """Give the stored name (``<attempt>/<name>``) of an output."""
    return public.removeprefix("attempts/") if public.startswith("attempts/") else f"{attempt}/{public}"


def jobs_page_json(jobs: Sequence[AnyRow], last_runs: Mapping[str, AnyRow], limit: int) -> bytes:
    """Write a ``Page[JobSummary]``; a job beyond the limit says that more follow.

    Args:
        jobs: Rows of the ``LISTED_COLUMNS``.
        last_runs: Rows of the ``SUMMARY_COLUMNS``, by the job's id.
        limit: How many the page holds at the most.
    """
    cursor = encode_cursor(jobs[limit - 1].name) if len(jobs) > limit else None
    items = [_job_fields(job, last_runs.get(job.id)) for job in jobs[:limit]]
    return to_json({"items": items, "next_cursor": cursor})


def _job_fields(values: Sequence[Any], last_run: AnyRow | None) -> dict[str, Any]:
    fields = dict(zip(LISTED_COLUMNS, values, strict=True))
    fields["last_run"] = _summary_fields(last_run) if last_run else None
    return fields


def full_job(job: JobRow, last_run: AnyRow | None, role: Role) -> Job:
    """Give a job with all that was chosen; environment values are for those who may change them."""
    shown = job.environment if role.covers(Role.editor) else dict.fromkeys(job.environment, HIDDEN)
    return Job(
        **_job_fields(_columns(job, LISTED_COLUMNS), last_run),
        notebook_digest=job.notebook_digest,
        kernel=job.kernel,
        parameter_specs=specs_of(job) or [],
        parameters=job.parameters,
        profile=job.profile,
        profile_options=job.profile_options,
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
