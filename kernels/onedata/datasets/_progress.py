"""Show how far a transfer is, once it has taken two seconds.

Worker threads only count. The thread of the caller draws, because a notebook's output belongs to it.
"""

import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from onedata.datasets._words import size_words

SHOWN_AFTER = 2.0  # seconds: what is over sooner needs no bar
REDRAW = 0.25  # seconds
Listener = Callable[[int, int | None], None]


class Stopped(Exception):
    """The transfer was given up; its threads end at their next chunk."""


class Progress:
    """A count of bytes, and the bar that shows it.

    Args:
        label: What goes on: 'Publishing flights'.
        total: Bytes to come; None where nobody knows.
        show: True or False; None shows it after ``SHOWN_AFTER`` in a notebook or a terminal;
            a callable is called with (done, total) instead.
    """

    def __init__(self, label: str, total: int | None, show: bool | Listener | None) -> None:
        self.label, self.total, self.done = label, total, 0
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._started = time.monotonic()
        self._drawn_at = self._started if show is True else self._started + SHOWN_AFTER - REDRAW
        self._screen: _Screen | None = None if show is False or callable(show) else _screen()
        self._listener = show if callable(show) else None
        self._was_drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._stopped.set()
        if self._was_drawn and self._screen is not None:
            self._screen.clear()

    def tick(self, count: int) -> None:
        """Count bytes, from any thread.

        Raises:
            Stopped: If the transfer was given up.
        """
        if self._stopped.is_set():
            raise Stopped
        with self._lock:
            self.done += count

    def stop(self) -> None:
        """Make the threads that count here end."""
        self._stopped.set()

    def draw(self) -> None:
        """Show the count, if it is time to. Call from the caller's thread, often."""
        now = time.monotonic()
        if now - self._drawn_at < REDRAW:
            return
        self._drawn_at = now
        if self._listener is not None:
            self._listener(self.done, self.total)
        elif self._screen is not None:
            self._was_drawn = True
            self._screen.draw(self.label, self.done, self.total, now - self._started)


class _Screen:
    def draw(self, label: str, done: int, total: int | None, seconds: float) -> None:
        raise NotImplementedError

    def clear(self) -> None:
        raise NotImplementedError


class _Terminal(_Screen):
    def draw(self, label: str, done: int, total: int | None, seconds: float) -> None:
        share = f" ({done / total:.0%})" if total else ""
        print(f"\r\x1b[2K{label}: {_words(done, total, seconds)}{share}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        print("\r\x1b[2K", end="", file=sys.stderr, flush=True)


class _NotebookOutput(_Screen):
    def __init__(self) -> None:
        self._handle: Any = None

    def draw(self, label: str, done: int, total: int | None, seconds: float) -> None:
        from html import escape

        from IPython.display import HTML, display

        value = f' value="{done}" max="{total}"' if total else ""
        words = escape(f"{label}: {_words(done, total, seconds)}")
        shown = HTML(f'<label>{words} <progress{value} style="vertical-align:middle"></progress></label>')
        if self._handle is None:
            self._handle = display(shown, display_id=True)
        else:
            self._handle.update(shown)

    def clear(self) -> None:
        from IPython.display import HTML

        self._handle.update(HTML(""))


def _words(done: int, total: int | None, seconds: float) -> str:
    of = f" of {size_words(total)}" if total else ""
    rate = f", {size_words(int(done / seconds))}/s" if seconds > 0.5 else ""
    return f"{size_words(done)}{of}{rate}"


def _screen() -> _Screen | None:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None and hasattr(shell, "kernel"):
        return _NotebookOutput()
    return _Terminal() if sys.stderr.isatty() else None
