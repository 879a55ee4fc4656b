"""The log of a pod as the studio keeps it: in its places, and never larger in memory than a piece of it."""

import contextlib
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import pytest
from onedata.contract.runner import LogFrame
from onedata.runner.runlog import MAX_LOG_BYTES
from onedata_hub.backends.compute.kubernetes.cluster import Cluster
from onedata_hub.backends.compute.kubernetes.logs import PodLogs

MOST_MEMORY_BYTES = 8 * 2**20
NOTICE = b"[The node keeps only the newest of this log; all of it is kept when the run has ended.]"


class Content:
    """What a container wrote, as the client library gives it."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    async def iter_any(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


class ClusterWithLog(Cluster):
    """A cluster in which one pod has written this."""

    def __init__(self, *pieces: bytes) -> None:
        super().__init__("people")
        self._pieces = list(pieces)

    @contextlib.asynccontextmanager
    async def stream(self, path: str, silence_seconds: float, **query: Any) -> AsyncIterator[Content]:
        yield Content(self._pieces)


async def log_of(*pieces: bytes, offset: int = 0, limit: int = 1_048_576) -> bytes:
    """Read a part of a pod's log once it is whole."""
    logs = PodLogs(ClusterWithLog(*pieces))
    try:
        return await logs.read("pod", True, offset, limit)
    finally:
        await logs.close()


async def test_what_a_node_does_not_keep_any_more_is_told_and_takes_no_memory() -> None:
    last = LogFrame(at=MAX_LOG_BYTES - 4, log="last").line()
    tracemalloc.start()
    try:
        assert await log_of(last, offset=MAX_LOG_BYTES - 8) == b"   \nlast"
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY_BYTES
    finally:
        tracemalloc.stop()
    begin = await log_of(last, limit=100)
    assert begin == NOTICE + b" " * (100 - len(NOTICE))


async def test_a_short_gap_is_a_line_of_its_own_between_what_is_kept() -> None:
    first, last = LogFrame(at=0, log="first\n"), LogFrame(at=200, log="last\n")
    said = await log_of(first.line(), last.line())
    assert said == b"first\n" + NOTICE + b" " * (193 - len(NOTICE)) + b"\nlast\n"
    assert await log_of(LogFrame(at=1, log="a").line()) == b"\na"


@pytest.mark.parametrize("at", [-1, MAX_LOG_BYTES + 2**20, 2**62])
async def test_a_place_where_no_runner_writes_is_not_believed(at: int) -> None:
    said = LogFrame(at=at, log="forged").line() + LogFrame(at=0, log="true").line()
    assert await log_of(said) == b"true"


async def test_the_sentence_that_a_log_ends_with_at_its_limit_is_kept() -> None:
    end = "\n[The log has reached its limit and ends here. The run goes on.]\n"
    assert await log_of(LogFrame(at=MAX_LOG_BYTES, log=end).line(), offset=MAX_LOG_BYTES) == end.encode()


async def test_a_line_without_an_end_takes_no_memory_and_what_follows_is_read() -> None:
    piece = b"x" * 2**20
    tracemalloc.start()
    try:
        said = await log_of(
            b'{"at": 0, "log": "', *([piece] * 64), b'"}\n', LogFrame(at=0, log="true").line()
        )
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY_BYTES
    finally:
        tracemalloc.stop()
    assert said == b"true"


async def test_the_longest_line_of_a_runner_is_read() -> None:
    longest = "\0" * 8_192  # each takes six characters in JSON
    assert len(await log_of(LogFrame(at=0, log=longest).line())) == len(longest)
