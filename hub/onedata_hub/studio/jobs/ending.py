"""How an attempt's end becomes its run's: another attempt, or the end of the run."""

from datetime import UTC, datetime, timedelta

from onedata.contract.jobs import NotifyOn, Retries, RunState
from onedata.contract.runner import RunReport, RunResult
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.ids import new_id
from onedata_hub.studio.jobs import mapping
from onedata_hub.studio.jobs.cancelling import clip, finish
from onedata_hub.studio.jobs.tables import JobAttemptRow, JobRunDetailRow, JobRunRow, NotificationRow

_LONGEST_TEXT = 100_000  # characters of a traceback or a cell's source
_MOST_NAMES = 1_000  # datasets and MLflow runs that are kept of a run
_LONGEST_RUN = timedelta(days=60)  # twice the longest timeout
_RETRIED = (RunState.failed, RunState.timed_out)


def end_attempt(
    session: AsyncSession,
    run: JobRunRow,
    detail: JobRunDetailRow,
    attempt: JobAttemptRow,
    result: RunResult,
    now: datetime,
) -> None:
    """Write the end of a run's newest attempt, in one transaction with all that follows from it."""
    state, message = judge(run, attempt, result)
    attempt.ended_at, attempt.outcome = now, state.value
    note_report(run, detail, result)
    run.started_at = _plausible(result.started_at, now)
    _note_failure(run, detail, result)
    if state in _RETRIED and run.retries_left > 0 and run.cancel_requested_at is None:
        _try_again(run, Retries.model_validate(detail.retries), state, message, now)
        return
    finish(run, state, message, max(_plausible(result.finished_at, now), run.started_at))
    _notify(session, run, detail, state, now)


def _plausible(moment: datetime, now: datetime) -> datetime:
    """Give a moment that a runner told, or now if its clock cannot be right."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware if abs(aware.timestamp() - now.timestamp()) < _LONGEST_RUN.total_seconds() else now


def judge(run: JobRunRow, attempt: JobAttemptRow, result: RunResult) -> tuple[RunState, str]:
    """Say how an attempt ended, and why in a sentence.

    A runner that was told to stop, or is gone, knows only that; who asked is known here.
    """
    outcome = result.outcome
    if outcome == "succeeded":
        return RunState.succeeded, ""
    if outcome in ("cancelled", "lost") and run.cancel_requested_at is not None:
        return RunState.cancelled, run.message
    if outcome in ("cancelled", "lost") and attempt.overdue_at is not None:
        return RunState.timed_out, "It ran longer than its timeout, and was stopped."
    if outcome == "timed_out":
        return RunState.timed_out, result.message or "It ran longer than its timeout."
    if outcome == "cancelled":
        return RunState.failed, "Its process was told to end by something other than the studio."
    return RunState.failed, result.message or _error_of(result)


def _error_of(result: RunResult) -> str:
    if result.failure is None:
        return "It failed without a message; see its log."
    return f"{result.failure.error_name}: {result.failure.error_message}"


def note_report(run: JobRunRow, detail: JobRunDetailRow, report: RunReport) -> None:
    """Keep how far an attempt is, and what it has read, written and tracked."""
    progress = report.progress
    run.cells_total, run.cells_done = _count(progress.cells_total), _count(progress.cells_done)
    run.current_cell = None if progress.current_cell is None else _count(progress.current_cell)
    run.current_name = clip(progress.current_name, 200)
    detail.datasets_read = _union(detail.datasets_read, report.datasets_read)
    detail.datasets_written = _union(detail.datasets_written, report.datasets_written)
    detail.mlflow_runs = _union(detail.mlflow_runs, report.mlflow_runs)


def _count(number: int) -> int:
    return max(0, min(number, 1_000_000))


def _union(known: list[str], told: list[str]) -> list[str]:
    return list(dict.fromkeys([*known, *(clip(name, 500) for name in told)]))[:_MOST_NAMES]


def _note_failure(run: JobRunRow, detail: JobRunDetailRow, result: RunResult) -> None:
    failure = result.failure
    if failure is None:
        run.failing_cell, detail.failure = None, None
        return
    texts = {name: clip(text, _LONGEST_TEXT) for name, text in failure if isinstance(text, str)}
    detail.failure = failure.model_copy(update=texts).model_dump(mode="json")
    run.failing_cell = clip(failure.name, 200)


def _try_again(run: JobRunRow, retries: Retries, state: RunState, message: str, now: datetime) -> None:
    done = retries.max_retries - run.retries_left
    # A person may have asked for the run again: then it has all its retries, whatever its attempt.
    delay = retries.backoff_seconds * retries.factor ** max(done, 0)
    run.not_before = now + timedelta(seconds=min(delay, 7 * 86_400))
    run.state = RunState.queued.value
    at = run.not_before.strftime("%Y-%m-%d %H:%M:%S UTC")
    told = "timed out" if state is RunState.timed_out else "failed"
    run.message = clip(
        f"Attempt {run.attempt} {told}: {message} Attempt {run.attempt + 1} starts at {at}.", 1_000
    )
    run.attempt += 1
    run.retries_left -= 1
    run.slot_job_id = run.owner = run.lease_until = None
    run.current_cell, run.current_name = None, ""


def _notify(
    session: AsyncSession, run: JobRunRow, detail: JobRunDetailRow, state: RunState, now: datetime
) -> None:
    """Write the notifications of an end beside it, so that neither is there without the other."""
    heard = NotifyOn.succeeded if state is RunState.succeeded else NotifyOn.failed
    if state not in (RunState.succeeded, *_RETRIED):
        return
    payload = mapping.full_run(run, detail).model_dump(mode="json")
    for target in detail.notifications:
        if heard.value in target["on"]:
            session.add(
                NotificationRow(
                    id=new_id(),
                    run_id=run.id,
                    target=target,
                    payload=payload,
                    state="pending",
                    tries=0,
                    not_before=now,
                    error="",
                )
            )
