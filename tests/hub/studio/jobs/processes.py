"""Studios as processes, to be killed."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from onedata_hub.studio.migrate import migrate
from starlette.requests import Request
from starlette.responses import Response

from tests.support.hub_api import SERVICE_TOKEN, SmallHub
from tests.support.notebooks import make_notebook
from tests.support.ports import free_port
from tests.support.serving import served

PREFIX = "/services/studio"
WS = "/api/v1/workspaces/team-a"


@dataclass
class HubThatCanHang(SmallHub):
    """A hub that keeps who asks it for a token waiting while ``gate`` is closed."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def _make_token(self, request: Request) -> Response:
        self.asked.set()
        await self.gate.wait()
        return await super()._make_token(request)


@dataclass
class Platform:
    """A hub, a database and folders that studio processes share."""

    folder: Path
    database_url: str
    hub: HubThatCanHang
    hub_url: str
    token: str
    studios: list["StudioProcess"] = field(default_factory=list)

    def studio(
        self, *, module: str = "onedata_hub.studio", port: int | None = None, **settings: Any
    ) -> "StudioProcess":
        """Make a studio process; it is not started yet."""
        made = StudioProcess(self, module, port or free_port(), settings)
        self.studios.append(made)
        return made


@dataclass
class StudioProcess:
    """One studio process at a port of its own."""

    platform: Platform
    module: str
    port: int
    settings: dict[str, Any]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PREFIX}"

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self.url, headers={"Authorization": f"token {self.platform.token}"}, timeout=30
        )

    def _environment(self) -> dict[str, str]:
        folder = self.platform.folder
        settings = {
            "database_url": self.platform.database_url,
            "objects_url": f"file://{folder}/objects",
            "spool_dir": folder / "spool",
            "public_url": self.url,
            "jobs_poll_seconds": 0.2,
            "jobs_lease_seconds": 2,
        } | self.settings
        return {
            **os.environ,
            **{f"ONEDATA_STUDIO_{name.upper()}": str(value) for name, value in settings.items()},
            "JUPYTERHUB_API_URL": self.platform.hub_url,
            "JUPYTERHUB_API_TOKEN": SERVICE_TOKEN,
            "JUPYTERHUB_CLIENT_ID": "service-studio",
            "JUPYTERHUB_SERVICE_NAME": "studio",
            "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{self.port}",
            "JUPYTERHUB_SERVICE_PREFIX": f"{PREFIX}/",
        }

    @property
    def log(self) -> Path:
        return self.platform.folder / f"studio-{self.port}.log"

    def launch(self) -> None:
        """Start the process."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module], env=self._environment(), stdout=log, stderr=log
            )

    async def start(self) -> "StudioProcess":
        """Start the process and wait until it serves."""
        self.launch()
        async with httpx.AsyncClient() as client:

            async def is_ready() -> bool:
                assert self.process is not None
                assert self.process.poll() is None, "the studio ended; see its log"
                with contextlib.suppress(httpx.HTTPError):
                    return (await client.get(f"{self.url}/health/ready")).status_code == 200
                return False

            await eventually(is_ready, "the studio to serve")
        return self

    def end(self) -> None:
        """Ask it to end, and wait until it has."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(20)

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()


async def eventually(happened: Callable[[], Awaitable[Any]], what: str, seconds: float = 60.0) -> Any:
    """Wait until something is true, and give it."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (found := await happened()):
        assert asyncio.get_running_loop().time() < deadline, f"Waited {seconds} s for {what}."
        await asyncio.sleep(0.05)
    return found


@contextlib.asynccontextmanager
async def running_platform(folder: Path, database_url: str | None = None) -> AsyncIterator[Platform]:
    """Serve the hub and migrate the database; end every process at the end."""
    url = database_url or f"sqlite:///{folder}/studio.sqlite"
    migrate(url)
    hub = HubThatCanHang()
    hub.gate.set()
    async with served(hub.app) as address:
        platform = Platform(folder, url, hub, f"{address}/hub/api", hub.add_user("ann", "team-a"))
        try:
            yield platform
        finally:
            hub.gate.set()
            for studio in platform.studios:
                if studio.process is not None and studio.process.poll() is None:
                    studio.process.send_signal(signal.SIGTERM)
            for studio in platform.studios:
                if studio.process is not None:
                    studio.process.wait(20)
            end_leftovers(folder)


def end_leftovers(folder: Path) -> None:
    """End what the studios left running on purpose: runners and fork servers, known by their spool."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                if str(folder).encode() in words:
                    os.kill(int(entry.name), signal.SIGKILL)


async def make_job(client: httpx.AsyncClient, name: str, *sources: str, **fields: Any) -> dict[str, Any]:
    body = {"name": name, "notebook": make_notebook(None, *sources), **fields}
    answer = await client.post(f"{WS}/jobs", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def ended_runs(client: httpx.AsyncClient) -> list[dict[str, Any]] | None:
    """Give the runs if all have ended."""
    try:
        runs = (await client.get(f"{WS}/runs", params={"limit": 500})).json()["items"]
    except httpx.HTTPError:
        return None
    return runs if runs and all(run["finished_at"] for run in runs) else None
