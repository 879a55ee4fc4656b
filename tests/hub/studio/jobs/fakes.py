"""A compute backend whose runners are the test itself: it speaks as they would, with their keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
from onedata.contract.environment import RUN_KEY
from onedata.contract.runner import RUN_KEY_HEADER
from onedata_hub.backends.compute.base import (
    LOG_CHUNK_BYTES,
    ComputeBackend,
    ComputeError,
    ComputeState,
    StartRequest,
    UnknownReference,
)

from tests.support.studio import StudioUnderTest


class RunnersByHand(ComputeBackend):
    """Obeys the port; starting makes no process. What a runner does, the test does."""

    def __init__(self) -> None:
        self.requests: dict[str, list[StartRequest]] = {}
        self.states: dict[str, ComputeState] = {}
        self.logs: dict[str, bytes] = {}
        self.cancelled: list[str] = []
        self.removed: list[str] = []
        self.away = ""
        self.start_error: Exception | None = None
        self.whys: dict[str, str] = {}

    async def why(self, reference: str, *, told_to_end: bool = False) -> str:
        if self.away:
            raise ComputeError(self.away)
        return self.whys.get(reference, "")

    async def start(self, request: StartRequest) -> str:
        if self.away:
            raise ComputeError(self.away)
        if self.start_error is not None:
            raise self.start_error
        self.requests.setdefault(request.reference, []).append(request)
        self.states[request.reference] = ComputeState.running
        return request.reference

    async def state(self, reference: str) -> ComputeState:
        if self.away:
            raise ComputeError(self.away)
        return self.states.get(reference, ComputeState.gone)

    async def cancel(self, reference: str) -> None:
        self.cancelled.append(reference)

    async def log(self, reference: str, offset: int, limit: int = LOG_CHUNK_BYTES) -> bytes:
        if reference not in self.logs:
            raise UnknownReference(reference)
        return self.logs[reference][offset : offset + limit]

    async def list_all(self) -> dict[str, ComputeState]:
        return dict(self.states)

    async def remove(self, reference: str) -> None:
        self.removed.append(reference)

    def newest(self, run_id: str) -> StartRequest:
        """Give the last start of a run's newest attempt."""
        references = [reference for reference in self.requests if reference.startswith(f"{run_id}-")]
        return self.requests[max(references, key=lambda reference: int(reference.rpartition("-")[2]))][-1]


class Runner:
    """The runner of one attempt, as the studio hears it."""

    def __init__(self, studio: StudioUnderTest, request: StartRequest) -> None:
        self.request = request
        self.attempt = request.spec.attempt
        self._path = f"/api/v1/runner/runs/{request.spec.run_id}"
        self._studio = studio
        self.key = request.environment[RUN_KEY]

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx.AsyncClient]:
        async with self._studio.client() as client:
            client.headers[RUN_KEY_HEADER] = self.key
            yield client

    async def begin(self, place: str = "place-one") -> httpx.Response:
        async with self._client() as client:
            return await client.post(f"{self._path}/begin", json={"place": place})

    async def report(self, done: int = 1, total: int = 3, **more: Any) -> httpx.Response:
        body = {"attempt": self.attempt, "progress": {"cells_done": done, "cells_total": total}, **more}
        async with self._client() as client:
            return await client.post(f"{self._path}/report", json=body)

    async def put(self, name: str, data: bytes) -> httpx.Response:
        async with self._client() as client:
            return await client.put(f"{self._path}/outputs/{name}", content=data)

    async def result(self, outcome: str = "succeeded", **more: Any) -> httpx.Response:
        now = datetime.now(UTC).isoformat()
        body = {
            "attempt": self.attempt,
            "progress": {"cells_done": 3, "cells_total": 3},
            "outcome": outcome,
            "started_at": now,
            "finished_at": now,
            **more,
        }
        async with self._client() as client:
            return await client.post(f"{self._path}/result", json=body)


def cell_failure(name: str = "load", index: int = 1) -> dict[str, Any]:
    return {
        "index": index,
        "name": name,
        "source": "1/0",
        "error_name": "ZeroDivisionError",
        "error_message": "division by zero",
        "traceback": "Traceback…",
    }
