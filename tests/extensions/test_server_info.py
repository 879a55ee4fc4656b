"""What a server says of itself: profile, memory, and when an idle one is stopped."""

import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from onedata_lab.server_info import measure_memory
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.extensions.conftest import Lab, lab_server

HERE = "/onedata/local/server"
TIMEOUT_SECONDS = 1000
LONGEST_SECONDS = 4 * 3600


class ActivityHub:
    """A hub that knows of one server of ann's when it was used last, and is away when told to be."""

    def __init__(self) -> None:
        self.last_activity = datetime.now(UTC) - timedelta(hours=2)
        self.started = datetime.now(UTC) - timedelta(hours=3)
        self.away = False
        self.url = ""

    async def read(self, request: Request) -> Response:
        if self.away:
            return JSONResponse({}, 503)
        assert request.headers["authorization"] == "token server-token"
        return JSONResponse(
            {
                "name": "ann",
                "servers": {"": {"last_activity": _text(self.last_activity), "started": _text(self.started)}},
            }
        )

    async def note(self, request: Request) -> Response:
        if self.away:
            return JSONResponse({}, 503)
        said = (await request.json())["servers"][""]["last_activity"]
        self.last_activity = datetime.fromisoformat(said)
        return JSONResponse({})

    @property
    def app(self) -> Starlette:
        user = "/hub/api/users/ann"
        return Starlette(
            routes=[Route(user, self.read), Route(f"{user}/activity", self.note, methods=["POST"])]
        )


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")  # as the hub writes it


@pytest.fixture(scope="module")
def hub() -> Iterator[ActivityHub]:
    made = ActivityHub()
    server = uvicorn.Server(uvicorn.Config(made.app, host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    made.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/hub/api/users/ann/activity"
    yield made
    server.should_exit = True
    thread.join(20)


@pytest.fixture(scope="module")
def client(hub: ActivityHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a Lab server that this hub has started."""
    variables = {
        "ONEDATA_PROFILE": "small", "ONEDATA_IDLE_TIMEOUT_SECONDS": str(TIMEOUT_SECONDS), "MEM_LIMIT": "4000000000",
        "ONEDATA_SERVER_SECONDS": str(LONGEST_SECONDS), "JUPYTERHUB_ACTIVITY_URL": hub.url, "JUPYTERHUB_API_TOKEN": "server-token",
    }  # fmt: skip
    with (
        lab_server(tmp_path_factory.mktemp("lab"), variables) as url,
        Lab(url, "server-token", None).client() as made,  # type: ignore[arg-type]
    ):
        yield made


def test_server_says_its_profile_and_memory(client: httpx.Client) -> None:
    said = client.get(HERE).json()
    assert said["profile"] == "small"
    assert said["memory"]["limit_bytes"] == 4_000_000_000
    assert 20_000_000 < said["memory"]["used_bytes"] < 4_000_000_000


def test_to_look_is_not_to_use(client: httpx.Client) -> None:
    before = client.get(HERE).json()["stops_in_seconds"]
    time.sleep(1.1)
    assert client.get(HERE).json()["stops_in_seconds"] < before - 1


def test_later_of_what_hub_and_server_know_counts(client: httpx.Client, hub: ActivityHub) -> None:
    hub.last_activity = datetime.now(UTC) - timedelta(hours=2)  # older than the server itself
    own = client.get(HERE).json()["stops_in_seconds"]
    assert TIMEOUT_SECONDS - 60 < own < TIMEOUT_SECONDS
    client.get("/api/contents")  # use it
    time.sleep(0.5)
    hub.last_activity = datetime.now(UTC)
    assert client.get(HERE).json()["stops_in_seconds"] > own


def test_time_of_a_server_is_that_since_the_hub_began_to_start_it(
    client: httpx.Client, hub: ActivityHub
) -> None:
    said = client.get(HERE).json()
    assert said["longest_seconds"] == LONGEST_SECONDS
    assert 3500 < said["ends_in_seconds"] < 3601
    hub.away = True
    try:
        own = client.get(HERE).json()["ends_in_seconds"]
    finally:
        hub.away = False
    assert LONGEST_SECONDS - 600 < own < LONGEST_SECONDS  # since its own process began


def test_keep_tells_the_hub_and_begins_the_time_anew(client: httpx.Client, hub: ActivityHub) -> None:
    hub.last_activity = datetime.now(UTC) - timedelta(hours=2)
    kept = client.post(f"{HERE}/keep")
    assert kept.status_code == 200, kept.text
    assert datetime.now(UTC) - hub.last_activity < timedelta(seconds=10)
    assert kept.json()["stops_in_seconds"] > TIMEOUT_SECONDS - 5


def test_hub_that_is_away_hides_no_memory_and_refuses_to_keep_in_words(
    client: httpx.Client, hub: ActivityHub
) -> None:
    hub.away = True
    try:
        looked, kept = client.get(HERE), client.post(f"{HERE}/keep")
    finally:
        hub.away = False
    assert looked.json()["memory"]["used_bytes"] > 0
    assert kept.status_code == 502
    assert "try again" in kept.json()["detail"]


def test_server_without_a_hub_is_stopped_by_none(lab: Lab) -> None:
    with lab.client() as client:
        said, kept = client.get(HERE).json(), client.post(f"{HERE}/keep")
    assert (said["profile"], said["idle_timeout_seconds"], said["stops_in_seconds"]) == (None, None, None)
    assert (said["longest_seconds"], said["ends_in_seconds"]) == (None, None)
    assert kept.status_code == 409


def test_stranger_learns_nothing(lab: Lab) -> None:
    with lab.client(signed_in=False) as stranger:
        assert stranger.get(HERE).status_code == 403


@pytest.mark.skipif(
    resource.getrlimit(resource.RLIMIT_DATA)[0] != resource.RLIM_INFINITY, reason="this process has a limit"
)
def test_limit_of_a_container_is_that_of_all_processes_together(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("2000000000\n")
    assert measure_memory({}, tmp_path).limit_bytes == 2_000_000_000
    (tmp_path / "memory.max").write_text("max\n")
    unlimited = measure_memory({}, tmp_path)
    assert (unlimited.limit_bytes, unlimited.per_process) == (None, False)
    assert measure_memory({"MEM_LIMIT": "3000000000"}, tmp_path).limit_bytes == 3_000_000_000


def test_limit_of_each_process_is_measured_against_the_largest() -> None:
    code = (
        "import resource, subprocess, sys\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (2**31, 2**31))\n"
        "from onedata_lab.server_info import measure_memory\n"
        "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)\n"
        "young, m = measure_memory({}), measure_memory({}, settled_seconds=0)\n"
        "child.communicate(b'')\n"
        "print(young.processes, m.per_process, m.limit_bytes, m.processes, m.used_bytes < m.limit_bytes)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["1", "True", str(2**31), "2", "True"]
