"""Runs and jobs as HTML, in JupyterLab's colours. All that people wrote is escaped."""

from html import escape

from onedata.contract import jobs as contract
from onedata.contract.jobs import RunState
from onedata.datasets._html import FAINT, LINE, STYLE, Table
from onedata.datasets._words import time_words
from onedata.jobs._words import (
    cells_words,
    duration_words,
    schedule_words,
    seconds_of,
    state_words,
)

_COLOURS = {
    RunState.succeeded: "var(--jp-success-color1, #388e3c)",
    RunState.failed: "var(--jp-error-color1, #d32f2f)",
    RunState.timed_out: "var(--jp-error-color1, #d32f2f)",
    RunState.running: "var(--jp-brand-color1, #1976d2)",
}
_PRE = (
    "white-space:pre-wrap;max-height:24em;overflow:auto;margin:4px 0;font-size:var(--jp-code-font-size, 13px)"
)


def run_html(run: contract.Run) -> str:
    """Show a run: its state, how far it is, and the failing cell if there is one."""
    colour = _COLOURS.get(run.state, FAINT)
    head = (
        f'<b>{escape(run.job_name)}</b> <span style="color:{colour};font-weight:600">'
        f'{escape(state_words(run.state))}</span> <span style="color:{FAINT}">'
        f"{escape(_facts(run))}</span>"
    )
    body = _bar(run) + (_failure(run.failure) if run.failure else _message(run))
    return f'<div style="{STYLE};border-left:3px solid {colour};padding:2px 10px">{head}{body}</div>'


def job_html(job: contract.Job) -> str:
    """Show a job: when it runs, with which parameters, and how its last run ended."""
    rows = [
        ["Notebook", job.notebook_path],
        ["Schedule", schedule_words(job.schedule) or "none: it runs when it is submitted"],
        ["Next due", time_words(job.next_due_at) if job.next_due_at else ""],
        ["Parameters", ", ".join(f"{name}={value!r}" for name, value in job.parameters.items())],
        ["Profile", _profile_words(job)],
        ["Runs as", job.run_as if job.schedule else ""],
        ["Last run", state_words(job.last_run.state) if job.last_run else "none yet"],
    ]
    shown = [row for row in rows if row[1]]
    return Table([job.name, f"{job.workspace} · {job.id}"], shown).html()


def _profile_words(job: contract.Job) -> str:
    """Name the profile and what is chosen within it: ``gpu (image: torch)``; nothing for the default one."""
    chosen = ", ".join(f"{name}: {choice}" for name, choice in job.profile_options.items())
    return f"{job.profile or 'default'} ({chosen})" if chosen else job.profile or ""


def _facts(run: contract.Run) -> str:
    attempt = f"attempt {run.attempt}" if run.attempt > 1 else ""
    facts = [cells_words(run), duration_words(seconds_of(run)), attempt, run.workspace, run.id]
    return " · ".join(fact for fact in facts if fact)


def _bar(run: contract.Run) -> str:
    """Draw how far a running run is, and name the cell it is in."""
    if run.state is not RunState.running or not run.progress.cells_total:
        return ""
    progress = run.progress
    current = escape(progress.current_name)
    bar = f'<progress value="{progress.cells_done}" max="{progress.cells_total}"></progress>'
    return f"<div><label>{bar} {current}</label></div>"


def _message(run: contract.Run) -> str:
    return f"<div>{escape(run.message)}</div>" if run.message else ""


def _failure(failure: contract.CellFailure) -> str:
    title = f"Cell {failure.index + 1} '{failure.name}': {failure.error_name}" + (
        f": {failure.error_message}" if failure.error_message else ""
    )
    source = f'<pre style="{_PRE};border:1px solid {LINE};padding:4px">{escape(failure.source)}</pre>'
    trace = (
        f'<details><summary>Traceback</summary><pre style="{_PRE}">{escape(failure.traceback)}</pre></details>'
        if failure.traceback
        else ""
    )
    return f"<div>{escape(title)}</div>{source}{trace}"
