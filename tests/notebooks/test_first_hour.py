"""The first-hour notebook on a running platform: by nbval, and again as the job that it scheduled."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.platform import Platform
from tests.support.shared_platform import Person, recorded_result

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(600)]

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01-first-hour.ipynb"


@pytest.fixture(scope="module")
def nora(platform: Platform) -> Person:
    return Person(platform, "nora")


def wait_for_end(person: Person, run: dict) -> dict:
    end = time.monotonic() + 240
    while run["state"] in ("queued", "running"):
        assert time.monotonic() < end, run
        time.sleep(0.5)
        run = person.api("GET", f"/runs/{run['id']}")
    return run


def downstream(person: Person, node: str) -> set[str]:
    """Give the ids of what stands on a node; models arrive a moment later, through an outbox."""
    end = time.monotonic() + 20
    while True:
        graph = person.api("GET", "/lineage", params={"node": node, "direction": "downstream", "depth": 10})
        found = {item["id"] for item in graph["nodes"]}
        if any(item.startswith("model:") for item in found) or time.monotonic() > end:
            return found
        time.sleep(0.5)


def latest_versions(person: Person) -> dict[str, int]:
    return {found["name"]: found["latest_version"] for found in person.api("GET", "/datasets")["items"]}


@pytest.fixture(scope="module")
def by_hand(nora: Person) -> dict[str, int]:
    """Run every cell under nbval, with the defaults; give the dataset versions that makes."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "-p", "no:cacheprovider", "-p", "no:asyncio", str(NOTEBOOK)],
        cwd=NOTEBOOK.parent, env=nora.environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
    return latest_versions(nora)


@pytest.fixture(scope="module")
def nightly(nora: Person, by_hand: dict[str, int]) -> dict:
    """The run of the job that the notebook scheduled, started now."""
    (job,) = nora.api("GET", "/jobs")["items"]
    return wait_for_end(nora, nora.api("POST", f"/jobs/{job['id']}/runs", json={}))


@pytest.fixture(scope="module")
def result(nora: Person, nightly: dict) -> dict:
    """What the job's notebook recorded."""
    return recorded_result(nora.api("GET", f"/runs/{nightly['id']}/outputs/executed.ipynb"))


def test_every_cell_runs_under_nbval_and_schedules_the_notebook(nora: Person, by_hand: dict[str, int]):
    assert by_hand == {"delays": 1, "flights": 2, "planes": 1, "weather": 1}
    scheduled = nora.api("GET", "/jobs")["items"]
    assert [(job["name"], job["schedule"]["cron"]) for job in scheduled] == [("first-hour", "30 2 * * *")]


def test_it_runs_as_a_job_and_does_not_schedule_itself(nora: Person, nightly: dict, result: dict):
    assert nightly["state"] == "succeeded", nightly
    assert [job["name"] for job in nora.api("GET", "/jobs")["items"]] == ["first-hour"]
    assert result["flights"] == 336_776
    assert f"{nora.workspace}/{result['dataset']}" in nightly["datasets_written"]
    assert len(nightly["mlflow_runs"]) == 1


def test_running_it_again_makes_no_new_data_and_one_new_model_version(
    nora: Person, by_hand: dict[str, int], result: dict
):
    assert latest_versions(nora) == by_hand
    assert result["dataset"] == "delays@1"
    assert result["model"] == "delays@2"


def test_model_is_worth_something_and_stands_on_the_flights(nora: Person, result: dict):
    assert result["roc_auc"] > 0.65
    assert 0.2 < result["late_share"] < 0.23
    model = f"model:{nora.workspace}/{result['model']}"
    standing = downstream(nora, f"dataset:{nora.workspace}/flights@2")
    assert f"dataset:{nora.workspace}/{result['dataset']}" in standing
    assert model in standing
    # The first half of the year was only compared with.
    assert model not in downstream(nora, f"dataset:{nora.workspace}/flights@1")


def test_a_wrong_parameter_is_refused_before_anything_runs(platform: Platform):
    person = Person(platform, "careless")
    body = {
        "name": "wrong",
        "notebook": json.loads(NOTEBOOK.read_text()),
        "parameters": {"max_flights": "many"},
    }
    with platform.client(person.name) as client:
        answer = client.post(f"/services/studio/api/v1/workspaces/{person.workspace}/jobs", json=body)
    assert answer.status_code == 422
    assert "max_flights" in answer.json()["detail"]
    assert person.api("GET", "/jobs")["items"] == []
