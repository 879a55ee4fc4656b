"""A registered model reaches the studio's lineage, whatever dies on the way."""

import json
import threading
import time
from pathlib import Path

import httpx
import pytest
from onedata.contract import mlflow_tags
from onedata_hub.mlflow_service.backend import RunFacts, VersionFacts
from onedata_hub.mlflow_service.registrations import make_event

from tests.support.mlflow_service import MlflowUnderTest, wait_for

API = "/api/2.0/mlflow"
TAGS = {
    mlflow_tags.NOTEBOOK_PATH: "nb/flights.ipynb",
    mlflow_tags.GIT_COMMIT: "f" * 40,
    **mlflow_tags.dataset_tags(["team-a/flights@3", "team-a/weather@1"]),
    "onedata.dataset/team-a/other/1": "not a dataset",
}


def register(client: httpx.Client, model: str, prefix: str = "/api") -> str:
    """Make a run with tags, a model and a version of it; give the version."""
    experiment = client.get(f"{API}/experiments/get-by-name?experiment_name=Default").json()["experiment"]
    tags = [{"key": key, "value": value} for key, value in TAGS.items()]
    body = {"experiment_id": experiment["experiment_id"], "start_time": 1, "tags": tags, "run_name": "first"}
    run = client.post(f"{API}/runs/create", json=body).json()["run"]["info"]
    client.post(f"{API}/registered-models/create", json={"name": model})
    made = client.post(
        f"{prefix}/2.0/mlflow/model-versions/create",
        json={"name": model, "source": run["artifact_uri"], "run_id": run["run_id"]},
    )
    assert made.status_code == 200, made.text
    return made.json()["model_version"]["version"]


def lineage_of(mlflow: MlflowUnderTest, token: str, workspace: str, node: str) -> set[str]:
    answer = httpx.get(
        f"{mlflow.studio_url}/api/v1/workspaces/{workspace}/lineage",
        params={"node": node, "direction": "upstream"},
        headers={"Authorization": f"token {token}"},
    )
    return {found["id"] for found in answer.json().get("nodes", [])} if answer.status_code == 200 else set()


EXPECTED = {
    "model:team-a/delays@1",
    "dataset:team-a/flights@3",
    "dataset:team-a/weather@1",
    "notebook:team-a/nb/flights.ipynb",
}


@pytest.mark.parametrize("prefix", ["/api", "/ajax-api"])
def test_registered_model_stands_on_the_datasets_that_its_run_read(mlflow: MlflowUnderTest, prefix: str):
    team = f"team-{prefix.strip('/')}"
    token = mlflow.hub.add_user("ann", "team-a", team)
    register(mlflow.client(token, "team-a"), f"delays{prefix.strip('/')}", prefix)
    node = f"model:team-a/delays{prefix.strip('/')}@1"
    wait_for(lambda: len(lineage_of(mlflow, token, "team-a", node)) == 4, "lineage", 20)
    wait_for(lambda: not list(mlflow.outbox.glob("*.json")), "an empty outbox", 5)
    assert list((mlflow.outbox / "notes").iterdir()) == []


def test_event_outlives_a_killed_service_and_an_absent_studio(stopped_mlflow: MlflowUnderTest):
    # Roles hold for a minute here, so that a model can be registered while the studio is away.
    stopped_mlflow.environment["ONEDATA_MLFLOW_MEMBERSHIP_CACHE_SECONDS"] = "60"
    stopped_mlflow.start_studio()
    stopped_mlflow.start()
    token = stopped_mlflow.hub.add_user("ann", "team-a")
    client = stopped_mlflow.client(token, "team-a")
    client.get(f"{API}/experiments/get-by-name?experiment_name=Default")
    stopped_mlflow.stop_studio()
    assert register(client, "delays") == "1"
    stopped_mlflow.kill()
    assert len(list(stopped_mlflow.outbox.glob("*.json"))) == 1
    stopped_mlflow.start_studio()
    stopped_mlflow.start(wait=False)
    wait_for(
        lambda: lineage_of(stopped_mlflow, token, "team-a", "model:team-a/delays@1") == EXPECTED,
        "lineage",
        60,
    )


def test_version_made_just_before_a_kill_gets_its_event_at_the_next_start(stopped_mlflow: MlflowUnderTest):
    """The kill falls between MLflow's commit and our event: the note is there, the event is not."""
    stopped_mlflow.environment["ONEDATA_MLFLOW_MEMBERSHIP_CACHE_SECONDS"] = "60"
    stopped_mlflow.start_studio()
    stopped_mlflow.start()
    token = stopped_mlflow.hub.add_user("ann", "team-a")
    client = stopped_mlflow.client(token, "team-a")
    client.get(f"{API}/experiments/get-by-name?experiment_name=Default")
    stopped_mlflow.stop_studio()
    since = int(time.time() * 1000)
    register(client, "delays")
    stopped_mlflow.kill()
    for event in stopped_mlflow.outbox.glob("*.json"):
        event.unlink()
    note = {"workspace": "team-a", "name": "delays", "is_prompt": False, "since_ms": since}
    (stopped_mlflow.outbox / "notes" / "left.json").write_text(json.dumps(note))
    stopped_mlflow.start_studio()
    stopped_mlflow.start(wait=False)
    wait_for(
        lambda: lineage_of(stopped_mlflow, token, "team-a", "model:team-a/delays@1") == EXPECTED,
        "lineage",
        60,
    )
    assert list((stopped_mlflow.outbox / "notes").iterdir()) == []


@pytest.mark.slow
def test_service_killed_while_models_are_registered_loses_no_lineage(stopped_mlflow: MlflowUnderTest):
    """Two clients register as fast as they can when the service is killed under them."""
    stopped_mlflow.start_studio()
    stopped_mlflow.start()
    token = stopped_mlflow.hub.add_user("ann", "team-a")
    client = stopped_mlflow.client(token, "team-a")
    client.get(f"{API}/experiments/get-by-name?experiment_name=Default")
    stop = threading.Event()
    made: list[str] = []

    def keep_registering(number: int) -> None:
        count = 0
        while not stop.is_set():
            try:
                register(stopped_mlflow.client(token, "team-a"), f"m{number}-{count}")
                made.append(f"m{number}-{count}")
            except (httpx.HTTPError, KeyError, ValueError, AssertionError):
                time.sleep(0.1)
            count += 1

    threads = [threading.Thread(target=keep_registering, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 60
    while len(made) < 10:
        assert time.monotonic() < end
        time.sleep(0.02)
    stopped_mlflow.kill()
    stop.set()
    stopped_mlflow.start()
    for thread in threads:
        thread.join()
    found = client.get(f"{API}/model-versions/search?max_results=10000").json()["model_versions"]
    assert len(found) > 5
    wait_for(lambda: not list(stopped_mlflow.outbox.glob("*.json")), "an empty outbox", 30)
    for version in found:
        node = f"model:team-a/{version['name']}@{version['version']}"
        assert len(lineage_of(stopped_mlflow, token, "team-a", node)) == 4, node


def test_prompt_is_no_model(mlflow: MlflowUnderTest):
    client = mlflow.user("ben")
    tags = [{"key": "mlflow.prompt.is_prompt", "value": "true"}]
    client.post(f"{API}/registered-models/create", json={"name": "hello", "tags": tags})
    text = {"key": "mlflow.prompt.text", "value": "Hello {{name}}"}
    body = {"name": "hello", "source": "dummy-source", "tags": [*tags, text]}
    assert client.post(f"{API}/model-versions/create", json=body).status_code == 200
    assert "hello" not in "".join(file.read_text() for file in mlflow.outbox.rglob("*.json"))


def test_refused_registration_leaves_nothing_behind(mlflow: MlflowUnderTest):
    client = mlflow.user("cy")
    for body in (b"not json", b"[]", b'{"name": "missing", "source": "runs:/none/model"}', b'{"tags": 3}'):
        answer = client.post(
            f"{API}/model-versions/create", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in (400, 404), answer.text
    assert list((mlflow.outbox / "notes").iterdir()) == []


def test_event_that_the_studio_will_never_take_is_set_aside(mlflow: MlflowUnderTest):
    kept = {"workspace": "team-a", "event": {"eventType": "NEVER"}}
    (mlflow.outbox / "00000000000000000000-bad.json").write_text(json.dumps(kept))
    token = mlflow.hub.add_user("dan", "team-a")
    register(mlflow.client(token, "team-a"), "after-the-bad-one")
    node = "model:team-a/after-the-bad-one@1"
    wait_for(lambda: len(lineage_of(mlflow, token, "team-a", node)) == 4, "lineage", 20)
    assert Path(mlflow.outbox / "refused" / "00000000000000000000-bad.json").exists()


def test_version_without_a_run_of_the_workspace_stands_on_nothing():
    version = VersionFacts("m", "2", "runs:/elsewhere/model", "elsewhere", "", 1_700_000_000_000)
    event = make_event("team-a", version, None)
    assert event.inputs == []
    assert [(out.namespace, out.name) for out in event.outputs] == [("onedata:team-a", "model:m@2")]
    assert event.job.name == "notebook:register m"


def test_event_names_run_notebook_and_who():
    run = RunFacts("r1", "first", "ann", "7", TAGS | {mlflow_tags.JOB_RUN_ID: "run-1"})
    event = make_event("team-a", VersionFacts("m", "1", "s", "r1", "", 1_700_000_000_000), run)
    facet = event.run.facets["onedata_mlflow"]
    assert event.run.runId == "r1"
    assert (facet["user"], facet["job_run_id"], facet["git_commit"]) == ("ann", "run-1", "f" * 40)
    assert [entity.name for entity in event.inputs] == ["dataset:flights@3", "dataset:weather@1"]
