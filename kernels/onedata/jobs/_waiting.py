"""Ask after a run until it has ended."""

import time
from typing import TypeVar

from onedata.jobs._errors import RunFailed, WaitedTooLong
from onedata.jobs._live import Live
from onedata.jobs._shape import AnyRun

R = TypeVar("R", bound=AnyRun)
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 0.2, 2.0, 1.25


def wait_for(run: R, timeout: float | None, *, check: bool, show: bool | None) -> R:
    """Ask until a run has ended: often while it changes, seldom while it does not.

    Raises:
        WaitedTooLong: If it has not ended in time.
        RunFailed: If ``check`` and it ended otherwise than well.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    live = Live(show)
    pause, seen = _FIRST_PAUSE, ""
    try:
        while True:
            known = run.refresh().info.model_dump_json(include={"state", "progress"})
            live.draw(run.info)
            if run.is_over:
                break
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise WaitedTooLong(
                    f"Run {run.id} has not ended within {timeout:g} s: {run}. It goes on; "
                    f"od.jobs.wait('{run.id}') waits again, od.jobs.cancel('{run.id}') stops it."
                )
            pause = _FIRST_PAUSE if known != seen else min(pause * _GROWTH, _LONGEST_PAUSE)
            seen = known
            time.sleep(pause if left is None else min(pause, left))
    except KeyboardInterrupt:
        live.leave(f"Not waiting any more. The run goes on; od.jobs.cancel('{run.id}') stops it.")
        raise
    live.close(run.info)
    if check and run.state.value != "succeeded":
        raise RunFailed(run)
    return run
