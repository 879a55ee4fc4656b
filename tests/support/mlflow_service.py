"""A real MLflow service process, with a real studio and a small hub around it on true ports."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from tests.support.hub_api import SmallHub
from tests.support.studio import running_studio

PREFIX = "/services/mlflow"
STUDIO_PREFIX = "/services/studio"


def free_port() -> int:
    """Find a port that is free now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class ServerThread:
    """Uvicorn in a thread with its own loop, so that clients that block do not block it."""

    def __init__(self, make_app: Any, port: int) -> None:
        self._make_app = make_app
        self.port = port
        self.server: uvicorn.Server | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    async def _run(self) -> None:
        async with self._make_app() as app:
            config = uvicorn.Config(
                app, host="127.0.0.1", port=self.port, log_level="warning", lifespan="off"
            )
            self.server = uvicorn.Server(config)
            await self.server.serve()

    def start(self) -> "ServerThread":
        self._thread.start()
        wait_for(lambda: _answers(self.port), "the server thread", 20)
        return self

    def stop(self) -> None:
        if self.server is not None:
            self.server.should_exit = True
        self._thread.join(10)


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


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
    _hub_server: ServerThread | None = None
    _studio_server: ServerThread | None = None

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

    def start_hub(self) -> None:
        self.hub.tokens["mlflow-service-token"] = {
            "owner": "mlflow",
            "kind": "service",
            "id": "s1",
            "scopes": ["access:services!service=studio"],
        }

        @contextlib.asynccontextmanager
        async def app():
            yield self.hub.app

        self._hub_server = ServerThread(app, self.hub_port).start()

    def start_studio(self) -> None:
        @contextlib.asynccontextmanager
        async def app():
            async with running_studio(self.folder / "studio", hub=self.hub) as studio:
                yield studio.app

        (self.folder / "studio").mkdir(exist_ok=True)
        self._studio_server = ServerThread(app, self.studio_port).start()

    def stop_studio(self) -> None:
        if self._studio_server is not None:
            self._studio_server.stop()
            self._studio_server = None

    def start(self, *, wait: bool = True) -> None:
        """Start the service as the hub would; with ``wait``, until MLflow answers."""
        environment = {
            **os.environ,
            "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{self.port}",
            "JUPYTERHUB_SERVICE_PREFIX": f"{PREFIX}/",
            "JUPYTERHUB_SERVICE_NAME": "mlflow",
            "JUPYTERHUB_API_URL": f"http://127.0.0.1:{self.hub_port}/hub/api",
            "JUPYTERHUB_API_TOKEN": "mlflow-service-token",
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
            wait_for(self.is_healthy, f"MLflow (log: {self.log})", 60)

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
        if self._hub_server is not None:
            self._hub_server.stop()

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
def running_mlflow(folder: Path, **environment: str) -> Iterator[MlflowUnderTest]:
    """Start hub, studio and service; stop them after the block."""
    folder.mkdir(exist_ok=True)
    running = MlflowUnderTest(folder, environment=environment)
    try:
        running.start_hub()
        running.start_studio()
        running.start()
        yield running
    finally:
        running.close()
