"""The first-hour notebook on a running platform: by nbval, again and again, and as a job."""

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
QUICK = {"max_flights": 2_000}


@pytest.fixture(scope="module")
def nora(platform: Platform) -> Person:
    return Person(platform, "nora")


@pytest.fixture(scope="module")
def result(nora: Person, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What the whole notebook comes to, with its defaults."""
    executed = tmp_path_factory.mktemp("whole") / "executed.ipynb"
    return nora.run_notebook(NOTEBOOK, executed, schedule_nightly=False).result


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


def test_every_cell_runs_under_nbval(nora: Person):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "-p", "no:cacheprovider", "-p", "no:asyncio", str(NOTEBOOK)],
        cwd=NOTEBOOK.parent, env=nora.environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
    assert [d["name"] for d in nora.api("GET", "/datasets")["items"]] == [
        "delays",
        "flights",
        "planes",
        "weather",
    ]
    scheduled = nora.api("GET", "/jobs")["items"]
    assert [(job["name"], job["schedule"]["cron"]) for job in scheduled] == [("first-hour", "30 2 * * *")]


def test_running_it_again_makes_no_new_data_and_one_new_model_version(
    nora: Person, result: dict, tmp_path: Path
):
    versions = {d["name"]: d["latest_version"] for d in nora.api("GET", "/datasets")["items"]}
    again = nora.run_notebook(NOTEBOOK, tmp_path / "again.ipynb", **QUICK).result

    assert {d["name"]: d["latest_version"] for d in nora.api("GET", "/datasets")["items"]} == versions
    assert versions["flights"] == 2
    assert result["flights"] == again["flights"] == 336_776
    assert again["dataset"] == result["dataset"]
    assert int(again["model"].partition("@")[2]) == int(result["model"].partition("@")[2]) + 1
    assert len(nora.api("GET", "/jobs")["items"]) == 1


def test_model_is_worth_something_and_stands_on_the_flights(nora: Person, result: dict):
    assert result["roc_auc"] > 0.65
    assert 0.2 < result["late_share"] < 0.23
    model = f"model:{nora.workspace}/{result['model']}"
    standing = downstream(nora, f"dataset:{nora.workspace}/flights@2")
    assert f"dataset:{nora.workspace}/{result['dataset']}" in standing
    assert model in standing
    # The first half of the year was only compared with.
    assert model not in downstream(nora, f"dataset:{nora.workspace}/flights@1")


def test_it_runs_as_a_job_and_does_not_schedule_itself(platform: Platform):
    person = Person(platform, "jobber")
    job = person.api(
        "POST",
        "/jobs",
        json={"name": "alone", "notebook": json.loads(NOTEBOOK.read_text()), "parameters": QUICK},
    )
    run = wait_for_end(person, person.api("POST", f"/jobs/{job['id']}/runs", json={}))

    assert run["state"] == "succeeded", run
    assert [job["name"] for job in person.api("GET", "/jobs")["items"]] == ["alone"]
    executed = person.api("GET", f"/runs/{run['id']}/outputs/executed.ipynb")
    result = recorded_result(executed)
    assert result["flights"] == 336_776
    assert f"{person.workspace}/{result['dataset']}" in run["datasets_written"]
    assert len(run["mlflow_runs"]) == 1


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
