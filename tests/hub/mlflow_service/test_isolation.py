"""Nobody reaches another workspace's experiments, models, traces or files, by whatever route."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.support.mlflow_service import MlflowUnderTest

API, API3, AJAX = "/api/2.0/mlflow", "/api/3.0/mlflow", "/ajax-api/2.0/mlflow"
ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts"
SECRET = "SECRET-OF-ANN"


def said(response: httpx.Response) -> dict:
    assert response.status_code == 200, response.text
    return response.json()


@dataclass
class World:
    """Ann's things, and Bob, who knows every id of them."""

    ann: httpx.Client
    bob: httpx.Client
    experiment: str
    run: str
    run_uri: str
    model_id: str
    bob_experiment: str
    bob_run: str
    bob_run_uri: str

    def fill(self, text: str) -> str:
        for name in ("bob_experiment", "bob_run_uri", "bob_run", "experiment", "run_uri", "run", "model_id"):
            text = text.replace(f"<{name}>", getattr(self, name))
        return text


def new_run(client: httpx.Client, experiment: str) -> dict:
    made = said(client.post(f"{API}/runs/create", json={"experiment_id": experiment, "start_time": 1}))
    return made["run"]["info"]


@pytest.fixture(scope="module")
def world(any_mlflow: MlflowUnderTest) -> Iterator[World]:
    ann, bob = any_mlflow.user("ann"), any_mlflow.user("bob")
    experiment = said(ann.post(f"{API}/experiments/create", json={"name": SECRET}))["experiment_id"]
    run = new_run(ann, experiment)
    run_id = run["run_id"]
    said(
        ann.post(f"{API}/runs/log-metric", json={"run_id": run_id, "key": SECRET, "value": 1, "timestamp": 1})
    )
    model = said(ann.post(f"{API}/logged-models", json={"experiment_id": experiment, "name": "m"}))["model"]
    model_id = model["info"]["model_id"]
    for path in (
        f"{run_id}/artifacts/s.txt",
        f"models/{model_id}/artifacts/s.txt",
        "traces/tr-ann/artifacts/traces.json",
    ):
        put = ann.put(f"{ARTIFACTS}/{experiment}/{path}", content=json.dumps({"spans": SECRET}))
        assert put.status_code == 200, put.text
    said(ann.post(f"{API}/registered-models/create", json={"name": "ann-model", "description": SECRET}))
    said(
        ann.post(
            f"{API}/model-versions/create",
            json={"name": "ann-model", "source": run["artifact_uri"], "run_id": run_id},
        )
    )
    said(ann.post(f"{API3}/traces", json=trace("tr-ann", experiment, {"x": SECRET})))
    bob_experiment = said(bob.post(f"{API}/experiments/create", json={"name": "mine"}))["experiment_id"]
    bob_run = new_run(bob, bob_experiment)
    said(bob.post(f"{API}/registered-models/create", json={"name": "bob-model"}))
    yield World(
        ann, bob, experiment, run_id, run["artifact_uri"], model_id,
        bob_experiment, bob_run["run_id"], bob_run["artifact_uri"],
    )  # fmt: skip
    for client in (ann, bob):
        client.close()


def trace(trace_id: str, experiment: str, tags: dict[str, str]) -> dict:
    location = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}
    info = {
        "trace_id": trace_id,
        "trace_location": location,
        "request_time": "2026-01-01T00:00:00Z",
        "state": "OK",
        "tags": tags,
    }
    return {"trace": {"trace_info": info}}


# Each names a thing of Ann's; Bob sends it. Either he is refused, or the answer is empty of her.
ASKED_BY_A_STRANGER = [
    f"GET {API}/experiments/get?experiment_id=<experiment>",
    f"GET {API}/experiments/get-by-name?experiment_name={SECRET}",
    f'POST {API}/experiments/search {{"max_results": 1000}}',
    f'POST {API}/experiments/update {{"experiment_id": "<experiment>", "new_name": "taken"}}',
    f'POST {API}/experiments/delete {{"experiment_id": "<experiment>"}}',
    f'POST {API}/experiments/set-experiment-tag {{"experiment_id": "<experiment>", "key": "a", "value": "b"}}',
    f'POST {AJAX}/experiments/search-datasets {{"experiment_ids": ["<experiment>"]}}',
    f'POST {API}/runs/create {{"experiment_id": "<experiment>", "start_time": 1}}',
    f"GET {API}/runs/get?run_id=<run>",
    f'POST {API}/runs/search {{"experiment_ids": ["<experiment>"]}}',
    f'POST {API}/runs/update {{"run_id": "<run>", "status": "FAILED"}}',
    f'POST {API}/runs/delete {{"run_id": "<run>"}}',
    f'POST {API}/runs/log-metric {{"run_id": "<run>", "key": "n", "value": 1, "timestamp": 1}}',
    f'POST {API}/runs/log-parameter {{"run_id": "<run>", "key": "n", "value": "1"}}',
    f'POST {API}/runs/set-tag {{"run_id": "<run>", "key": "n", "value": "1"}}',
    f'POST {API}/runs/log-batch {{"run_id": "<run>", "tags": [{{"key": "n", "value": "1"}}]}}',
    f'POST {API}/runs/outputs {{"run_id": "<run>", "models": [{{"model_id": "<model_id>", "step": 0}}]}}',
    f"GET {API}/metrics/get-history?run_id=<run>&metric_key={SECRET}",
    f"GET {AJAX}/metrics/get-history-bulk?run_id=<run>&metric_key={SECRET}",
    f"GET {API}/metrics/get-history-bulk-interval?run_ids=<run>&metric_key={SECRET}",
    f"GET {API}/artifacts/list?run_id=<run>",
    "GET /get-artifact?run_id=<run>&path=s.txt",
    f"POST {AJAX}/upload-artifact?run_uuid=<run>&path=new.txt",
    f'POST {API}/artifacts/presigned-download-url {{"run_id": "<run>", "path": "s.txt"}}',
    f"GET {API}/logged-models/<model_id>",
    f"GET {API}/logged-models/<model_id>/artifacts/directories",
    f"GET {AJAX}/logged-models/<model_id>/artifacts/files?artifact_file_path=s.txt",
    f'POST {API}/logged-models/search {{"experiment_ids": ["<experiment>"]}}',
    f"DELETE {API}/logged-models/<model_id>",
    f"GET {API}/registered-models/get?name=ann-model",
    f"GET {API}/registered-models/search",
    f'PATCH {API}/registered-models/update {{"name": "ann-model", "description": "taken"}}',
    f'DELETE {API}/registered-models/delete {{"name": "ann-model"}}',
    f"GET {API}/model-versions/get?name=ann-model&version=1",
    f"GET {API}/model-versions/search",
    f"GET {API}/model-versions/get-download-uri?name=ann-model&version=1",
    "GET /model-versions/get-artifact?name=ann-model&version=1&path=s.txt",
    f"GET {API3}/traces/tr-ann",
    f"GET {API3}/traces/get?trace_id=tr-ann",
    f"GET {API3}/traces/batchGet?trace_ids=tr-ann",
    f'POST {API3}/traces/batchGetInfos {{"trace_ids": ["tr-ann"]}}',
    "GET /ajax-api/3.0/mlflow/get-trace-artifact?request_id=tr-ann",
    f'PATCH {API3}/traces/tr-ann/tags {{"key": "a", "value": "b"}}',
    f"GET {API3}/review-queues/list?experiment_id=<experiment>",
    f"GET {API3}/scorers/list?experiment_id=<experiment>",
    f"GET {ARTIFACTS}/workspaces/user-ann/<experiment>/<run>/artifacts/s.txt",
    f"GET {ARTIFACTS}/%2e%2e/user-ann/<experiment>/<run>/artifacts/s.txt",
    f"GET {ARTIFACTS}/%252e%252e/user-ann/<experiment>/<run>/artifacts/s.txt",
    f"GET {ARTIFACTS}/workspaces/user-bob/%2e%2e/user-ann/<experiment>/<run>/artifacts/s.txt",
    f"GET {ARTIFACTS}/.%2f/workspaces/user-ann/<experiment>/<run>/artifacts/s.txt",
    f"GET {ARTIFACTS}/%2fworkspaces/user-ann/<experiment>/<run>/artifacts/s.txt",
    f"PUT {ARTIFACTS}/workspaces/user-ann/<experiment>/<run>/artifacts/s.txt",
    f"PUT {ARTIFACTS}/%2e%2e/user-ann/<experiment>/<run>/artifacts/s.txt",
    f"DELETE {ARTIFACTS}/workspaces/user-ann/<experiment>/<run>/artifacts/s.txt",
    f"DELETE {ARTIFACTS}/%2e%2e/user-ann/<experiment>/<run>/artifacts/s.txt",
    f"GET {ARTIFACTS}?path=workspaces/user-ann/<experiment>/<run>/artifacts",
    f"GET {ARTIFACTS}?path=../user-ann/<experiment>/<run>/artifacts",
    "GET /api/2.0/mlflow-artifacts/presigned/workspaces/user-ann/<experiment>/<run>/artifacts/s.txt",
    f"GET {API3}/workspaces/user-ann",
    f"GET {API3}/workspaces",
]


def send(client: httpx.Client, asked: str, world: World) -> httpx.Response:
    method, _, rest = world.fill(asked).partition(" ")
    url, _, body = rest.partition(" ")
    content = body or ("taken" if method in ("PUT", "POST") else None)
    headers = {"Content-Type": "application/json"} if body else {}
    return client.request(method, url, content=content, headers=headers)


@pytest.mark.parametrize("asked", ASKED_BY_A_STRANGER)
def test_stranger_who_knows_the_ids_reads_and_changes_nothing(world: World, asked: str):
    answer = send(world.bob, asked, world)
    assert answer.status_code < 500
    if answer.status_code == 200:
        assert not asked.startswith(("PUT", "DELETE", "PATCH"))
        assert SECRET not in answer.text
        assert "user-ann" not in answer.text
    kept = world.ann.get(f"{ARTIFACTS}/{world.experiment}/{world.run}/artifacts/s.txt")
    assert kept.json() == {"spans": SECRET}
    run = said(world.ann.get(f"{API}/runs/get", params={"run_id": world.run}))["run"]
    assert run["info"]["status"] == "RUNNING"
    assert [metric["key"] for metric in run["data"]["metrics"]] == [SECRET]


def test_owner_is_given_what_the_stranger_is_not(world: World):
    told = [send(world.ann, asked, world).text for asked in ASKED_BY_A_STRANGER if asked.startswith("GET")]
    assert sum(SECRET in text for text in told) >= 10


SOURCES = [
    "<run_uri>",
    "<bob_run_uri>/../../../../user-ann",
    "<bob_run_uri>/%2e%2e/%2e%2e/%2e%2e/%2e%2e/user-ann",
    "mlflow-artifacts://localhost/workspaces/user-ann",
    "models:/ann-model/1",
    "models:/<model_id>",
    "file:///etc",
    "/etc",
    "s3://another-bucket/models",
    "https://example.org/models",
]


@pytest.mark.parametrize("source", SOURCES)
def test_model_version_cannot_stand_on_files_outside_its_workspace(world: World, source: str):
    body = {"name": "bob-model", "source": world.fill(source), "run_id": world.bob_run}
    answer = world.bob.post(f"{API}/model-versions/create", json=body)
    assert answer.status_code in (400, 403, 404), answer.text


@pytest.mark.parametrize("key", ["mlflow.artifactLocation", "mlflow.trace.archiveLocation"])
def test_trace_cannot_say_that_its_data_lies_elsewhere(world: World, key: str):
    elsewhere = f"mlflow-artifacts:/workspaces/user-ann/{world.experiment}/traces/tr-ann/artifacts"
    forged = (
        {}
        if key == "mlflow.artifactLocation"
        else {key: elsewhere, "mlflow.trace.spansLocation": "ARCHIVE_REPO"}
    )
    said(world.bob.post(f"{API3}/traces", json=trace(f"tr-{key}", world.bob_experiment, forged)))
    world.bob.patch(f"{API3}/traces/tr-{key}/tags", json={"key": key, "value": elsewhere})
    for ask in (
        f"/ajax-api/3.0/mlflow/get-trace-artifact?request_id=tr-{key}",
        f"{API3}/traces/get?trace_id=tr-{key}",
    ):
        answer = world.bob.get(ask)
        assert answer.status_code != 200 or not forged
        assert SECRET not in answer.text
    assert (
        "outside its workspace"
        in world.bob.get(f"/ajax-api/3.0/mlflow/get-trace-artifact?request_id=tr-{key}").text
    )


def test_members_of_a_team_share_its_experiments(any_mlflow: MlflowUnderTest):
    cid = any_mlflow.user("cid", "team-a", workspace="team-a")
    dora = any_mlflow.user("dora", "team-a", workspace="team-a")
    made = said(cid.post(f"{API}/experiments/create", json={"name": "ours"}))["experiment_id"]
    run = new_run(cid, made)["run_id"]
    assert cid.put(f"{ARTIFACTS}/{made}/{run}/artifacts/a.txt", content=b"shared").status_code == 200
    read = dora.get("/get-artifact", params={"run_id": run, "path": "a.txt"})
    assert (read.status_code, read.text) == (200, "shared")


def test_same_name_in_two_workspaces_is_two_experiments(any_mlflow: MlflowUnderTest):
    token = any_mlflow.hub.add_user("eve", "team-b")
    ids = {
        said(any_mlflow.client(token, workspace).post(f"{API}/experiments/create", json={"name": "same"}))[
            "experiment_id"
        ]
        for workspace in ("user-eve", "team-b")
    }
    assert len(ids) == 2
