"""Plain MLflow in a kernel of the platform: signed in, in the right workspace, tagged."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onedata import _mlflow_context
from onedata._mlflow_address import is_mlflow_url, mlflow_url, page_url
from onedata._notebook import Notebook
from onedata._notebook_copy import text_to_keep
from onedata.contract.notebooks import notebook_digest

from tests.support.mlflow_kernel import kernel_environment, run_in_kernel
from tests.support.mlflow_service import MlflowUnderTest, running_mlflow


@pytest.fixture(scope="module")
def mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowUnderTest]:
    with running_mlflow(tmp_path_factory.mktemp("mlflow")) as running:
        yield running


def test_plain_mlflow_is_signed_in_tagged_and_told_of_datasets(mlflow: MlflowUnderTest):
    environment = kernel_environment(
        mlflow,
        "ann",
        "team-a",
        ONEDATA_WORKSPACE="team-a",
        ONEDATA_NOTEBOOK_PATH="nb/flights.ipynb",
        ONEDATA_NOTEBOOK_DIGEST="d" * 64,
        ONEDATA_RUN_ID="run-1",
        JUPYTER_IMAGE_SPEC="onedata/notebook:1",
    )
    result = run_in_kernel(
        environment,
        """
import mlflow
from onedata._session import session  # what od.datasets.load notes
session().record_read("team-a/flights@3")
with mlflow.start_run() as outer:
    with mlflow.start_run(nested=True) as run:
        mlflow.log_metric("rmse", 1.5)
        session().record_read("team-b/weather@1")
        mlflow.log_text("hello", "notes/a.txt")
found = mlflow.get_run(run.info.run_id)
result = {
    "tags": found.data.tags,
    "parent_tags": mlflow.get_run(outer.info.run_id).data.tags,
    "inputs": sorted((i.dataset.name, i.dataset.digest, i.dataset.source_type) for i in found.inputs.dataset_inputs),
    "experiment": mlflow.get_experiment(found.info.experiment_id).name,
    "workspace": mlflow.get_experiment(found.info.experiment_id).workspace,
    "user": found.info.user_id,
    "runs": session().mlflow_runs == [outer.info.run_id, run.info.run_id],
    "text": mlflow.artifacts.load_text(found.info.artifact_uri + "/notes/a.txt"),
}
""",
    )
    tags = result["tags"]
    ours = {
        name: value for name, value in tags.items() if name.startswith("onedata.") and "commit" not in name
    }
    assert ours == {
        "onedata.workspace": "team-a",
        "onedata.notebook_path": "nb/flights.ipynb",
        "onedata.notebook_digest": "d" * 64,
        "onedata.job_run_id": "run-1",
        "onedata.image": "onedata/notebook:1",
        "onedata.dataset/team-a/flights/3": "team-a/flights@3",
        "onedata.dataset/team-b/weather/1": "team-b/weather@1",
    }
    assert tags["mlflow.source.name"] == "nb/flights.ipynb"
    assert "onedata.dataset/team-b/weather/1" in result["parent_tags"]
    assert result["inputs"] == [["team-a/flights", "v3", "onedata"], ["team-b/weather", "v1", "onedata"]]
    assert (result["experiment"], result["workspace"], result["user"]) == ("Default", "team-a", "ann")
    assert result["runs"]
    assert result["text"] == "hello"


def test_a_run_keeps_its_notebook_as_it_ran_and_without_what_it_printed(
    mlflow: MlflowUnderTest, tmp_path: Path
):
    printed = {"output_type": "stream", "name": "stdout", "text": "a secret"}
    code = {
        "cell_type": "code",
        "source": "train()",
        "metadata": {},
        "outputs": [printed],
        "execution_count": 7,
    }
    notebook = {
        "cells": [code],
        "metadata": {"kernelspec": {"name": "onedata"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = tmp_path / "train.ipynb"
    path.write_text(json.dumps(notebook))
    environment = kernel_environment(
        mlflow, "ann", "team-a", ONEDATA_WORKSPACE="team-a", JPY_SESSION_NAME=str(path)
    )
    told, kept, below = run_in_kernel(
        environment,
        """
import mlflow
with mlflow.start_run() as outer:
    with mlflow.start_run(nested=True) as inner:
        pass
client = mlflow.MlflowClient()
below = client.list_artifacts(inner.info.run_id)
kept = mlflow.artifacts.load_text(outer.info.artifact_uri + "/onedata/notebook.ipynb")
result = [client.get_run(outer.info.run_id).data.tags["onedata.notebook_digest"], kept, len(below)]
""",
    )
    assert notebook_digest(json.loads(kept)) == told
    assert json.loads(kept) == notebook | {"cells": [code | {"outputs": [], "execution_count": None}]}
    assert below == 0


def test_notebook_that_was_saved_again_since_is_not_kept_for_the_one_that_ran(tmp_path: Path):
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": "2", "metadata": {}}]}))
    assert text_to_keep(Notebook("a.ipynb", digest="of another", file=path)) is None
    assert text_to_keep(Notebook("a.ipynb", digest="of it", file=tmp_path / "none.ipynb")) is None


def test_outside_a_server_one_token_and_the_studio_address_are_enough(mlflow: MlflowUnderTest):
    environment = kernel_environment(mlflow, "bob")
    environment["ONEDATA_TOKEN"] = environment.pop("JUPYTERHUB_API_TOKEN")
    del environment["MLFLOW_TRACKING_URI"]
    result = run_in_kernel(
        environment,
        """
import mlflow
with mlflow.start_run() as run:
    pass
result = mlflow.get_experiment(run.info.experiment_id).workspace
""",
    )
    assert result == "user-bob"


def test_workspace_follows_the_session_until_the_user_names_another(mlflow: MlflowUnderTest):
    environment = kernel_environment(mlflow, "fay", "team-a", "team-b")
    result = run_in_kernel(
        environment,
        """
import os
import onedata as od, mlflow
where = lambda: {found.workspace for found in mlflow.search_experiments()}
seen = [where(), os.environ["MLFLOW_WORKSPACE"]]
od.workspace("team-a")
seen += [where(), os.environ["MLFLOW_WORKSPACE"]]
mlflow.set_workspace("team-b")
seen += [where(), os.environ["MLFLOW_WORKSPACE"]]
od.workspace("user-fay")
seen += [where()]
result = [sorted(one) if isinstance(one, set) else one for one in seen]
""",
    )
    own, team_a, team_b = "user-fay", "team-a", "team-b"
    assert result == [[own], own, [team_a], team_a, [team_b], team_b, [team_b]]


def test_refusal_reads_as_our_sentence_in_plain_mlflow(mlflow: MlflowUnderTest):
    environment = kernel_environment(mlflow, "cid", ONEDATA_WORKSPACE="team-of-others")
    result = run_in_kernel(
        environment,
        """
import mlflow
try:
    mlflow.set_experiment("x")
except mlflow.exceptions.MlflowException as error:
    result = [error.error_code, str(error)]
""",
    )
    assert result[0] == "PERMISSION_DENIED"
    assert "'team-of-others' is no workspace of 'cid'" in result[1]


def test_models_autologged_and_registered_are_read_back(mlflow: MlflowUnderTest):
    environment = kernel_environment(mlflow, "dan", "team-a", ONEDATA_WORKSPACE="team-a")
    result = run_in_kernel(
        environment,
        """
import mlflow, numpy as np, sklearn
from sklearn.linear_model import LinearRegression
mlflow.sklearn.autolog(log_models=False)
X = np.arange(20.0).reshape(10, 2)
with mlflow.start_run() as run:
    model = LinearRegression().fit(X, X[:, 0])
    logged = mlflow.sklearn.log_model(
        model, name="delays", registered_model_name="delays",
        pip_requirements=[f"scikit-learn=={sklearn.__version__}"],
    )
again = mlflow.pyfunc.load_model("models:/delays/1").predict(X[:1])
result = [logged.registered_model_version, float(again[0]), "fit_intercept" in mlflow.get_run(run.info.run_id).data.params]
""",
    )
    assert result[0] in (1, "1")
    assert abs(result[1]) < 1e-6
    assert result[2] is True


def test_mlflow_elsewhere_gets_neither_token_nor_workspace():
    """A user may point MLflow at any server; only the platform's is sent the token."""
    code = """
import os, threading, json
from http.server import BaseHTTPRequestHandler, HTTPServer
seen = []
class Elsewhere(BaseHTTPRequestHandler):
    def do_GET(self):
        seen.append(dict(self.headers)); self.send_response(404); self.end_headers(); self.wfile.write(b"{}")
    do_POST = do_GET
    def log_message(self, *a): pass
server = HTTPServer(("127.0.0.1", 0), Elsewhere)
threading.Thread(target=server.serve_forever, daemon=True).start()
import mlflow
mlflow.set_tracking_uri(f"http://127.0.0.1:{server.server_port}/services/mlflow")
try:
    mlflow.search_experiments()
except Exception:
    pass
result = [seen, os.environ["MLFLOW_TRACKING_AUTH"]]
"""
    environment = {
        "PATH": os.environ["PATH"],
        "JUPYTERHUB_API_TOKEN": "the-secret",
        "ONEDATA_STUDIO_URL": "http://127.0.0.1:1/services/studio",
        "ONEDATA_WORKSPACE": "team-a",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    }
    seen, auth = run_in_kernel(environment, code)
    assert auth == "onedata"
    assert seen
    assert "the-secret" not in str(seen)
    assert "team-a" not in str(seen)


def test_mlflow_outside_of_any_platform_is_left_alone():
    code = """
import mlflow, os
from mlflow.tracking.context.registry import resolve_tags
from mlflow.tracking.default_experiment.registry import get_experiment_id
mine = [name for name in resolve_tags() if name.startswith("onedata")]
result = [mine, get_experiment_id(), os.environ.get("MLFLOW_TRACKING_AUTH"), os.environ.get("MLFLOW_TRACKING_URI")]
"""
    assert run_in_kernel({"PATH": os.environ["PATH"]}, code) == [[], "0", None, None]


def test_our_modules_import_nothing_heavy():
    code = "import sys, onedata._mlflow_context, onedata._mlflow_address; print(*sys.modules)"
    listed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"mlflow", "pandas", "httpx", "requests", "pydantic"} & set(listed.stdout.split())


OURS = "http://127.0.0.1:8000/services/mlflow"


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEDATA_STUDIO_URL", "http://127.0.0.1:8000/services/studio")
    monkeypatch.delenv("ONEDATA_MLFLOW_URL", raising=False)
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "the-secret")
    monkeypatch.delenv("ONEDATA_TOKEN", raising=False)


@pytest.mark.usefixtures("platform")
@pytest.mark.parametrize(
    ("url", "is_ours"),
    [
        (f"{OURS}/api/2.0/mlflow/runs/get", True),
        (f"{OURS}/?x=http://example.org", True),
        (OURS, False),
        ("http://127.0.0.1:8000/services/mlflow-other/api", False),
        ("http://127.0.0.1:8000/services/mlflow/../studio/api", False),
        ("http://127.0.0.1:8001/services/mlflow/api", False),
        ("https://127.0.0.1:8000/services/mlflow/api", False),
        ("http://127.0.0.1:8000@example.org/services/mlflow/api", False),
        ("http://example.org/services/mlflow/api", False),
    ],
)
def test_only_addresses_of_the_platforms_mlflow_are_ours(url: str, is_ours: bool):
    assert is_mlflow_url(url) is is_ours
    request = SimpleNamespace(url=url, headers={}, register_hook=lambda *_: None)
    _mlflow_context.sign(request)
    assert request.headers.get("Authorization") == ("Bearer the-secret" if is_ours else None)


@given(st.text(), st.text(), st.text())
def test_no_address_with_another_host_is_ours(scheme: str, host: str, path: str):
    os.environ["ONEDATA_MLFLOW_URL"] = OURS
    try:
        url = f"{scheme}://{host}/{path}"
        try:
            ours = is_mlflow_url(url)
        except ValueError:
            ours = False
        assert not ours or url.startswith(f"{OURS}/")
    finally:
        del os.environ["ONEDATA_MLFLOW_URL"]


@pytest.mark.usefixtures("platform")
def test_own_credentials_and_workspace_are_not_overwritten(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ONEDATA_WORKSPACE", "team-a")
    headers = {"Authorization": "Basic own", "X-MLFLOW-WORKSPACE": "team-b"}
    request = SimpleNamespace(url=f"{OURS}/api", headers=dict(headers), register_hook=lambda *_: None)
    _mlflow_context.sign(request)
    assert request.headers == headers


@pytest.mark.usefixtures("platform")
def test_page_address_is_public_in_text_and_relative_in_html(monkeypatch: pytest.MonkeyPatch):
    assert mlflow_url() == OURS
    assert page_url("/experiments/1", "team-a") == f"{OURS}/#/experiments/1?workspace=team-a"
    monkeypatch.setenv("JUPYTERHUB_PUBLIC_HUB_URL", "https://studio.example.org/hub/")
    assert page_url("/x", None) == "https://studio.example.org/services/mlflow/#/x"
    assert page_url("/x", None, absolute=False) == "/services/mlflow/#/x"
