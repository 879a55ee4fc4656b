"""What a run and a job look like."""

from datetime import UTC, datetime, timedelta
from typing import Any

import nbformat
import papermill
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onedata.contract import jobs as contract
from onedata.jobs._html import job_html, run_html
from onedata.jobs._words import duration_words, run_line

from tests.support.runner import notebook

NOW = datetime(2026, 1, 31, 6, tzinfo=UTC)


def a_run(**fields: Any) -> contract.Run:
    plain = {
        "id": "r1", "job_id": "j1", "job_name": "nightly", "state": "running", "trigger": "manual",
        "due_at": NOW, "created_by": "ann", "workspace": "team", "notebook_digest": "d", "parameters": {},
        "profile": None, "progress": {"cells_total": 4, "cells_done": 1, "current_cell": 1, "current_name": "Load"},
    }  # fmt: skip
    return contract.Run.model_validate(plain | fields)


def test_a_running_run_shows_how_far_it_is_and_in_which_cell() -> None:
    line = run_line(a_run())
    assert line == "nightly r1 · ▶ running · 1 of 4 cells · in 'Load'"
    html = run_html(a_run())
    assert '<progress value="1" max="4">' in html
    assert "Load" in html


def test_a_failed_run_shows_its_cell_source_and_traceback() -> None:
    failure = {
        "index": 1, "name": "Load", "source": "load(x)", "error_name": "KeyError", "error_message": "'x'", "traceback": "line 1",
    }  # fmt: skip
    html = run_html(a_run(state="failed", failure=failure, duration_seconds=75.0))
    for part in ("✗ failed", "Cell 2", "KeyError", "load(x)", "line 1", "1 min 15 s"):
        assert part in html


@given(st.text(alphabet="<>&\"'abc", min_size=1))
def test_what_people_wrote_cannot_become_markup(words: str) -> None:
    failure = {
        "index": 0,
        "name": words,
        "source": words,
        "error_name": words,
        "error_message": words,
        "traceback": words,
    }
    html = run_html(a_run(job_name=words, message=words, failure=failure, workspace="team"))
    plain = run_html(
        a_run(job_name="abc", message="abc", failure={**failure, **dict.fromkeys(failure, "abc"), "index": 0})
    )
    assert html.count("<") == plain.count("<")


def test_a_job_shows_its_schedule_and_last_run() -> None:
    job = contract.Job.model_validate(
        {
            "id": "j1", "workspace": "team", "name": "etl", "notebook_path": "etl.ipynb",
            "schedule": {"cron": "30 2 * * *", "timezone": "Europe/Berlin", "paused": True}, "next_due_at": None,
            "last_run": a_run().model_dump(), "created_by": "ann", "run_as": "ann", "updated_at": NOW, "notebook_digest": "d",
            "kernel": "python3", "parameter_specs": [], "parameters": {"days": 2}, "profile": None, "environment": {},
            "overlap": "queue", "retries": {}, "timeout_seconds": 60, "notifications": [], "created_at": NOW,
        }
    )  # fmt: skip
    html = job_html(job)
    for part in ("etl", "30 2 * * * Europe/Berlin (paused)", "days=2", "▶ running"):
        assert part in html


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0.82, "0.8 s"),
        (42, "42 s"),
        (59.6, "1 min 0 s"),
        (185, "3 min 5 s"),
        (7800, "2 h 10 min"),
    ],
)
def test_durations_are_written_for_people(seconds: float | None, words: str) -> None:
    assert duration_words(seconds) == words


def test_a_duration_that_runs_is_counted_from_its_start() -> None:
    run = a_run(started_at=datetime.now(UTC) - timedelta(seconds=90))
    assert "1 min 3" in run_line(run)


def test_a_notebook_shows_one_picture_that_changes(tmp_path: Any) -> None:
    look = (
        "from onedata.jobs._live import Live\n"
        "from tests.kernels.jobs.test_showing import a_run\n"
        "live = Live(None)\n"
        "live.draw(a_run())\n"
        "live.draw(a_run(progress={'cells_total': 4, 'cells_done': 3, 'current_cell': 3, 'current_name': 'Train'}))\n"
        "live.close(a_run(state='succeeded'))"
    )
    from pathlib import Path

    root = Path(__file__).parents[3]
    source = tmp_path / "a.ipynb"
    source.write_bytes(notebook(f"import sys; sys.path.insert(0, {str(root)!r})", look))
    executed = papermill.execute_notebook(source, None, progress_bar=False)
    outputs = executed.cells[1].outputs
    assert len(outputs) == 1
    assert "✓ succeeded" in outputs[0].data["text/html"]
    assert isinstance(executed, nbformat.NotebookNode)
