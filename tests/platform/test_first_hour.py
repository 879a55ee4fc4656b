"""A notebook that runs by the clock with nobody logged in. The tour's test runs it on a server, too."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(600)]

NOTEBOOK = "tutorials/01-first-hour.ipynb"
WORKSPACE = "/services/studio/api/v1/workspaces/user-ann"


def schedule_next_minute(ann: httpx.Client, notebook: dict[str, Any]) -> dict[str, Any]:
    """Schedule a notebook for the next minute that is at least five seconds away; give the job."""
    due = datetime.now(UTC) + timedelta(seconds=65)
    body = {
        "name": "nightly",
        "notebook": notebook,
        "notebook_path": NOTEBOOK,
        "parameters": {"max_flights": 2_000},
        "schedule": {"cron": f"{due.minute} {due.hour} {due.day} {due.month} *", "timezone": "UTC"},
    }
    made = ann.post(f"{WORKSPACE}/jobs", json=body)
    assert made.status_code == 201, made.text
    return made.json()


def wait_for_run(ann: httpx.Client, job: dict[str, Any], *, seconds: float) -> dict[str, Any]:
    """Wait for the end of a job's only run."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = ann.get(f"{WORKSPACE}/runs", params={"job_id": job["id"]}).json()["items"]
        assert len(found) <= 1
        if found and found[0]["state"] not in ("queued", "running"):
            return ann.get(f"{WORKSPACE}/runs/{found[0]['id']}").json()
        time.sleep(0.5)
    raise AssertionError(f"no run of the job ended within {seconds} s: {found}")


def test_notebook_of_a_server_runs_every_night_without_one(platform: Platform):
    platform.spawn("ann")
    with platform.client("ann") as ann:
        found = ann.get(f"/user/ann/api/contents/{NOTEBOOK}", params={"content": 1})
        job = schedule_next_minute(ann, found.json()["content"])
        platform.stop_server("ann")
        run = wait_for_run(ann, job, seconds=240)

        assert run["state"] == "succeeded", run
        assert run["trigger"] == "schedule"
        assert platform.server("ann") is None  # nobody logged in, nothing running of theirs

        executed = ann.get(f"{WORKSPACE}/runs/{run['id']}/outputs/executed.ipynb").json()
        done = [cell for cell in executed["cells"] if cell["cell_type"] == "code"]
        assert all(cell["execution_count"] for cell in done)

        assert run["datasets_read"]
        tracked = mlflow_run(platform, ann, run["mlflow_runs"][0])
        tags = {tag["key"]: tag["value"] for tag in tracked["data"]["tags"]}
        assert tags["onedata.job_run_id"] == run["id"]
        assert any("flights" in name for name in run["datasets_read"])
        assert any(
            "flights" in f"{key} {value}" or "delays" in f"{key} {value}" for key, value in tags.items()
        )

        graph = lineage(ann, "dataset:user-ann/flights@2")
    kinds = {node["kind"] for node in graph["nodes"]}
    assert {"dataset", "model"} <= kinds, graph


def mlflow_run(platform: Platform, ann: httpx.Client, run_id: str) -> dict[str, Any]:
    """Read a run from MLflow itself."""
    path = "/services/mlflow/api/2.0/mlflow/runs/get"
    headers = {"X-MLFLOW-WORKSPACE": "user-ann"}
    answer = ann.get(path, params={"run_id": run_id}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["run"]


def lineage(ann: httpx.Client, node: str) -> dict[str, Any]:
    """Read what stands on a node; the model reaches lineage through an outbox, a moment later."""
    end = time.monotonic() + 20
    while True:
        params = {"node": node, "direction": "downstream", "depth": 10}
        graph = ann.get(f"{WORKSPACE}/lineage", params=params).json()
        if any(item["kind"] == "model" for item in graph["nodes"]) or time.monotonic() > end:
            return graph
        time.sleep(0.5)


def test_two_users_at_once_never_see_each_others_workspaces(platform: Platform):
    with platform.client("bob") as bob:
        assert bob.get(f"{WORKSPACE}/datasets").status_code == 404
        assert bob.get(f"{WORKSPACE}/runs").status_code == 404
        assert [w["name"] for w in bob.get("/services/studio/api/v1/workspaces").json()] == [
            "user-bob",
            "team-a",
        ]
