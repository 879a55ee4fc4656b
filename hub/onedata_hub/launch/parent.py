"""End with the process that started us, however it ended."""

import os
import signal
import threading
import time

PARENT_PID = "ONEDATA_PARENT_PID"
_LOOK_EVERY_SECONDS = 0.5
_GRACE_SECONDS = 15.0


def exit_with_parent() -> None:
    """Send this process SIGTERM once its parent is gone, and end it if that is not heeded.

    A hub that is killed cannot stop its services; without this they would hold their ports
    and the next hub could not start. The parent's pid comes from ``ONEDATA_PARENT_PID`` where it
    is set, which also covers a parent that died before we looked. Call it from the main thread.
    """
    parent = int(os.environ.pop(PARENT_PID, 0)) or os.getppid()
    threading.Thread(target=_watch, args=(parent,), name="exit-with-parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)
