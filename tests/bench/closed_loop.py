"""Closed-loop HTTP load: each client sends its next request when the last is answered.

A client of our own rather than wrk, which is not everywhere and which, since version 4, adds
samples of its own to make up for stalls ("stats_correct"). It costs some 100 microseconds of one core for a
request; the server under load costs several times that, on the other core.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from typing import cast
from urllib.parse import urlsplit

import uvloop

from tests.bench.harness import percentile

CLIENTS = 64
WARM_UP_SECONDS = 1.5  # uvloop accepts one connection in each of its rounds, so the first second is lopsided
ANSWER_SECONDS = 30


@dataclass(frozen=True)
class Load:
    """What came of a load: how long each counted request took, in seconds."""

    taken: list[float]
    seconds: float
    clients: int

    @property
    def rate(self) -> float:
        return len(self.taken) / self.seconds

    def at(self, share: float) -> float:
        """Give the seconds within which a share (0 to 1) of the requests was answered."""
        return percentile(self.taken, share)

    def __str__(self) -> str:
        return (
            f"{self.clients} clients, {self.rate:.0f} requests/s, p50 {self.at(0.5) * 1000:.1f} ms, "
            f"p99 {self.at(0.99) * 1000:.1f} ms"
        )


@dataclass
class _Course:
    """One load as its clients see it."""

    counts_from: float
    until: float
    running: int
    finished: "asyncio.Future[None]"
    taken: list[float] = field(default_factory=list)

    def client_left(self, error: Exception | None) -> None:
        self.running -= 1
        if self.finished.done():
            return
        if error is not None:
            self.finished.set_exception(error)
        elif self.running == 0:
            self.finished.set_result(None)


class _Client(asyncio.Protocol):
    def __init__(self, course: _Course, requests: Iterator[bytes]) -> None:
        self.course = course
        self.requests = requests
        self.received = bytearray()
        self.error: Exception | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not of the class that asyncio names.
        self.transport = cast(asyncio.Transport, transport)
        self._ask()

    def _ask(self) -> None:
        self.started = time.perf_counter()
        if self.started < self.course.until:
            self.transport.write(next(self.requests))
        else:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        self.received += data
        head = self.received.find(b"\r\n\r\n")
        if head < 0 or len(self.received) < head + 4 + _length(self.received[:head]):
            return
        if not self.received.startswith(b"HTTP/1.1 200"):
            self.error = RuntimeError(f"Under load the server answered: {self.received[:300].decode()}")
            self.transport.abort()
            return
        self.received.clear()
        if self.started >= self.course.counts_from:
            self.course.taken.append(time.perf_counter() - self.started)
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self.course.client_left(self.error or exc)


def _length(head: bytearray) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    if not found:
        raise RuntimeError(f"An answer has no length: {head[:300].decode()}")
    return int(rest.partition(b"\r\n")[0])


def put_load(base_url: str, paths: list[str], token: str, *, seconds: float, clients: int = CLIENTS) -> Load:
    """Ask for the paths by turns on ``clients`` kept connections; count for ``seconds`` after a warm-up.

    Raises:
        RuntimeError: If a request was refused: such figures mean nothing.
        ConnectionError: If the server closed a connection.
        TimeoutError: If it stopped answering.
    """
    return uvloop.run(_put_load(base_url, paths, token, seconds, clients))


async def _put_load(base_url: str, paths: list[str], token: str, seconds: float, clients: int) -> Load:
    where = urlsplit(base_url)
    host, port = where.hostname or "127.0.0.1", where.port or 80
    lines = f" HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: token {token}\r\n\r\n"
    requests = [f"GET {where.path}{path}{lines}".encode() for path in paths]
    loop = asyncio.get_running_loop()
    counts_from = time.perf_counter() + WARM_UP_SECONDS
    course = _Course(counts_from, counts_from + seconds, clients, loop.create_future())

    def client(number: int) -> _Client:
        # Each begins at another path, or all would ask for the same thing at the same time.
        return _Client(course, islice(cycle(requests), number % len(requests), None))

    for number in range(clients):
        await loop.create_connection(partial(client, number), host, port)
    await asyncio.wait_for(course.finished, WARM_UP_SECONDS + seconds + ANSWER_SECONDS)
    return Load(course.taken, seconds, clients)
