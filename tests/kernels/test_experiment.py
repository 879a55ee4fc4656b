"""``od.experiment``."""

from collections.abc import Iterator

import pytest
from onedata._experiment import experiment
from onedata.errors import InvalidInput, NotReachable, NotSignedIn

from tests.support.mlflow_kernel import kernel_environment, run_in_kernel
from tests.support.mlflow_service import MlflowUnderTest, running_mlflow


@pytest.fixture(scope="module")
def mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowUnderTest]:
    with running_mlflow(tmp_path_factory.mktemp("mlflow")) as running:
        yield running


@pytest.fixture(scope="module")
def environment(mlflow: MlflowUnderTest) -> dict[str, str]:
    return kernel_environment(mlflow, "ann", "team-a", ONEDATA_WORKSPACE="team-a")


def test_block_logs_ends_and_links_to_its_page(environment: dict[str, str], mlflow: MlflowUnderTest):
    result = run_in_kernel(
        environment,
        """
import onedata as od
from onedata._session import session
session().record_read("team-a/flights@3")
with od.experiment("delays", run_name="first", tags={"mine": "1"}, description="a note") as run:
    run.log_param("a", 1); run.log_params({"b": 2}); run.log_metric("m", 1.0); run.log_metrics({"n": 2.0}, step=3)
    run.set_tags({"later": "2"})
    import mlflow
    mlflow.log_metric("plain", 3.0)
    with od.experiment("delays", run_name="inner") as inner:
        session().record_read("team-a/weather@1")
data = run.data
result = {
    "params": data.params, "metrics": data.metrics, "tags": data.tags, "repr": repr(run), "html": run._repr_html_(),
    "status": mlflow.get_run(run.run_id).info.status, "inner_parent": inner.data.tags["mlflow.parentRunId"] == run.run_id,
    "active": mlflow.active_run() is None, "noted": session().mlflow_runs == [run.run_id, inner.run_id],
    "page": f"/experiments/{run.info.experiment_id}/runs/{run.run_id}?workspace=team-a",
}
""",
    )
    assert result["params"] == {"a": "1", "b": "2"}
    assert result["metrics"] == {"m": 1.0, "n": 2.0, "plain": 3.0}
    assert {"mine", "later", "mlflow.note.content", "onedata.dataset/team-a/weather/1"} <= set(result["tags"])
    assert (result["status"], result["inner_parent"], result["active"], result["noted"]) == (
        "FINISHED",
        True,
        True,
        True,
    )
    assert result["repr"] == f"Run 'first' of experiment 'delays': {mlflow.url}/#{result['page']}"
    assert f'href="/services/mlflow/#{result["page"]}"' in result["html"]


def test_exception_fails_the_run_and_goes_on(environment: dict[str, str]):
    result = run_in_kernel(
        environment,
        """
import onedata as od, mlflow
try:
    with od.experiment("delays") as run:
        child = od.experiment("delays")
        raise ValueError("mine")
except ValueError as error:
    result = [str(error), mlflow.get_run(run.run_id).info.status, mlflow.get_run(child.run_id).info.status]
result.append(mlflow.active_run() is None)
""",
    )
    assert result == ["mine", "FAILED", "FAILED", True]


def test_plain_call_stays_active_until_the_next_one(environment: dict[str, str]):
    result = run_in_kernel(
        environment,
        """
import onedata as od, mlflow
status = lambda run: mlflow.get_run(run.run_id).info.status
first = od.experiment("delays")
before = [status(first), mlflow.active_run().info.run_id == first.run_id]
second = od.experiment("delays")
between = [status(first), status(second), "mlflow.parentRunId" in second.data.tags]
second.end()
second.end()
mine = mlflow.start_run()
nested = od.experiment("delays")
child_of_mine = nested.data.tags["mlflow.parentRunId"] == mine.info.run_id
nested.end("KILLED")
still = mlflow.active_run().info.run_id == mine.info.run_id
result = [before, between, status(second), child_of_mine, status(nested), still]
""",
    )
    assert result == [["RUNNING", True], ["FINISHED", "RUNNING", False], "FINISHED", True, "KILLED", True]


def test_run_that_mlflow_ended_may_be_ended_again(environment: dict[str, str]):
    result = run_in_kernel(
        environment,
        """
import threading
import onedata as od, mlflow
run = od.experiment("delays")
mlflow.end_run("FAILED")
other = mlflow.start_run()
run.end()
kept = mlflow.active_run().info.run_id == other.info.run_id
mlflow.end_run()
elsewhere = od.experiment("delays")
thread = threading.Thread(target=elsewhere.end); thread.start(); thread.join()
result = [mlflow.get_run(run.run_id).info.status, kept, mlflow.get_run(elsewhere.run_id).info.status]
""",
    )
    assert result == ["FAILED", True, "FINISHED"]


def test_refusals_are_the_librarys_own_errors(mlflow: MlflowUnderTest):
    code = """
import onedata as od
try:
    od.experiment("delays")
except od.errors.OneDataError as error:
    result = [type(error).__name__, str(error)]
"""
    stranger = kernel_environment(mlflow, "bob", ONEDATA_WORKSPACE="team-x")
    kind, message = run_in_kernel(stranger, code)
    assert kind == "NotAllowed"
    assert message.startswith("'team-x' is no workspace of 'bob'.")
    kind, message = run_in_kernel(stranger | {"JUPYTERHUB_API_TOKEN": "expired"}, code)
    assert kind == "NotSignedIn"
    assert "expired or was revoked" in message


def test_experiment_without_a_name_is_refused():
    with pytest.raises(InvalidInput, match="no name"):
        experiment("  ")


def test_process_outside_of_a_platform_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch):
    for name in ("ONEDATA_STUDIO_URL", "ONEDATA_MLFLOW_URL", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NotReachable, match="ONEDATA_STUDIO_URL"):
        experiment("delays")


def test_process_without_a_token_is_told_where_to_get_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ONEDATA_STUDIO_URL", "http://127.0.0.1:8000/services/studio")
    for name in ("JUPYTERHUB_API_TOKEN", "ONEDATA_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NotSignedIn, match="onedata token"):
        experiment("delays")
