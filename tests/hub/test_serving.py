"""How a service of the hub is served: whole, until it is told to stop, and to the end of its own shutdown."""

import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.ports import free_port

SERVICE = """
import asyncio, contextlib, pathlib, sys
from fastapi import FastAPI
from onedata_hub.serving import serve

@contextlib.asynccontextmanager
async def lifespan(app):
    yield
    await asyncio.sleep(0.3)
    pathlib.Path(sys.argv[1]).write_text("shut down")

app = FastAPI(lifespan=lifespan)

@app.get("/slow")
async def slow():
    await asyncio.sleep(1)
    return "whole"

sys.exit(serve(app))
"""


class Service:
    """A service's process, as the hub starts it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.left = folder / "left"
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVICE, str(self.left)], env={"JUPYTERHUB_SERVICE_URL": self.url}
        )

    def wait(self) -> None:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                httpx.get(self.url, trust_env=False)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the service did not answer within 20 s")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    running = Service(tmp_path, free_port())
    try:
        running.wait()
        yield running
    finally:
        running.process.kill()
        running.process.wait()


@pytest.mark.parametrize(
    ("first", "then"), [("SIGTERM", "SIGINT"), ("SIGINT", "SIGTERM"), ("SIGINT", "SIGINT")]
)
def test_asked_twice_it_still_shuts_down_in_order(service: Service, first: str, then: str) -> None:
    service.process.send_signal(getattr(signal, first))
    time.sleep(0.1)
    service.process.send_signal(getattr(signal, then))
    service.process.wait(10)
    assert service.left.read_text() == "shut down"


def test_answer_under_way_is_given_whole_before_it_ends(service: Service) -> None:
    with httpx.Client(trust_env=False) as client, client.stream("GET", f"{service.url}/slow") as answer:
        service.process.send_signal(signal.SIGTERM)
        assert answer.read() == b'"whole"'
    service.process.wait(10)
    assert service.left.read_text() == "shut down"


def test_port_that_is_taken_ends_it_with_a_status(service: Service, tmp_path: Path) -> None:
    port = int(service.url.rpartition(":")[2])
    (tmp_path / "second").mkdir()
    second = Service(tmp_path / "second", port)
    assert second.process.wait(20) == 3
    assert not second.left.exists() or second.left.read_text() == "shut down"


def test_a_connection_that_the_proxy_keeps_is_not_closed_under_it(service: Service) -> None:
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=10)
    for pause in (6.5, 0.0):  # longer than uvicorn's own five seconds
        connection.request("GET", "/nothing")
        assert connection.getresponse().read()
        kept = connection.sock
        assert kept is not None
        time.sleep(pause)
        assert connection.sock is kept
