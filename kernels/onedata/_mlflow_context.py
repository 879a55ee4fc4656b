"""What MLflow asks of us in a process that imports it: who calls, where to, and what a run stands on.

MLflow finds these classes by entry points, so plain ``import mlflow`` in a notebook of the platform
is signed in, works in the caller's workspace, and tags its runs, with no line of ours. We import
nothing of MLflow's here.

Source: MLflow, "Plugins" (run_context_provider, request_auth_provider, default_experiment_provider).
"""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any, ClassVar

from onedata._mlflow_address import is_mlflow_url, mlflow_url, token
from onedata.contract import mlflow_tags
from onedata.contract.environment import RUN_ID, WORKSPACE

log = logging.getLogger("onedata")

AUTH_NAME = "onedata"
DEFAULT_EXPERIMENT = "Default"
WORKSPACE_HEADER = "X-MLFLOW-WORKSPACE"  # source: mlflow/utils/workspace_utils.py
MLFLOW_WORKSPACE = "MLFLOW_WORKSPACE"  # source: mlflow/environment_variables.py
_told_mlflow: dict[str, str] = {}  # the workspace that we, and not the user, told MLflow
_IMAGES = ("ONEDATA_IMAGE", "JUPYTER_IMAGE_SPEC", "JUPYTER_IMAGE")
_MOST_PARENTS = 10
_PARENT = "mlflow.parentRunId"


class OneDataRunContext:
    """Tags each run with what made it and what it has read so far."""

    _connected: ClassVar[bool] = False

    def __init__(self) -> None:
        if not OneDataRunContext._connected:
            OneDataRunContext._connected = True
            connect()

    def in_context(self) -> bool:
        """Say whether this process belongs to a platform."""
        return mlflow_url() is not None

    def tags(self) -> dict[str, str]:
        """Give the tags of a run that starts now."""
        return run_tags()


class OneDataRequestAuth:
    """Signs requests to the platform's MLflow, and to no other address."""

    def get_name(self) -> str:
        """Give the name by which ``MLFLOW_TRACKING_AUTH`` asks for it."""
        return AUTH_NAME

    def get_auth(self) -> Any:
        """Give what ``requests`` calls with each request."""
        return sign


class OneDataDefaultExperiment:
    """Names the experiment of runs that name none: the workspace's own "Default".

    MLflow's experiment 0 lies in a workspace that is nobody's.
    """

    def in_context(self) -> bool:
        """Say whether MLflow talks to the platform."""
        return is_mlflow_url(f"{os.environ.get('MLFLOW_TRACKING_URI', '')}/")

    def get_experiment_id(self) -> str | None:
        """Look the experiment up by name."""
        import mlflow

        found = mlflow.MlflowClient().get_experiment_by_name(DEFAULT_EXPERIMENT)
        return str(found.experiment_id) if found else None


def connect() -> None:
    """Point MLflow at the platform where nothing else is set, and hear of datasets as they are read."""
    from onedata._session import session

    url = mlflow_url()
    if url is None:
        return
    if token():
        os.environ.setdefault("MLFLOW_TRACKING_URI", url)
        os.environ.setdefault("MLFLOW_TRACKING_AUTH", AUTH_NAME)
    if on_dataset_read not in session().on_dataset_read:
        session().on_dataset_read.append(on_dataset_read)


def sign(request: Any) -> Any:
    """Add the hub token and the workspace to a request (a ``requests.PreparedRequest``)."""
    if not is_mlflow_url(request.url):
        return request
    held = token()
    if held and "Authorization" not in request.headers:
        request.headers["Authorization"] = f"Bearer {held}"
    workspace = os.environ.get(WORKSPACE)
    if workspace and request.headers.get(WORKSPACE_HEADER) in (None, _told_mlflow.get("workspace")):
        request.headers[WORKSPACE_HEADER] = workspace
    request.register_hook("response", _on_answer)
    return request


def _on_answer(response: Any, *_arguments: Any, **_options: Any) -> None:
    request = response.request
    _tell_mlflow_the_workspace(response.headers.get(WORKSPACE_HEADER))
    if request.method == "POST" and request.url.partition("?")[0].endswith("/mlflow/runs/create"):
        _on_run_created(response)


def _tell_mlflow_the_workspace(workspace: str | None) -> None:
    """Tell MLflow which workspace it works in: the links that it prints need it.

    Only while the user has not told it another (``mlflow.set_workspace``), and only once the
    platform's MLflow has answered: servers elsewhere may know no workspaces.
    """
    if workspace and os.environ.get(MLFLOW_WORKSPACE) in (None, _told_mlflow.get("workspace")):
        os.environ[MLFLOW_WORKSPACE] = _told_mlflow["workspace"] = workspace


def run_tags() -> dict[str, str]:
    """Say what a run that starts now stands on, as tags."""
    from onedata._git import commit_of
    from onedata._notebook import current_notebook
    from onedata._session import session

    notebook = current_notebook()
    job_run = os.environ.get(RUN_ID)
    commit = commit_of(Path.cwd())
    known = {
        mlflow_tags.WORKSPACE: os.environ.get(WORKSPACE),
        mlflow_tags.NOTEBOOK_PATH: notebook.path,
        mlflow_tags.NOTEBOOK_DIGEST: notebook.digest,
        mlflow_tags.GIT_COMMIT: commit,
        mlflow_tags.JOB_RUN_ID: job_run,
        mlflow_tags.IMAGE: next((os.environ[name] for name in _IMAGES if os.environ.get(name)), None),
        # MLflow's own names for the same, which its pages show.
        "mlflow.user": os.environ.get("JUPYTERHUB_USER"),
        "mlflow.source.name": notebook.path,
        "mlflow.source.type": ("JOB" if job_run else "NOTEBOOK") if notebook.path else None,
        "mlflow.source.git.commit": commit,
    }
    tags = {name: value[: mlflow_tags.MAX_VALUE_LENGTH] for name, value in known.items() if value}
    return tags | mlflow_tags.dataset_tags(session().datasets_read)


def on_dataset_read(ref: str) -> None:
    """Attach a dataset version to the active run, and to the runs it is nested in.

    Does nothing where there is none; never imports MLflow for it.
    """
    mlflow = sys.modules.get("mlflow")
    run = getattr(mlflow, "active_run", lambda: None)()
    if run is None:
        return
    client = mlflow.MlflowClient()  # type: ignore[union-attr]  # there is a run of it, so it is there
    parent = run.data.tags.get(_PARENT)
    run_ids = [run.info.run_id]
    while parent and len(run_ids) < _MOST_PARENTS:
        run_ids.append(parent)
        parent = client.get_run(parent).data.tags.get(_PARENT)
    name, value = mlflow_tags.dataset_tag(ref)
    for run_id in run_ids:
        client.set_tag(run_id, name, value)
        log_inputs(run_id, [ref])


def log_inputs(run_id: str, refs: list[str]) -> None:
    """Note dataset versions as a run's inputs, which MLflow's pages list as "Datasets"."""
    from mlflow import MlflowClient
    from mlflow.entities import Dataset, DatasetInput, InputTag

    inputs = []
    for ref in refs:
        name, _, version = ref.partition("@")
        dataset = Dataset(
            name=name, digest=f"v{version}", source_type="onedata", source=json.dumps({"dataset": ref})
        )
        inputs.append(DatasetInput(dataset, tags=[InputTag("mlflow.data.context", "read")]))
    MlflowClient().log_inputs(run_id, datasets=inputs)


def _on_run_created(response: Any) -> None:
    """Note a run that MLflow has just made, and the dataset versions that were read before it."""
    from onedata._notebook import current_notebook
    from onedata._notebook_copy import keep_notebook
    from onedata._session import session

    if response.status_code != 200:
        return
    try:
        run = response.json()["run"]
        run_id = str(run["info"]["run_id"])
        session().record_mlflow_run(run_id)
        read = session().datasets_read
        if read:
            log_inputs(run_id, read)
        if not any(tag["key"] == _PARENT for tag in run["data"].get("tags", [])):
            keep_notebook(run_id, current_notebook())  # runs below it are of the same notebook
    except Exception:  # the run is there; what we note of it must not fail it
        log.exception("The MLflow run could not be noted.")
