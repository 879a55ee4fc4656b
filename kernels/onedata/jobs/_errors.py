"""What can go wrong with a run, beside what the studio refuses."""

from typing import Any

from onedata.errors import OneDataError


class RunFailed(OneDataError):
    """A run that was waited for ended otherwise than well.

    Attributes:
        run: The ``Run``; ``run.failure`` holds the failing cell and its traceback.
    """

    code = "run_failed"

    def __init__(self, run: Any) -> None:
        said = run.message or "see its log"
        super().__init__(f"Run {run.id} of '{run.name}' {run.state.value.replace('_', ' ')}: {said}")
        self.run = run


class WaitedTooLong(OneDataError, TimeoutError):
    """A run had not ended when the time to wait for it was over. It goes on."""

    code = "waited_too_long"
