"""A real MLflow service process, with a real studio and a small hub around it on true ports."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.support.hub_api import SmallHub
from tests.support.mlflow_database import put_mlflow_database
from tests.support.ports import free_port
from tests.support.serving import in_thread, served, served_studio

PREFIX = "/services/mlflow"
STUDIO_PREFIX = "/services/studio"
SERVICE_TOKEN = "mlflow-service-token"


def wait_for(true: Any, what: str, seconds: float = 30.0) -> None:
    """Wait until something is so; say what was awaited where it does not come."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {seconds} s")


@dataclass
class MlflowUnderTest:
    """The service's process, the studio's server and the hub they both believe in."""

    folder: Path
    hub: SmallHub = field(default_factory=SmallHub)
    port: int = field(default_factory=free_port)
    hub_port: int = field(default_factory=free_port)
    studio_port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen | None = None
    _studio: contextlib.ExitStack | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PREFIX}"

    @property
    def studio_url(self) -> str:
        return f"http://127.0.0.1:{self.studio_port}{STUDIO_PREFIX}"

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    @property
    def log(self) -> str:
        return (self.folder / "mlflow.log").read_text()

    def __post_init__(self) -> None:
        scopes = ("access:services!service=studio",)
        self.hub.add_token("mlflow", scopes, kind="service", token=SERVICE_TOKEN)

    def start_studio(self) -> None:
        self._studio = contextlib.ExitStack()
        folder = self.folder / "studio"
        self._studio.enter_context(served_studio(folder, port=self.studio_port, hub=self.hub))

    def stop_studio(self) -> None:
        if self._studio is not None:
            self._studio.close()
            self._studio = None

    def start(self, *, wait: bool = True, from_nothing: bool = False) -> None:
        """Start the service as the hub would; with ``wait``, until MLflow answers.

        Args:
            wait: Whether to wait until MLflow answers.
            from_nothing: Whether MLflow is to make its own database.
        """
        if not from_nothing:
            put_mlflow_database(self.folder / "mlflow.sqlite")
        environment = {
            **os.environ,
            "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{self.port}",
            "JUPYTERHUB_SERVICE_PREFIX": f"{PREFIX}/",
            "JUPYTERHUB_SERVICE_NAME": "mlflow",
            "JUPYTERHUB_API_URL": f"http://127.0.0.1:{self.hub_port}/hub/api",
            "JUPYTERHUB_API_TOKEN": SERVICE_TOKEN,
            "JUPYTERHUB_CLIENT_ID": "service-mlflow",
            "ONEDATA_MLFLOW_DATABASE_URL": f"sqlite:///{self.folder}/mlflow.sqlite",
            "ONEDATA_MLFLOW_ARTIFACTS_URL": f"{self.folder}/artifacts",
            "ONEDATA_MLFLOW_OUTBOX_DIR": str(self.outbox),
            "ONEDATA_MLFLOW_KEK_FILE": str(self.folder / "kek"),
            "ONEDATA_MLFLOW_STUDIO_URL": self.studio_url,
            "ONEDATA_MLFLOW_IDENTITY_CACHE_SECONDS": "0",
            "ONEDATA_MLFLOW_MEMBERSHIP_CACHE_SECONDS": "0",
            **self.environment,
        }
        with (self.folder / "mlflow.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "onedata_hub.mlflow_service"],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
            )
        if wait:
            wait_for(self.is_healthy, f"MLflow (log: {self.log})", 100)

    def is_healthy(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/health", timeout=5).status_code == 200
        return False

    def kill(self) -> None:
        """End the service as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def close(self) -> None:
        self.stop()
        self.stop_studio()

    def client(self, token: str | None, workspace: str | None = None, **headers: str) -> httpx.Client:
        """Give an HTTP client that speaks as MLflow's own does."""
        sent = dict(headers)
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if workspace:
            sent["X-MLFLOW-WORKSPACE"] = workspace
        return httpx.Client(base_url=self.url, headers=sent, timeout=60)

    def user(
        self, name: str, *groups: str, workspace: str | None = None, admin: bool = False
    ) -> httpx.Client:
        """Make a user of the hub and give their client."""
        return self.client(self.hub.add_user(name, *groups, admin=admin), workspace)


@contextlib.contextmanager
def prepared_mlflow(folder: Path, **environment: str) -> Iterator[MlflowUnderTest]:
    """Start the hub; studio and service are the test's to start. All stop after the block."""
    folder.mkdir(exist_ok=True)
    prepared = MlflowUnderTest(folder, environment=environment)
    with in_thread(served(prepared.hub.app, prepared.hub_port)):
        try:
            yield prepared
        finally:
            prepared.close()


@contextlib.contextmanager
def running_mlflow(folder: Path, **environment: str) -> Iterator[MlflowUnderTest]:
    """Start hub, studio and service; stop them after the block."""
    with prepared_mlflow(folder, **environment) as running:
        running.start_studio()
        running.start()
        yield running
