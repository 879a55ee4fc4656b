"""Sees a server through its start where that may fail: it is the child of this process, which stands in for it."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from types import FrameType

_START_SECONDS = 60.0
_PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_SET_PARENT_DEATH_SIGNAL = 1
_LONGEST_WORDS = 300


def end_of_start(command: list[str], environment: Mapping[str, str]) -> str:
    """Run a server; give what it said last if it fails while it starts.

    In any other case this process ends with the server, and with its status: who looks after this one need
    not know that there are two.

    Args:
        command: The program and its arguments.
        environment: The server's.
    """
    started = time.monotonic()
    with subprocess.Popen(
        command,
        env=dict(environment),
        preexec_fn=_end_with_parent(),  # noqa: PLW1509 - this process has one thread
        stderr=subprocess.PIPE,
    ) as server:
        passed_on = _pass_signals_on(server)
        said = _copy_errors(server)
        status = server.wait()
    for one in _PASSED_ON:
        signal.signal(one, signal.SIG_DFL)
    # One that a signal ended did not fail by itself: memory ran out, or somebody stopped it.
    if status <= 0 or passed_on or time.monotonic() - started > _START_SECONDS:
        sys.exit(status if status >= 0 else 128 - status)
    return said[-_LONGEST_WORDS:] or f"it ended with status {status}"


def _pass_signals_on(server: "subprocess.Popen[bytes]") -> list[int]:
    """Tell the server what this process is told; give the list of what was, filled as it comes."""
    passed: list[int] = []

    def pass_on(number: int, _: FrameType | None) -> None:
        passed.append(number)
        server.send_signal(number)

    for one in _PASSED_ON:
        signal.signal(one, pass_on)
    return passed


def _copy_errors(server: "subprocess.Popen[bytes]") -> str:
    """Copy what a server says to this process's own standard error until it ends; give its last line."""
    assert server.stderr is not None, "it is a pipe"
    last: deque[str] = deque(maxlen=1)
    for line in server.stderr:
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()
        text = line.decode("utf-8", "replace").strip()
        if text:
            last.append(text)
    return "".join(last)


def _end_with_parent() -> Callable[[], None] | None:
    """Give what has the system end the server when this process is killed; Linux alone can."""
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None, use_errno=True), os.getpid()

    def prepare() -> None:
        libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
