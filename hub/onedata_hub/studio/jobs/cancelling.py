"""End runs before their time."""

from datetime import datetime

from onedata.contract.jobs import RunState
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.database import utc_now
from onedata_hub.studio.jobs.runs_repository import RunRepository
from onedata_hub.studio.jobs.tables import JobRunRow
from onedata_hub.studio.metrics import RUNS_ENDED


async def request_cancel(session: AsyncSession, run: JobRunRow, message: str, now: datetime) -> None:
    """Cancel a run: at once if nobody works on it, else by asking who does."""
    if run.slot_job_id is None:
        # An attempt is open if its start was put off.
        await RunRepository(session).close_attempts(run.id, RunState.cancelled.value, now)
        finish(run, RunState.cancelled, message, now)
    else:
        run.cancel_requested_at = run.cancel_requested_at or now
        run.message = message


async def cancel_active(session: AsyncSession, job_id: str, message: str, *, but: str = "") -> int:
    """Cancel all of a job's runs that have not ended, but one if it is named; give their number."""
    repository, count = RunRepository(session), 0
    for seen in await repository.active_of(job_id):
        run = await repository.lock(seen.id)
        if run is not None and run.id != but and not RunState(run.state).is_final:
            await request_cancel(session, run, message, utc_now())
            count += 1
    return count


def finish(run: JobRunRow, state: RunState, message: str, now: datetime) -> None:
    """Write a run's end. Nobody holds it any more."""
    run.state = state.value
    run.finished_at = now
    run.message = clip(message, 1_000)
    run.slot_job_id = run.owner = run.lease_until = None
    run.current_cell, run.current_name = None, ""
    RUNS_ENDED.labels(state.value).inc()


def clip(text: str, longest: int) -> str:
    """Give text as a column takes it: without NUL, shortened with a sign that it is."""
    text = text.replace("\x00", "")
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
