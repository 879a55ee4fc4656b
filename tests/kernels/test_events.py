"""Telling the studio what a notebook read."""

import os
import subprocess
import sys
import time

import onedata as od
import pandas as pd
import pytest
from onedata import _events
from onedata._client import client
from onedata.contract import environment
from onedata.errors import NotReachable

from tests.kernels.conftest import ANN, Served


@pytest.fixture
def teller(monkeypatch: pytest.MonkeyPatch) -> _events.Teller:
    made = _events.Teller()
    monkeypatch.setattr(_events, "_teller", made)
    return made


@pytest.fixture
def notebook(served: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    od.datasets.publish(pd.DataFrame({"n": [1, 2]}), "numbers")
    monkeypatch.setenv(environment.NOTEBOOK_PATH, "flights/a.ipynb")
    served.new_session()
    return served


def readers(served: Served) -> list[tuple[str, int]]:
    graph = served.api(f"/workspaces/{ANN}/lineage?node=dataset:{ANN}/numbers@1&direction=downstream")
    return [(edge["target"], edge["runs"]) for edge in graph["edges"]]


def test_a_read_is_told_once_for_a_session(notebook: Served, teller: _events.Teller) -> None:
    od.datasets.load("numbers")
    od.sql("from numbers").fetchall()
    teller.flush()
    assert readers(notebook) == [(f"notebook:{ANN}/flights/a.ipynb", 1)]


def test_a_job_run_is_told_of_by_its_runner_alone(
    notebook: Served, teller: _events.Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(environment.RUN_ID, "r1")
    od.datasets.load("numbers")
    teller.flush()
    assert readers(notebook) == []


def test_a_script_is_no_notebook(
    notebook: Served, teller: _events.Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(environment.NOTEBOOK_PATH)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    od.datasets.load("numbers")
    teller.flush()
    assert readers(notebook) == []


def test_an_end_of_python_waits_for_what_is_on_its_way(notebook: Served) -> None:
    program = "import onedata as od; od.datasets.load('numbers')"
    subprocess.run([sys.executable, "-c", program], check=True, env=dict(os.environ))
    assert readers(notebook) == [(f"notebook:{ANN}/flights/a.ipynb", 1)]


def test_a_studio_that_refuses_or_is_away_fails_no_read(
    notebook: Served, teller: _events.Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = client()
    request = studio.request

    def refuse(method: str, path: str, **options: object) -> object:
        if path.endswith("/events"):
            raise NotReachable("away")
        return request(method, path, **options)

    monkeypatch.setattr(studio, "request", refuse)
    assert len(od.datasets.load("numbers")) == 2
    teller.flush()
    assert readers(notebook) == []


def test_a_slow_studio_slows_no_read_and_no_end(
    notebook: Served, teller: _events.Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teller, "_send", lambda ref: time.sleep(30))
    started = time.monotonic()
    od.datasets.load("numbers")
    teller.flush(0.2)
    assert time.monotonic() - started < 10
