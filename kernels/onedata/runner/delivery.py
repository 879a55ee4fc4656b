"""Bring a result to the studio, however long the studio is away."""

import logging
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

from onedata.contract.runner import RunResult
from onedata.runner.page import make_page
from onedata.runner.spool import Spool
from onedata.runner.studio import RunUnknown, StudioAway, StudioLink, StudioRefused

PATIENCE_SECONDS = 24 * 3600.0
_FIRST_WAIT_SECONDS = 0.25
_LONGEST_WAIT_SECONDS = 60.0
_logger = logging.getLogger(__name__)


class GaveUp(Exception):
    """The studio stayed away too long, or the runner was told to leave. The result stays in its folder."""


class Delivery:
    """Delivers one attempt: outputs, the result, then the page made of the executed notebook.

    The result goes before the page, as the page is slow to make and nobody's retry waits for it.

    Args:
        title: The page's title.
        leave: Set when the process shall end: what is not delivered stays for the next start.
        patience_seconds: How long to keep trying.
    """

    def __init__(
        self,
        link: StudioLink,
        spool: Spool,
        title: str,
        leave: threading.Event,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._link = link
        self._spool = spool
        self._title = title
        self._leave = leave
        self._deadline = time.monotonic() + patience_seconds

    def deliver(self, result: RunResult) -> None:
        """Deliver everything.

        Raises:
            GaveUp: If the studio could not be reached in time.
            RunUnknown: If the studio knows no such run.
            StudioRefused: If the studio refuses the result for good.
        """
        for path in (self._spool.executed, self._spool.log):
            self._upload(path)
        self._until_heard(lambda: self._link.result(result))
        if self._spool.executed.exists():
            self._deliver_page()

    def _deliver_page(self) -> None:
        try:
            make_page(self._spool.executed, self._spool.html, self._title)
        except Exception:  # a notebook nbconvert cannot render must not undo a delivered run
            _logger.exception(
                "The executed notebook could not be made into a page; the run stands without it."
            )
            return
        self._upload(self._spool.html)

    def _upload(self, path: Path) -> None:
        """Send an output; one the studio refuses (too large) is left out, the result matters more."""
        if not path.exists():
            return
        try:
            self._until_heard(lambda: self._link.upload(path))
        except RunUnknown:
            raise
        except StudioRefused as error:
            _logger.warning("The studio refused %s: %s", path.name, error)

    def _until_heard(self, call: Callable[[], None]) -> None:
        """Repeat a call while the studio is away, with growing waits."""
        wait = _FIRST_WAIT_SECONDS
        while True:
            try:
                return call()
            except StudioAway as error:
                left = self._deadline - time.monotonic()
                # A folder that is gone was given up by whoever keeps the runs: nobody waits for it.
                if left <= 0 or self._leave.is_set() or not self._spool.folder.exists():
                    raise GaveUp(str(error)) from error
                _logger.info("The studio is away, trying again in %.1f s: %s", wait, error)
            # Runners that wait for one studio should not all call in the same moment.
            self._leave.wait(min(wait * random.uniform(0.75, 1.25), left))  # noqa: S311 - spreads load, keeps no secret
            wait = min(wait * 2, _LONGEST_WAIT_SECONDS)
