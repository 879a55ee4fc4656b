"""A Lab server in front of a studio, and of a service that shows what reached it."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, StreamingResponse
from starlette.routing import Route

from tests.support.ports import free_port
from tests.support.serving import served_studio
from tests.support.studio import StudioUnderTest

LAB_TOKEN = "lab-token"
START_SECONDS = 60
END_SECONDS = 30


@dataclass
class Lab:
    """A running Lab server; ``token`` is its user's hub token, which no browser may see."""

    url: str
    token: str
    studio: StudioUnderTest
    folder: Path = Path()

    def client(self, *, signed_in: bool = True) -> httpx.Client:
        """Give a client as a script is: with the Lab server's own token, or with nothing."""
        headers = {"Authorization": f"token {LAB_TOKEN}"} if signed_in else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    @contextlib.contextmanager
    def browser(self) -> Iterator[httpx.Client]:
        """Give a client as a browser is: with cookies, and no token in its requests."""
        with self.client(signed_in=False) as client:
            client.get("/lab", params={"token": LAB_TOKEN}, follow_redirects=True).raise_for_status()
            yield client


async def _show(request: Request) -> JSONResponse:
    shown = {"path": request.url.path, "query": request.url.query, "headers": dict(request.headers)}
    return JSONResponse(
        shown, headers={"Set-Cookie": "mlflow=1", "Authorization": request.headers["Authorization"]}
    )


async def _stream(request: Request) -> StreamingResponse:
    async def events() -> AsyncIterator[str]:
        for number in range(3):
            yield f"data: {number}\n\n"
            await asyncio.sleep(0.5)

    return StreamingResponse(events(), media_type="text/event-stream")


async def _break_off(request: Request) -> StreamingResponse:
    async def half() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionError

    return StreamingResponse(half(), headers={"Content-Length": "8"})


async def _login(request: Request) -> RedirectResponse:
    return RedirectResponse("/login")


async def _hub(request: Request) -> RedirectResponse:
    return RedirectResponse("/hub/services/mlflow", headers={"X-JupyterHub-Version": "5.5.1"})


ODD_SERVICE = Starlette(
    routes=[
        Route("/api/2.0/mlflow/show", _show, methods=["GET", "POST"]),
        Route("/api/2.0/mlflow/stream", _stream),
        Route("/api/2.0/mlflow/half", _break_off),
        Route("/api/2.0/mlflow/login", _login),
        Route("/api/2.0/mlflow/hub", _hub),
    ]
)


@contextlib.contextmanager
def odd_service() -> Iterator[str]:
    """Serve what no real service does on demand: endless answers, broken ones, redirects to a login page."""
    server = uvicorn.Server(uvicorn.Config(ODD_SERVICE, host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


@contextlib.contextmanager
def lab_server(folder: Path, variables: dict[str, str]) -> Iterator[str]:
    """Start a Lab server with the extension alone; give its address."""
    port = free_port()
    folders = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("ONEDATA_", "JUPYTERHUB_"))
    }
    options = {
        "ServerApp.port": port, "ServerApp.port_retries": 0, "ServerApp.root_dir": str(folder),
        "IdentityProvider.token": LAB_TOKEN, "ServerApp.open_browser": False, "ServerApp.allow_root": True,
        "ServerApp.base_url": "/user/ann/",
    }  # fmt: skip
    arguments = [f"--{name}={value}" for name, value in options.items()]
    (folder / "config").mkdir()
    extensions = {"ServerApp": {"jpserver_extensions": {"onedata_lab": True}}}
    (folder / "config" / "jupyter_server_config.json").write_text(json.dumps(extensions))
    with (folder / "lab.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *arguments],
            env=kept | folders | variables | {"PYTHONFAULTHANDLER": "1"},
            stdout=log,
            stderr=log,
        )
    url = f"http://127.0.0.1:{port}/user/ann"
    try:
        _wait_until_it_answers(url, folder / "lab.log")
        yield url
    finally:
        process.terminate()
        _wait_for_its_end(process, folder / "lab.log")


def _wait_for_its_end(process: subprocess.Popen[bytes], log: Path) -> None:
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)  # it writes down where it is
        process.wait()
        raise AssertionError(f"JupyterLab did not end within {END_SECONDS} s: {log.read_text()}") from None


def _wait_until_it_answers(url: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"{url}/api", trust_env=False)
            return
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A Lab server of ann's, an editor of team-a."""
    folder = tmp_path_factory.mktemp("lab")
    with served_studio(folder / "studio") as (studio, studio_url), odd_service() as odd_url:
        token = studio.hub.add_user("ann", "team-a")
        variables: dict[str, Any] = {
            "ONEDATA_STUDIO_URL": studio_url,
            "MLFLOW_TRACKING_URI": odd_url,
            "JUPYTERHUB_API_TOKEN": token,
        }
        with lab_server(folder, variables) as url:
            yield Lab(url, token, studio, folder)
