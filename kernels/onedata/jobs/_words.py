"""Runs and times as people read them."""

from datetime import UTC, datetime

from onedata.contract.jobs import RunState, RunSummary, Schedule

SIGNS = {
    RunState.queued: "…",
    RunState.running: "▶",
    RunState.succeeded: "✓",
    RunState.failed: "✗",
    RunState.cancelled: "■",
    RunState.timed_out: "⏱",
    RunState.skipped: "↷",
}


def state_words(state: RunState) -> str:
    """Write a state with its sign: colour alone tells not everybody."""
    return f"{SIGNS[state]} {state.value.replace('_', ' ')}"


def seconds_of(run: RunSummary) -> float | None:
    """Give how long a run took, or has run so far."""
    if run.duration_seconds is not None:
        return run.duration_seconds
    if run.started_at is None or run.state.is_final:
        return None
    return max((datetime.now(UTC) - run.started_at).total_seconds(), 0.0)


def duration_words(seconds: float | None) -> str:
    """Write a duration: 0.8 s, 42 s, 3 min 5 s, 2 h 10 min."""
    if seconds is None:
        return ""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def cells_words(run: RunSummary) -> str:
    """Write how far a run is: 3 of 12 cells."""
    progress = run.progress
    return f"{progress.cells_done} of {progress.cells_total} cells" if progress.cells_total else ""


def schedule_words(schedule: Schedule | None) -> str:
    """Write a schedule as it was given."""
    if schedule is None:
        return ""
    return f"{schedule.cron} {schedule.timezone}" + (" (paused)" if schedule.paused else "")


def run_line(run: RunSummary) -> str:
    """Describe a run in one line."""
    parts = [
        f"{run.job_name} {run.id}",
        state_words(run.state),
        cells_words(run),
        duration_words(seconds_of(run)),
    ]
    if run.state is RunState.running and run.progress.current_name:
        parts.append(f"in '{run.progress.current_name}'")
    if run.failing_cell:
        parts.append(f"failed in '{run.failing_cell}'")
    return " · ".join(part for part in parts if part)
