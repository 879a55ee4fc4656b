"""Follow what the runners in pods write: one connection for each run that somebody looks at."""

import asyncio
import contextlib
import tempfile
import time
from typing import Any

from onedata.contract.runner import LogFrame

from onedata_hub.backends.compute.base import ComputeError
from onedata_hub.backends.compute.kubernetes.cluster import Cluster, Refused
from onedata_hub.backends.compute.kubernetes.pods import CONTAINER

_IN_MEMORY_BYTES = 1_048_576
# What comes from a pod is from whatever image somebody chose. A runner ends its log at 256 MiB, with a sentence, and
# its lines are shorter than these.
_LONGEST_LOG_BYTES = 257 * 2**20
_LONGEST_LINE_BYTES = 131_072
# Stands where the node does not keep a log any more: it keeps the newest of a long one.
_GAP = b"[The node keeps only the newest of this log; all of it is kept when the run has ended.]"
_FIRST_LOOK_SECONDS = 2.0
_WHOLE_SECONDS = 20.0  # for the log of a pod that has ended
_SILENCE_SECONDS = 3_600.0  # a notebook may be quiet for long
_FORGOTTEN_SECONDS = 120.0
_MOST_FOLLOWED = 50


class PodLog:
    """The log of one pod, as far as it was read: at the places that its lines name.

    Args:
        cluster: The API server.
        pod: The pod's name.
        ended: Whether the pod has ended: then the log is whole.
    """

    def __init__(self, cluster: Cluster, pod: str, ended: bool) -> None:
        self.ended = ended
        self.asked = time.monotonic()
        self._path = f"v1:pods/{pod}/log"
        self._cluster = cluster
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - closed by close
        self._size = 0
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._read())

    @property
    def is_over(self) -> bool:
        """Say whether nothing more is read."""
        return self._task.done()

    async def read(self, offset: int, limit: int) -> bytes:
        """Read what is there; the first time, wait until something may be.

        Raises:
            ComputeError: If the log cannot be read.
        """
        self.asked = time.monotonic()
        patience = _WHOLE_SECONDS if self.ended else _FIRST_LOOK_SECONDS
        if not self._task.done() and (self.ended or not self._news.is_set()):
            waiters = [self._task] if self.ended else [self._task, asyncio.create_task(self._news.wait())]
            await asyncio.wait(waiters, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            for waiter in waiters[1:]:
                waiter.cancel()
            self._news.set()  # the next look does not wait
        if self._task.done() and not self._task.cancelled() and offset >= self._size:
            self._task.result()
        self._file.seek(offset)
        content = self._file.read(max(0, min(limit, self._size - offset)))
        return content.replace(b"\0", b" ")  # what was never written, in a gap, reads as zeros

    async def close(self) -> None:
        """Read no more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._file.close()

    async def _read(self) -> None:
        query: dict[str, Any] = {"container": CONTAINER} | ({} if self.ended else {"follow": "true"})
        try:
            async with self._cluster.stream(self._path, _SILENCE_SECONDS, **query) as content:
                left = b""
                async for chunk in content.iter_any():
                    *lines, left = (left + chunk).split(b"\n")
                    for line in lines:
                        self._take(line)
                    left = left[: _LONGEST_LINE_BYTES + 1]
        except Refused as error:
            if error.status not in (400, 404):  # the container is not up yet, or the pod is gone
                raise

    def _take(self, line: bytes) -> None:
        frame = LogFrame.read(line) if len(line) <= _LONGEST_LINE_BYTES else None
        if frame is None:
            return  # the runner's own words, for administrators
        content = frame.log.encode()
        end = frame.at + len(content)
        if frame.at < 0 or end > _LONGEST_LOG_BYTES:
            return  # no runner of ours wrote it
        if end > _IN_MEMORY_BYTES:
            self._file.rollover()  # on a disk, a gap takes no space
        if frame.at > self._size:
            self._leave_gap(frame.at)
        self._file.seek(frame.at)
        self._file.write(content)
        self._size = max(self._size, end)
        self._news.set()

    def _leave_gap(self, until: int) -> None:
        self._file.seek(self._size)
        self._file.write(_GAP[: until - self._size - 1])
        self._file.seek(until - 1)
        self._file.write(b"\n")


class PodLogs:
    """The logs that are looked at, each read once however many look."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._logs: dict[str, PodLog] = {}

    async def read(self, pod: str, ended: bool, offset: int, limit: int) -> bytes:
        """Read a part of a pod's log.

        Raises:
            ComputeError: If it cannot be read now.
        """
        await self._tidy(pod)
        log = self._logs.get(pod)
        if log is None or (log.is_over and not log.ended):
            # What was cut is read anew, from its beginning: its lines say where they belong.
            log = await self._replace(pod, ended)
        return await log.read(offset, limit)

    async def close(self) -> None:
        """Read no more."""
        for pod in list(self._logs):
            await self._drop(pod)

    async def _replace(self, pod: str, ended: bool) -> PodLog:
        await self._drop(pod)
        log = self._logs[pod] = PodLog(self._cluster, pod, ended)
        return log

    async def _drop(self, pod: str) -> None:
        log = self._logs.pop(pod, None)
        if log is not None:
            with contextlib.suppress(ComputeError):
                await log.close()

    async def _tidy(self, wanted: str) -> None:
        """Drop what nobody has looked at for a while, and the longest unseen if there are too many."""
        now = time.monotonic()
        others = sorted((log.asked, pod) for pod, log in self._logs.items() if pod != wanted)
        for place, (asked, pod) in enumerate(others):
            if now - asked > _FORGOTTEN_SECONDS or len(others) - place >= _MOST_FOLLOWED:
                await self._drop(pod)
