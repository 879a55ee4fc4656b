"""What the culler asks a server, and what each answer means."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from onedata_hub.culler import ServerCheck
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

LONG_AGO = (datetime.now(UTC) - timedelta(hours=5)).isoformat()
SERVER = {"url": "/user/ann/", "name": "", "started": LONG_AGO}


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
        yield ServerCheck(http)


async def is_idle(check: ServerCheck) -> bool:
    return await check.is_idle(
        inactive=timedelta(hours=5), inactive_limit=60.0, server=SERVER, user={"name": "ann", "groups": []}
    )


async def test_a_server_whose_gpu_works_stays(check: ServerCheck, answers: Answers):
    assert await is_idle(check)
    answers.gpus = (200, {"working": True})
    assert not await is_idle(check)


async def test_a_server_that_cannot_see_its_gpus_now_stays(check: ServerCheck, answers: Answers):
    answers.gpus = (503, {"detail": "nvidia-smi did not answer"})
    assert not await is_idle(check)


async def test_an_image_without_our_extension_is_judged_by_its_kernels(check: ServerCheck, answers: Answers):
    answers.gpus = (404, {})
    assert await is_idle(check)
