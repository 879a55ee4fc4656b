"""Servers that end with the test's process, however that ended: a killed run leaves nothing behind."""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def end_with_parent() -> None:
    """Have the kernel send this process SIGTERM once the thread that started it is gone.

    For ``preexec_fn`` of a process that a test's main thread starts. Where there is no Linux, an interrupted
    run leaves such processes to whoever interrupted it.

    Source: prctl(2), PR_SET_PDEATHSIG.
    """
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
