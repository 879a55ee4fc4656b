"""``onedata doctor``: each part, and how to mend it."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from onedata.cli import make_app
from onedata_hub.launch.diagnosis import Finding, diagnose
from onedata_hub.launch.migration import migrate
from onedata_hub.launch.state import StateFolder
from onedata_hub.settings import PlatformSettings
from typer.testing import CliRunner

from tests.support.ports import free_port


@pytest.fixture(autouse=True)
def empty_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder without a file, and an environment without our variables."""
    for name in list(os.environ):
        if name.startswith("ONEDATA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    """The state folder of a platform that ran before."""
    made = StateFolder(tmp_path / "state")
    made.make()
    made.secret("user-password")
    migrate(PlatformSettings(home=made.path), made)
    return made


def findings(home: Path, port: int | None = None) -> dict[str, Finding]:
    return {finding.part: finding for finding in diagnose(home=home, port=port or free_port())}


def test_fresh_machine_has_nothing_broken_and_is_told_to_start(tmp_path: Path) -> None:
    found = findings(tmp_path / "state")
    assert {part for part, one in found.items() if one.state == "broken"} == set()
    assert {part for part, one in found.items() if one.state == "off"} == {
        "state folder", "database", "objects", "hub", "studio", "mlflow",
    }  # fmt: skip
    assert not (tmp_path / "state").exists()


def test_platform_that_ran_is_well(state: StateFolder) -> None:
    found = findings(state.path)
    assert [one for one in found.values() if one.state in ("broken", "warning")] == []
    assert found["database"].detail.startswith("at the newest revision")


def test_secret_that_others_may_read_is_broken(state: StateFolder) -> None:
    (state / "secrets" / "user-password").chmod(0o644)
    found = findings(state.path)["state folder"]
    assert found.state == "broken"
    assert found.advice == f"Run: chmod go-rwx {state / 'secrets' / 'user-password'}"


def test_port_in_use_is_broken_and_names_who_has_it(state: StateFolder) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        found = findings(state.path, other.getsockname()[1])["port"]
    assert found.state == "broken"
    assert f"pid {os.getpid()}" in found.detail


def test_database_that_does_not_answer_is_broken(state: StateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEDATA_DATABASE_URL", f"postgresql://ann@127.0.0.1:{free_port()}/x")
    found = findings(state.path)["database"]
    assert found.state == "broken"
    assert "ONEDATA_DATABASE_URL" in found.advice


def test_bucket_that_does_not_answer_is_broken(state: StateFolder) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    environment = {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "sesame",
        "AWS_MAX_ATTEMPTS": "1",
        "ONEDATA_OBJECTS_URL": f"s3://bucket/prefix?endpoint_url={endpoint}",
    }
    # In a process of its own: boto3 keeps the first credentials that a process shows it.
    done = subprocess.run(
        [sys.executable, "-m", "onedata.cli", "doctor", "--state-dir", str(state.path), "--json"],
        env=os.environ | environment, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    [found] = [one for one in json.loads(done.stdout) if one["part"] == "objects"]
    assert found["state"] == "broken"
    assert "ONEDATA_OBJECTS_URL" in found["advice"]
    assert "sesame" not in done.stdout + done.stderr


def test_broken_setting_is_a_finding_and_not_a_traceback(
    state: StateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEDATA_IDLE_TIMEOUT_SECONDS", "soon")
    found = findings(state.path)
    assert found["settings"].state == "broken"
    assert "ONEDATA_IDLE_TIMEOUT_SECONDS" in found["settings"].detail


def test_every_finding_that_is_not_well_says_what_to_do(
    state: StateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEDATA_PROFILES_FILE", "absent.yaml")
    for one in findings(state.path).values():
        assert one.state == "ok" or one.advice.endswith((".", "x")), one


def test_command_prints_json_and_ends_with_one_when_something_is_broken(state: StateFolder) -> None:
    arguments = ["doctor", "--state-dir", str(state.path), "--port", str(free_port()), "--json"]
    well = CliRunner().invoke(make_app(), arguments)
    assert well.exit_code == 0
    assert {one["part"] for one in json.loads(well.stdout)} >= {"python", "node", "proxy", "hub"}
    (state / "secrets" / "user-password").chmod(0o644)
    assert CliRunner().invoke(make_app(), arguments).exit_code == 1
    table = CliRunner().invoke(make_app(), arguments[:-1])
    assert "chmod" in table.stdout
    assert "broken" in table.stdout
