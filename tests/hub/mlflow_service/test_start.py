"""Starting: at once, with parts away, and not at all where a setting is wrong."""

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from tests.support.mlflow_service import MlflowUnderTest, wait_for
from tests.support.ports import free_port

SEARCH = "/api/2.0/mlflow/experiments/search"


def test_port_answers_while_mlflow_is_still_being_imported(stopped_mlflow: MlflowUnderTest):
    stopped_mlflow.start_studio()
    client = stopped_mlflow.user("ann")
    stopped_mlflow.start(wait=False, from_nothing=True)
    health: list[httpx.Response] = []

    def answers() -> bool:
        try:
            health.append(httpx.get(f"{stopped_mlflow.url}/health", timeout=5))
        except httpx.ConnectError:
            return False
        return True

    wait_for(answers, "a first answer", 20)
    assert health[0].status_code == 503
    assert health[0].text.startswith("MLflow is starting.")
    assert health[0].headers["retry-after"] == "1"
    assert client.post(SEARCH, json={"max_results": 1}).status_code == 200  # it waits for the start
    assert stopped_mlflow.is_healthy()


def test_service_is_small(mlflow: MlflowUnderTest):
    mlflow.user("ann").post(SEARCH, json={"max_results": 1})
    assert mlflow.process is not None
    family = [
        psutil.Process(mlflow.process.pid),
        *psutil.Process(mlflow.process.pid).children(recursive=True),
    ]
    assert len(family) == 1
    assert family[0].memory_info().rss < 350 * 2**20


def test_studio_that_is_away_is_named_and_found_when_it_comes(stopped_mlflow: MlflowUnderTest):
    stopped_mlflow.start()
    client = stopped_mlflow.user("ann")
    away = client.post(SEARCH, json={"max_results": 1})
    assert away.status_code == 503
    assert away.json()["error_code"] == "TEMPORARILY_UNAVAILABLE"
    assert f"the studio at {stopped_mlflow.studio_url}" in away.json()["message"]
    assert away.headers["retry-after"]
    stopped_mlflow.start_studio()
    assert client.post(SEARCH, json={"max_results": 1}).status_code == 200
    stopped_mlflow.stop_studio()
    assert client.post(SEARCH, json={"max_results": 1}).status_code == 503
    assert stopped_mlflow.is_healthy()


def test_database_that_is_away_is_named(stopped_mlflow: MlflowUnderTest):
    stopped_mlflow.environment["ONEDATA_MLFLOW_DATABASE_URL"] = (
        f"postgresql://nobody:hidden-word@127.0.0.1:{free_port()}/mlflow"
    )
    stopped_mlflow.start(wait=False)

    def says_so() -> bool:
        try:
            return "database" in httpx.get(f"{stopped_mlflow.url}/health", timeout=5).text
        except httpx.HTTPError:
            return False

    wait_for(says_so, "the sentence", 60)
    answer = httpx.get(f"{stopped_mlflow.url}/health")
    assert answer.status_code == 503
    assert "hidden-word" not in answer.text + stopped_mlflow.log


def test_killed_service_finds_everything_again(stopped_mlflow: MlflowUnderTest):
    stopped_mlflow.start_studio()
    stopped_mlflow.start()
    client = stopped_mlflow.user("ann")
    made = client.post("/api/2.0/mlflow/experiments/create", json={"name": "kept"}).json()["experiment_id"]
    stopped_mlflow.kill()
    stopped_mlflow.start()
    found = client.get("/api/2.0/mlflow/experiments/get-by-name?experiment_name=kept").json()
    assert found["experiment"]["experiment_id"] == made


def test_state_is_private_and_the_database_keeps_a_write_ahead_log(mlflow: MlflowUnderTest):
    assert (mlflow.folder / "kek").stat().st_mode & 0o777 == 0o600
    assert (mlflow.folder / "mlflow.sqlite").stat().st_mode & 0o777 == 0o600
    assert (mlflow.folder / "artifacts").stat().st_mode & 0o777 == 0o700
    assert mlflow.outbox.stat().st_mode & 0o777 == 0o700
    with sqlite3.connect(mlflow.folder / "mlflow.sqlite") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("DATABASE_URL", "mysql://root@localhost/x", "ONEDATA_MLFLOW_DATABASE_URL"),
        ("ARTIFACTS_URL", "https://example.org/x", "ONEDATA_MLFLOW_ARTIFACTS_URL"),
        ("MAX_BODY_BYTES", "-1", "ONEDATA_MLFLOW_MAX_BODY_BYTES"),
        ("KEK_FILE", "open-kek", "chmod 600 open-kek"),
        ("ARTIFACTS_URL", "/proc/nowhere", "/proc/nowhere"),
    ],
)
def test_wrong_setting_stops_the_start_with_its_name(tmp_path: Path, setting: str, value: str, says: str):
    (tmp_path / "open-kek").write_text("read by all")
    (tmp_path / "open-kek").chmod(0o644)
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "onedata_hub.mlflow_service"],
        env={
            **os.environ,
            f"ONEDATA_MLFLOW_{setting}": value,
            "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:1",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2, ended.stderr
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr
    assert time.monotonic() - began < 30
