"""A studio as the hub would start it: its own process, real HTTP to a hub that knows one user."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn
from onedata_hub.studio.migrate import migrate

from tests.support.hub_api import SERVICE_TOKEN, SmallHub
from tests.support.ports import free_port

PREFIX = "/services/studio"
START_SECONDS = 60


@dataclass(frozen=True)
class StudioProcess:
    """A running studio and a user's token for it."""

    pid: int
    root_url: str
    token: str
    folder: Path

    @property
    def api_url(self) -> str:
        return f"{self.root_url}/api/v1"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"token {self.token}"}


@contextlib.contextmanager
def hub_in_thread(hub: SmallHub) -> Iterator[str]:
    """Serve the hub's API on a free port of loopback; give its URL."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(hub.app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        _wait(f"http://127.0.0.1:{port}/hub/api/user", thread.is_alive)
        yield f"http://127.0.0.1:{port}/hub/api"
    finally:
        server.should_exit = True
        thread.join(10)


@contextlib.contextmanager
def studio_process(
    folder: Path,
    *,
    database_url: str | None = None,
    user: str = "ann",
    groups: tuple[str, ...] = ("flights",),
) -> Iterator[StudioProcess]:
    """Migrate a database where it is new, and serve a studio's API on it."""
    url = database_url or f"sqlite:///{folder}/studio.sqlite"
    migrate(url)
    hub = SmallHub()
    token = hub.add_user(user, *groups)
    address = f"http://127.0.0.1:{free_port()}"
    with hub_in_thread(hub) as hub_url, (folder / "studio.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "onedata_hub.studio", "serve"],
            env=_environment(folder, url, hub_url, address),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(f"{address}{PREFIX}/health/ready", lambda: process.poll() is None, folder / "studio.log")
            yield StudioProcess(process.pid, address + PREFIX, token, folder)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _environment(folder: Path, database_url: str, hub_url: str, address: str) -> dict[str, str]:
    return {
        **os.environ,
        "JUPYTERHUB_API_URL": hub_url,
        "JUPYTERHUB_API_TOKEN": SERVICE_TOKEN,
        "JUPYTERHUB_CLIENT_ID": "service-studio",
        "JUPYTERHUB_SERVICE_NAME": "studio",
        "JUPYTERHUB_SERVICE_URL": address,
        "JUPYTERHUB_SERVICE_PREFIX": f"{PREFIX}/",
        "ONEDATA_STUDIO_DATABASE_URL": database_url,
        "ONEDATA_STUDIO_OBJECTS_URL": f"file://{folder}/objects",
        "ONEDATA_STUDIO_SPOOL_DIR": str(folder / "spool"),
        "ONEDATA_STUDIO_PUBLIC_URL": address + PREFIX,
    }


def _wait(url: str, is_alive: Callable[[], bool], log: Path | None = None) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if not is_alive():
            said = log.read_text()[-2000:] if log else ""
            raise RuntimeError(f"The server of {url} ended at its start. {said}")
        with contextlib.suppress(httpx.TransportError):
            httpx.get(url, timeout=2)
            return
        time.sleep(0.05)
    raise RuntimeError(f"{url} did not answer within {START_SECONDS} s.")
