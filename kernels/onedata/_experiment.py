"""``od.experiment``: an MLflow run that knows what made it and what it read."""

from html import escape
from types import TracebackType
from typing import Any, ClassVar

from onedata._mlflow_address import mlflow_url, page_url
from onedata.errors import InvalidInput, NotReachable, NotSignedIn


def experiment(
    name: str,
    *,
    run_name: str | None = None,
    tags: dict[str, str] | None = None,
    description: str | None = None,
    nested: bool | None = None,
) -> "TrackedRun":
    """Start a run of an experiment; the experiment is made if it is not there.

    With ``with`` the run ends with the block: FINISHED, or FAILED where the block raised. As a plain
    call it stays active (``mlflow.log_metric`` and autologging write to it) until ``run.end()``, the
    next plain call, or the end of the process. Dataset versions that are loaded before or during
    the run are attached to it.

    Args:
        name: The experiment, in the workspace used where none is named.
        run_name: What to call the run; MLflow makes a name up otherwise.
        tags: Tags of your own.
        description: A note on the run, shown on its page.
        nested: Put the run below the active one. Left out, it is put there where a ``with`` block
            is around; a run that an earlier plain call left active is ended first.

    Raises:
        NotReachable: If this process belongs to no platform and names no MLflow.
        NotSignedIn: If there is no hub token.
        InvalidInput: If the experiment's name is empty, or the experiment was deleted.

    Example:
        >>> with od.experiment("delays") as run:
        ...     model.fit(X, y)
        ...     run.log_metric("rmse", 12.3)
    """
    if not name.strip():
        raise InvalidInput("The experiment has no name. Write od.experiment('delays').")
    mlflow = _mlflow()
    if nested is None:
        TrackedRun.end_what_a_plain_call_left()
        nested = mlflow.active_run() is not None
    try:
        found = mlflow.set_experiment(name)
    except mlflow.exceptions.MlflowException as error:
        raise _refused(error) from error
    run = mlflow.start_run(run_name=run_name, tags=tags, description=description, nested=nested)
    return TrackedRun(run, name, getattr(found, "workspace", None))


class TrackedRun:
    """A run of an experiment. What it does not have itself, MLflow's own run and module do."""

    _left_active: ClassVar["list[TrackedRun]"] = []

    def __init__(self, run: Any, experiment_name: str, workspace: str | None) -> None:
        self._run = run
        self.experiment = experiment_name
        self.workspace = workspace
        self._ended = False
        TrackedRun._left_active.append(self)

    @property
    def run_id(self) -> str:
        """The run's id."""
        return str(self._run.info.run_id)

    @property
    def name(self) -> str:
        """The run's name."""
        return str(self._run.info.run_name)

    @property
    def info(self) -> Any:
        """MLflow's own information on the run."""
        return self._run.info

    @property
    def data(self) -> Any:
        """MLflow's parameters, metrics and tags of the run, as they are now."""
        return _mlflow().get_run(self.run_id).data

    @property
    def url(self) -> str:
        """The address of the run's page in MLflow."""
        return page_url(self._page, self.workspace)

    @property
    def _page(self) -> str:
        return f"/experiments/{self._run.info.experiment_id}/runs/{self.run_id}"

    def log_param(self, key: str, value: Any) -> None:
        """Note a parameter."""
        _mlflow().MlflowClient().log_param(self.run_id, key, value)

    def log_params(self, params: dict[str, Any]) -> None:
        """Note parameters, in one request."""
        _mlflow().log_params(params, run_id=self.run_id)

    def log_metric(self, key: str, value: float, step: int | None = None) -> None:
        """Note a metric."""
        _mlflow().log_metric(key, value, step=step, run_id=self.run_id)

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        """Note metrics, in one request."""
        _mlflow().log_metrics(metrics, step=step, run_id=self.run_id)

    def set_tags(self, tags: dict[str, str]) -> None:
        """Set tags, in one request."""
        from mlflow.entities import RunTag

        _mlflow().MlflowClient().log_batch(self.run_id, tags=[RunTag(key, str(tags[key])) for key in tags])

    def end(self, status: str = "FINISHED") -> None:
        """End the run, and those that were left active below it; a second time does nothing.

        Args:
            status: FINISHED, FAILED or KILLED.
        """
        if self._ended:
            return
        self._ended = True
        if self in TrackedRun._left_active:
            TrackedRun._left_active.remove(self)
        mlflow = _mlflow()
        if self.run_id not in _active_run_ids():  # begun in another thread, or ended by mlflow.end_run
            if mlflow.get_run(self.run_id).info.status == "RUNNING":
                mlflow.MlflowClient().set_terminated(self.run_id, status)
            return
        while self.run_id in _active_run_ids():
            mlflow.end_run(status)

    @classmethod
    def end_what_a_plain_call_left(cls) -> None:
        """End runs that no ``with`` block holds: a cell that is run again means a new run."""
        for run in reversed(cls._left_active.copy()):
            run.end()

    def __enter__(self) -> "TrackedRun":
        if self in TrackedRun._left_active:
            TrackedRun._left_active.remove(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end("FINISHED" if kind is None else "FAILED")

    def __repr__(self) -> str:
        return f"Run '{self.name}' of experiment '{self.experiment}': {self.url}"

    def _repr_html_(self) -> str:
        href = page_url(self._page, self.workspace, absolute=False) if mlflow_url() else self.url
        return (
            f'Run <a href="{escape(href)}" target="_blank">{escape(self.name)}</a> '
            f"of experiment <b>{escape(self.experiment)}</b>"
        )


def _active_run_ids() -> list[str]:
    """List this thread's active runs, the outermost first. MLflow's public functions tell only the innermost."""
    from mlflow.tracking.fluent import _active_run_stack

    return [run.info.run_id for run in _active_run_stack.get()]


def _mlflow() -> Any:
    """Import MLflow, pointed at the platform."""
    import os

    from onedata._mlflow_address import token

    if mlflow_url() is None and not os.environ.get("MLFLOW_TRACKING_URI"):
        raise NotReachable(
            "This process belongs to no One Data platform. Run it in a server or a job of one, set "
            "ONEDATA_STUDIO_URL to its address, or set MLFLOW_TRACKING_URI to an MLflow of your own."
        )
    if mlflow_url() is not None and not token():
        raise NotSignedIn(
            "No hub token to call MLflow with. Inside a server of the hub there is one; "
            "elsewhere set ONEDATA_TOKEN to what `onedata token` prints."
        )
    import mlflow

    return mlflow


def _refused(error: Exception) -> Exception:
    """Turn MLflow's refusal of an experiment into an error of ours."""
    message = str(getattr(error, "message", error))
    code = str(getattr(error, "error_code", ""))
    from onedata.errors import NotAllowed

    kinds: dict[str, type[Exception]] = {
        "UNAUTHENTICATED": NotSignedIn,
        "PERMISSION_DENIED": NotAllowed,
        "INVALID_PARAMETER_VALUE": InvalidInput,
    }
    return kinds.get(code, NotReachable)(message.removeprefix(f"{code}: "))
