"""Asking a run to stop: from a signal, from the studio's answer, from the clock."""

import asyncio
import threading
from typing import Literal

StopReason = Literal["cancelled", "timed_out", "out_of_memory"]


class StopRequest:
    """The wish that a run ends early. The first reason stays.

    Safe to ask from signal handlers and other threads.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()  # reentrant: a signal handler may interrupt its holder
        self._loop: asyncio.AbstractEventLoop | None = None
        self._event: asyncio.Event | None = None
        self.reason: StopReason | None = None
        self.message = ""

    def ask(self, reason: StopReason, message: str = "") -> None:
        """Ask the run to stop."""
        with self._lock:
            if self.reason is not None:
                return
            self.reason, self.message = reason, message
            if self._loop is not None and self._event is not None:
                self._loop.call_soon_threadsafe(self._event.set)

    def attach(self) -> None:
        """Let ``wait`` work in the running loop."""
        with self._lock:
            self._loop, self._event = asyncio.get_running_loop(), asyncio.Event()
            if self.reason is not None:
                self._event.set()

    def detach(self) -> None:
        """Forget the loop, before it closes."""
        with self._lock:
            self._loop = self._event = None

    async def wait(self) -> None:
        """Wait until somebody asks."""
        assert self._event is not None
        await self._event.wait()
