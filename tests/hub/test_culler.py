"""Servers that have run as long as they may are stopped: between two computations, and after a while in one."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from onedata_hub.culler import ServerCheck, _round_seconds
from onedata_hub.limits import Limits
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

LIMITS = Limits.model_validate(
    {"default": {"hours": 2}, "groups": {"ml": {"hours": 24}, "staff": {"hours": None}}}
)


class SmallPlatform:
    """A hub with one user, and their server with one kernel; ``away`` names what does not answer."""

    def __init__(self) -> None:
        self.groups: list[str] = []
        self.kernel = "idle"
        self.away = ""

    async def user(self, request: Request) -> Response:
        assert request.headers["authorization"] == "token culler"
        if self.away == "hub":
            return JSONResponse({}, 503)
        return JSONResponse({"name": request.path_params["name"], "groups": self.groups})

    async def kernels(self, _: Request) -> Response:
        if self.away == "server":
            return JSONResponse({}, 503)
        return JSONResponse([{"execution_state": self.kernel}])

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/hub/api/users/{name}", self.user),
                Route("/user/ann@x/api/kernels", self.kernels),
            ]
        )


@pytest.fixture
def platform() -> SmallPlatform:
    return SmallPlatform()


@pytest.fixture
async def check(platform: SmallPlatform) -> AsyncIterator[ServerCheck]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(platform.app),
        base_url="http://platform",
        headers={"Authorization": "token culler"},
    ) as http:
        yield ServerCheck(http, limits=LIMITS)


def server(hours: float) -> dict[str, Any]:
    return {"url": "/user/ann%40x/", "started": (datetime.now(UTC) - timedelta(hours=hours)).isoformat()}


@pytest.mark.parametrize(
    ("groups", "kernel", "hours", "is_over"),
    [
        ([], "idle", 1.9, False),
        ([], "idle", 2.1, True),
        ([], "busy", 2.1, False),
        ([], "busy", 2.9, False),
        ([], "busy", 3.1, True),  # an hour more, and no longer
        (["ml"], "idle", 3.1, False),
        (["ml"], "idle", 24.1, True),
        (["ml", "staff"], "idle", 1000, False),
    ],
)
async def test_hours_are_those_of_the_most_generous_group(
    platform: SmallPlatform, check: ServerCheck, groups: list[str], kernel: str, hours: float, is_over: bool
) -> None:
    platform.groups, platform.kernel = groups, kernel
    assert await check.is_over_its_hours(server(hours)) is is_over


async def test_server_stays_where_the_hub_does_not_say_whose_it_is(
    platform: SmallPlatform, check: ServerCheck
) -> None:
    platform.away = "hub"
    assert not await check.is_over_its_hours(server(1000))


async def test_server_that_does_not_tell_what_it_does_gets_the_time_of_one_that_computes(
    platform: SmallPlatform, check: ServerCheck
) -> None:
    platform.away = "server"
    assert not await check.is_over_its_hours(server(2.5))
    assert await check.is_over_its_hours(server(3.1))


async def test_nobody_is_asked_where_no_server_ends_after_a_time(platform: SmallPlatform) -> None:
    platform.away = "hub"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(platform.app), base_url="http://x") as http:
        assert not await ServerCheck(http).is_over_its_hours(server(1000))


async def test_idle_time_of_nothing_stops_no_idle_server(check: ServerCheck) -> None:
    facts = {"inactive": timedelta(days=9), "inactive_limit": 0}
    assert not await check.is_to_be_stopped(server=server(1), **facts)


def test_it_looks_twice_in_the_shortest_time_after_which_a_server_is_stopped() -> None:
    assert _round_seconds(3600, Limits()) == 60
    assert _round_seconds(6, Limits()) == 3
    assert _round_seconds(0, Limits.model_validate({"default": {"hours": 0.01}})) == 18
    assert _round_seconds(1, Limits()) == 1
