"""What the culler asks a server and what each answer means; and its rounds over all of them."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from onedata_hub.culler import Rounds, ServerCheck
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

LONG_AGO = (datetime.now(UTC) - timedelta(hours=5)).isoformat()
SERVER = {"url": "/user/ann/", "name": "", "started": LONG_AGO, "last_activity": LONG_AGO}


class Answers:
    """A user's server and the studio, as the culler reaches both behind the proxy."""

    def __init__(self) -> None:
        self.gpus: tuple[int, Any] = (200, {"working": False})

    def app(self) -> Starlette:
        answers: dict[str, Any] = {
            "/user/ann/api/status": lambda: (200, {"last_activity": LONG_AGO}),
            "/user/ann/api/kernels": lambda: (200, []),
            "/user/ann/onedata/local/gpus": lambda: self.gpus,
            "/services/studio/api/v1/running-users": lambda: (200, {"users": []}),
        }

        async def answer(request: Any) -> JSONResponse:
            status, body = answers[request.url.path]()
            return JSONResponse(body, status)

        return Starlette(routes=[Route(path, answer) for path in answers])


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
async def check(answers: Answers) -> AsyncIterator[ServerCheck]:
    transport = httpx.ASGITransport(answers.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://proxy") as http:
        yield ServerCheck(http, idle_seconds=60)


async def test_a_server_whose_gpu_works_stays(check: ServerCheck, answers: Answers):
    assert await check.is_idle(SERVER)
    answers.gpus = (200, {"working": True})
    assert not await check.is_idle(SERVER)


async def test_a_server_that_cannot_see_its_gpus_now_stays(check: ServerCheck, answers: Answers):
    answers.gpus = (503, {"detail": "nvidia-smi did not answer"})
    assert not await check.is_idle(SERVER)


async def test_an_image_without_our_extension_is_judged_by_its_kernels(check: ServerCheck, answers: Answers):
    answers.gpus = (404, {})
    assert await check.is_idle(SERVER)


async def test_a_server_that_was_never_used_is_as_idle_as_it_is_old(check: ServerCheck):
    assert await check.is_idle(SERVER | {"last_activity": None})
    assert not await check.is_idle(SERVER | {"last_activity": None, "started": datetime.now(UTC).isoformat()})


STOP_SECONDS = 0.02


class Hub:
    """A hub with a server for each name: its list by pages, and stops that take a while."""

    def __init__(self, names: list[str], **models: dict[str, Any]) -> None:
        running = {"ready": True, "pending": None, "started": LONG_AGO, "last_activity": LONG_AGO}
        self.servers = {
            name: running | {"name": "", "url": f"/user/{name}/"} | models.get(name, {}) for name in names
        }
        self.stopped: list[str] = []
        self.refused: set[str] = set()
        self.stopping = self.most_stopping = 0

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/hub/api/users", self.list_users),
                Route("/hub/api/users/{name}/server", self.stop, methods=["DELETE"]),
                Route("/hub/api/users/{name}/servers/{server}", self.stop, methods=["DELETE"]),
            ]
        )

    async def list_users(self, request: Request) -> JSONResponse:
        assert request.query_params["state"] == "ready"
        first, limit = int(request.query_params["offset"]), int(request.query_params["limit"])
        names = list(self.servers)[first : first + limit]
        items = [
            {"name": name, "servers": {self.servers[name]["name"]: self.servers[name]}} for name in names
        ]
        last = first + len(names)
        following = {"offset": last, "limit": limit, "url": "…"} if last < len(self.servers) else None
        return JSONResponse({"items": items, "_pagination": {"next": following}})

    async def stop(self, request: Request) -> Response:
        self.stopping += 1
        self.most_stopping = max(self.most_stopping, self.stopping)
        await asyncio.sleep(STOP_SECONDS)
        self.stopping -= 1
        name = request.path_params["name"]
        if name in self.refused:
            return Response(status_code=500)
        self.stopped.append("/".join(request.path_params.values()))
        return Response(status_code=204)


class IdleEach(ServerCheck):
    """Every server is idle, without being asked."""

    async def is_to_be_stopped(self, server: dict[str, Any]) -> bool:
        return server["url"] != "/user/busy/"


async def go_round(hub: Hub) -> None:
    transport = httpx.ASGITransport(hub.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as http:
        await Rounds(http, "/hub/api", IdleEach(http, idle_seconds=60)).go()


async def test_a_round_stops_every_idle_server_of_all_pages_several_at_a_time():
    names = [f"user-{number:03d}" for number in range(401)]
    hub, began = Hub([*names, "busy"]), time.monotonic()
    await go_round(hub)
    assert sorted(hub.stopped) == names
    assert hub.most_stopping == 10
    assert time.monotonic() - began < len(names) * STOP_SECONDS / 2


async def test_a_server_that_starts_or_stops_is_left_alone_and_a_named_one_is_stopped_by_its_name():
    hub = Hub(
        ["starts", "stops", "ann"],
        starts={"ready": False},
        stops={"pending": "stop"},
        ann={"name": "gpu box"},
    )
    await go_round(hub)
    assert hub.stopped == ["ann/gpu box"]


async def test_one_that_cannot_be_stopped_keeps_no_other_running(caplog: pytest.LogCaptureFixture):
    hub = Hub(["ann", "odd", "bob"], odd={"last_activity": "long ago"})
    hub.refused = {"ann"}
    await go_round(hub)
    assert hub.stopped == ["bob"]
    assert "/user/ann/ could not be stopped" in caplog.text
    assert "/user/odd/ could not be stopped" in caplog.text
