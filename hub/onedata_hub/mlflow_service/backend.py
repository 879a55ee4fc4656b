"""MLflow's own app: imported in the background, and what we ask of its stores."""

import asyncio
import logging
import os
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from onedata_hub.mlflow_service.artifacts import tell_missing_artifacts
from onedata_hub.mlflow_service.refusals import Refusal
from onedata_hub.mlflow_service.sealing import seal_traces
from onedata_hub.mlflow_service.settings import MlflowSettings
from onedata_hub.serving import loading

log = logging.getLogger("onedata.mlflow")

_LONGEST_WAIT_SECONDS = 30.0
STARTING = "MLflow is starting. Try again in a few seconds."


@dataclass(frozen=True)
class RunFacts:
    """What lineage needs to know of a run."""

    run_id: str
    name: str
    user: str
    experiment_id: str
    tags: dict[str, str]


@dataclass(frozen=True)
class VersionFacts:
    """What lineage needs to know of a model version."""

    name: str
    version: str
    source: str
    run_id: str
    model_id: str
    created_ms: int
    is_prompt: bool = False


@dataclass
class Backend:
    """MLflow in this process. It starts in a thread, so that the port answers at once.

    ``environment.prepare`` must have run: MLflow reads its settings while it is imported.
    """

    settings: MlflowSettings
    problem: str = STARTING
    _app: ASGIApp | None = None
    _ready: asyncio.Event = field(default_factory=asyncio.Event)
    _workspaces: set[str] = field(default_factory=set)
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_ready(self) -> bool:
        """Say whether MLflow answers."""
        return self._app is not None

    @property
    def pages(self) -> Path:
        """The folder of MLflow's own web pages."""
        from mlflow.server import app

        return Path(app.static_folder)

    def start(self) -> None:
        """Import MLflow and open its stores, in a thread."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._start, args=(loop,), name="mlflow-start", daemon=True).start()

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            app = _import_mlflow()
            self._open_stores()
            tell_missing_artifacts()
        except Exception:
            # The hub starts a service that ends once more, so we end and say why.
            log.exception("MLflow could not start.")
            os._exit(3)
        self._app = app
        loop.call_soon_threadsafe(self._ready.set)

    def _open_stores(self) -> None:
        from mlflow.server.handlers import initialize_backend_stores

        pause = 1.0
        while (reason := _why_not_reachable(self.settings.database_url)) is not None:
            self.problem = f"MLflow cannot reach its database: {reason}"
            log.warning("%s Next try in %.0f s.", self.problem, pause)
            time.sleep(pause)
            pause = min(pause * 2, 30.0)
        self.problem = STARTING
        initialize_backend_stores(self.settings.database_url, None, "mlflow-artifacts:/")

    async def wait(self) -> None:
        """Wait until MLflow answers."""
        await self._ready.wait()

    async def app(self) -> ASGIApp:
        """Give MLflow's app; wait for it while it starts.

        Raises:
            Refusal: 503 if it takes longer than a browser should wait.
        """
        if self._app is None:
            try:
                await asyncio.wait_for(self._ready.wait(), _LONGEST_WAIT_SECONDS)
            except TimeoutError:
                raise Refusal.unavailable(self.problem, retry_after=5) from None
        assert self._app is not None
        return self._app

    async def ensure_workspace(self, name: str) -> None:
        """Make MLflow's row of a workspace, and its experiment "Default", if they are not there."""
        if name in self._workspaces:
            return
        async with self._making:
            if name not in self._workspaces:
                await asyncio.to_thread(_make_workspace, name)
                self._workspaces.add(name)

    async def in_workspace(self, workspace: str, ask: Callable[[], Any]) -> Any:
        """Ask MLflow's stores something, within a workspace."""
        await self.app()

        def asking() -> Any:
            from mlflow.utils.workspace_context import ServerWorkspaceContext

            with ServerWorkspaceContext(workspace):
                return ask()

        return await asyncio.to_thread(asking)

    async def run_facts(self, workspace: str, run_id: str) -> RunFacts | None:
        """Read a run: who, where, with which tags. None where the workspace has no such run."""
        facts: RunFacts | None = await self.in_workspace(workspace, lambda: _read_run(run_id))
        return facts

    async def source_run(self, workspace: str, model_id: str) -> str:
        """Give the run that logged a model; empty where none did."""
        found: str = await self.in_workspace(workspace, lambda: _source_run(model_id))
        return found

    async def versions_since(self, workspace: str, name: str, since_ms: int) -> list[VersionFacts]:
        """List a model's versions that were made at or after a time (milliseconds since 1970)."""
        found: list[VersionFacts] = await self.in_workspace(workspace, lambda: _read_versions(name, since_ms))
        return found


def _import_mlflow() -> ASGIApp:
    with warnings.catch_warnings(), loading():
        warnings.simplefilter(
            "ignore"
        )  # MLflow mounts Flask through a deprecated bridge; known, and not ours
        from mlflow.server.fastapi_app import app
    seal_traces()
    served: ASGIApp = app
    return served


def _why_not_reachable(database_url: str) -> str | None:
    """Say why a database does not answer; None where it does.

    MLflow would try for most of an hour without a word. It may be that the database comes later
    than we at the machine's start, so the service stays and says what it waits for.
    """
    if database_url.startswith("sqlite"):
        return None
    from sqlalchemy import create_engine
    from sqlalchemy.exc import OperationalError

    engine = create_engine(database_url, connect_args={"connect_timeout": 5})
    try:
        engine.connect().close()
    except OperationalError as error:
        return str(error.orig).strip().splitlines()[0]
    finally:
        engine.dispose()
    return None


def _make_workspace(name: str) -> None:
    from mlflow.entities import Workspace
    from mlflow.exceptions import MlflowException
    from mlflow.server.handlers import _get_tracking_store
    from mlflow.server.workspace_helpers import _get_workspace_store

    try:
        _get_workspace_store().create_workspace(Workspace(name=name))
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    store = _get_tracking_store()
    with store.ManagedSessionMaker(read_only=False) as session:
        store._create_default_experiment(session, workspace_override=name)


def _read_run(run_id: str) -> RunFacts | None:
    from mlflow.exceptions import MlflowException
    from mlflow.server.handlers import _get_tracking_store

    try:
        run = _get_tracking_store().get_run(run_id)
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return None
        raise
    return RunFacts(
        run_id=run.info.run_id,
        name=run.info.run_name or "",
        user=run.info.user_id or "",
        experiment_id=run.info.experiment_id,
        tags=dict(run.data.tags),
    )


def _source_run(model_id: str) -> str:
    from mlflow.server.handlers import _get_tracking_store

    return _get_tracking_store().get_logged_model(model_id).source_run_id or ""


def _read_versions(name: str, since_ms: int) -> list[VersionFacts]:
    from mlflow.server.handlers import _get_model_registry_store

    quoted = name.replace("'", "''")
    versions = _get_model_registry_store().search_model_versions(
        f"name = '{quoted}'", max_results=200, order_by=["version_number DESC"]
    )
    return [
        VersionFacts(
            name=version.name,
            version=str(version.version),
            source=version.source or "",
            run_id=version.run_id or "",
            model_id=version.model_id or "",
            created_ms=int(version.creation_timestamp),
            is_prompt=version._is_prompt(),
        )
        for version in versions
        if int(version.creation_timestamp) >= since_ms
    ]
