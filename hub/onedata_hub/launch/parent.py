"""End with the process that started us, however it ended."""

import os
import signal
import threading
import time

PARENT_PID = "ONEDATA_PARENT_PID"
_LOOK_EVERY_SECONDS = 0.5


def exit_with_parent(*, grace_seconds: float = 15.0) -> None:
    """Send this process SIGTERM once its parent is gone, and end it if that is not heeded in time.

    A hub that is killed cannot stop its services; without this they would hold their ports
    and the next hub could not start. The parent's pid comes from ``ONEDATA_PARENT_PID`` where it
    is set, which also covers a parent that died before we looked. Call it from the main thread.
    """
    parent = int(os.environ.pop(PARENT_PID, 0)) or os.getppid()
    threading.Thread(
        target=_watch, args=(parent, grace_seconds), name="exit-with-parent", daemon=True
    ).start()


def _watch(parent: int, grace_seconds: float) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace_seconds)
    os._exit(1)
