"""Put runs into the queue, and decide what happens where one of the same job has not ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from onedata.contract.jobs import Overlap, RunState, Trigger
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.ids import new_id
from onedata_hub.studio.jobs.cancelling import cancel_active
from onedata_hub.studio.jobs.runs_repository import RunRepository
from onedata_hub.studio.jobs.tables import JobRow, JobRunRow

MAX_WAITING = 100  # runs of one job that wait at most, under overlap "queue"


@dataclass(frozen=True)
class Order:
    """A run to make: when it is due, for whom, with which parameters."""

    trigger: Trigger
    due_at: datetime
    user: str
    parameters: dict[str, Any]


def find_obstacle(overlap: Overlap, active: list[JobRunRow]) -> str | None:
    """Say why no further run of a job may be queued; None if one may."""
    if not active or overlap is Overlap.replace:
        return None
    if overlap is Overlap.forbid:
        first = active[0]
        doing = "running" if first.state == RunState.running.value else "waiting to run"
        return f"Run {first.id} of this job was still {doing}, and its overlap policy is 'forbid'."
    if len(active) >= MAX_WAITING:
        return f"{len(active)} runs of this job were waiting already; no more than {MAX_WAITING} may."
    return None


async def add_due_runs(session: AsyncSession, job: JobRow, times: list[datetime], now: datetime) -> int:
    """Make the runs of due times (oldest first) of a job that this transaction holds.

    Several times come at once after downtime. They are made up for one after another whatever
    the overlap policy: it judges them by the runs that were there before, and ``replace`` keeps
    the newest.

    Returns:
        How many runs were added, skipped ones too.
    """
    overlap = Overlap(job.overlap)
    active = await RunRepository(session).active_of(job.id)
    if overlap is Overlap.replace:
        times = times[-1:]
    ids = sorted(new_id() for _ in times)  # ids of one millisecond have no order of their own
    added = 0
    for run_id, due_at in zip(ids, times, strict=True):
        order = Order(Trigger.schedule, due_at, job.run_as, job.parameters)
        obstacle = find_obstacle(overlap, active)
        added += await _insert(session, job, run_id, order, now, obstacle)
    if overlap is Overlap.replace and ids:
        await replace_by(session, job, ids[-1])
    return added


async def add_manual_run(session: AsyncSession, job: JobRow, order: Order) -> str:
    """Make a run that somebody asked for now; give its id."""
    run_id = new_id()
    await _insert(session, job, run_id, order, order.due_at, None)
    if Overlap(job.overlap) is Overlap.replace:
        await replace_by(session, job, run_id)
    return run_id


async def replace_by(session: AsyncSession, job: JobRow, run_id: str) -> None:
    """Cancel a job's runs but one."""
    await cancel_active(session, job.id, f"Replaced by run {run_id} of the same job.", but=run_id)


async def _insert(
    session: AsyncSession, job: JobRow, run_id: str, order: Order, now: datetime, obstacle: str | None
) -> bool:
    run = {
        "id": run_id,
        "workspace": job.workspace,
        "job_id": job.id,
        "job_name": job.name,
        "state": RunState.skipped.value if obstacle else RunState.queued.value,
        "trigger": order.trigger.value,
        "due_at": order.due_at,
        "scheduled_for": order.due_at if order.trigger is Trigger.schedule else None,
        "created_by": order.user,
        "finished_at": now if obstacle else None,
        "attempt": 1,
        "retries_left": int(job.retries["max_retries"]),
        "not_before": min(order.due_at, now),
        "cells_total": 0,
        "cells_done": 0,
        "current_name": "",
        "message": obstacle or "",
    }
    return await RunRepository(session).add(run, _detail(job, order))


def _detail(job: JobRow, order: Order) -> dict[str, Any]:
    """Copy what the run is due with: later changes of the job are none of its business."""
    return {
        "notebook_path": job.notebook_path,
        "notebook_digest": job.notebook_digest,
        "snapshot": job.snapshot,
        "kernel": job.kernel,
        "parameters": order.parameters,
        "profile": job.profile,
        "profile_options": job.profile_options,
        "environment": job.environment,
        "retries": job.retries,
        "timeout_seconds": job.timeout_seconds,
        "notifications": job.notifications,
        "outputs": [],
        "datasets_read": [],
        "datasets_written": [],
        "mlflow_runs": [],
    }
