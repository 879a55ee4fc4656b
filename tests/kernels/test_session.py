"""What a session remembers, and whom it tells."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from onedata import _session
from onedata._session import Session
from onedata.contract import environment
from onedata.contract.runner import SessionFile


@pytest.fixture
def session() -> Session:
    made = Session()
    made.on_dataset_read.clear()  # the studio is not told in these tests
    return made


def test_each_version_is_remembered_once_in_order(session: Session) -> None:
    for ref in ("w/b@1", "w/a@2", "w/b@1"):
        session.record_read(ref)
    session.record_written("w/c@1")
    session.record_mlflow_run("r1")
    assert session.snapshot() == {
        "datasets_read": ["w/b@1", "w/a@2"],
        "datasets_written": ["w/c@1"],
        "mlflow_runs": ["r1"],
    }


def test_hooks_hear_of_a_version_once(session: Session) -> None:
    heard: list[str] = []
    session.on_dataset_read.append(heard.append)
    session.record_read("w/a@1")
    session.record_read("w/a@1")
    assert heard == ["w/a@1"]


def test_a_hook_that_fails_fails_nothing(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[str] = []

    def broken(ref: str) -> None:
        raise RuntimeError("away")

    session.on_dataset_read += [broken, heard.append]
    with caplog.at_level(logging.ERROR):
        session.record_read("w/a@1")
    assert heard == ["w/a@1"]
    assert "A hook failed at w/a@1" in caplog.text


def test_the_runner_finds_every_change_in_its_file(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "session.json"
    monkeypatch.setenv(environment.SESSION_FILE, str(target))
    session.record_read("w/a@1")
    assert SessionFile.model_validate_json(target.read_text()).datasets_read == ["w/a@1"]
    session.record_mlflow_run("r1")
    assert SessionFile.model_validate_json(target.read_text()).mlflow_runs == ["r1"]
    assert [path.name for path in tmp_path.iterdir()] == ["session.json"]


def test_a_session_file_that_cannot_be_written_is_a_warning(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(environment.SESSION_FILE, str(tmp_path / "nowhere" / "session.json"))
    session.record_read("w/a@1")
    assert session.datasets_read == ["w/a@1"]
    assert "Could not note what this run did" in caplog.text


def test_the_source_names_notebook_job_commit_and_inputs(
    session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(environment.NOTEBOOK_PATH, "a.ipynb")
    monkeypatch.setenv(environment.NOTEBOOK_DIGEST, "d")
    monkeypatch.setenv(environment.RUN_ID, "run1")
    session.record_read("w/a@1")
    source = session.source()
    assert (source.notebook_path, source.notebook_digest, source.job_run_id) == ("a.ipynb", "d", "run1")
    assert (source.git_commit, source.inputs) == (None, ["w/a@1"])
    assert session.source(["w/b@2"]).inputs == ["w/b@2"]


def test_two_processes_do_not_tear_one_session_file(tmp_path: Path) -> None:
    target = tmp_path / "session.json"
    program = (
        "import sys; from onedata._session import Session; s = Session(); s.on_dataset_read.clear()\n"
        "for n in range(200): s.record_read(f'w/{sys.argv[1]}@{n + 1}')"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", program, name], env={environment.SESSION_FILE: str(target)})
        for name in ("a", "b")
    ]
    while any(process.poll() is None for process in processes):
        if target.exists():
            json.loads(target.read_text())
    assert [process.returncode for process in processes] == [0, 0]
    assert len(json.loads(target.read_text())["datasets_read"]) == 200


def test_the_module_gives_this_processs_snapshot(monkeypatch: pytest.MonkeyPatch, session: Session) -> None:
    monkeypatch.setattr(_session, "_session", session)
    session.record_written("w/c@1")
    assert _session.snapshot()["datasets_written"] == ["w/c@1"]
