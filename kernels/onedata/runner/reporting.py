"""Tell the studio how far a run is, beside the run: a slow or absent studio never slows a cell."""

import logging
import threading
from collections.abc import Callable

from onedata.contract.jobs import Progress
from onedata.contract.runner import RunReport
from onedata.runner.studio import RunUnknown, StudioAway, StudioLink, StudioRefused

HEARTBEAT_SECONDS = 5.0
_MIN_INTERVAL_SECONDS = 0.1  # a thousand quick cells are not a thousand requests
_logger = logging.getLogger(__name__)


class Reporter:
    """Sends the newest progress from a thread of its own, at changes and as a heartbeat.

    Args:
        link: The studio.
        make_report: Makes a report of a progress, with what the kernel noted so far.
        on_cancel: Called (in the thread) when the studio wants the run to stop, or knows it no more.
    """

    def __init__(
        self, link: StudioLink, make_report: Callable[[Progress], RunReport], on_cancel: Callable[[], None]
    ) -> None:
        self._link = link
        self._make_report = make_report
        self._on_cancel = on_cancel
        self._changed = threading.Condition()
        self._progress = Progress()
        self._fresh = False
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="onedata-report", daemon=True)

    def start(self) -> None:
        """Begin to report. Not before the kernel is started: a process with threads forks badly."""
        self._thread.start()

    def update(self, progress: Progress) -> None:
        """Take note of new progress; returns at once."""
        with self._changed:
            self._progress, self._fresh = progress, True
            self._changed.notify()

    def close(self) -> None:
        """Stop, without waiting for a report on its way: the result overrules it."""
        with self._changed:
            self._closing = True
            self._changed.notify()

    def _run(self) -> None:
        while (progress := self._next()) is not None:
            self._send(progress)
            with self._changed:
                self._changed.wait_for(lambda: self._closing, timeout=_MIN_INTERVAL_SECONDS)

    def _next(self) -> Progress | None:
        """Wait for news or the next heartbeat; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._fresh or self._closing, timeout=HEARTBEAT_SECONDS)
            self._fresh = False
            return None if self._closing else self._progress

    def _send(self, progress: Progress) -> None:
        try:
            reply = self._link.report(self._make_report(progress))
        except StudioAway as error:
            _logger.info("The studio is away, the run goes on: %s", error)
        except RunUnknown as error:
            _logger.warning("The studio knows this run no more, so it stops: %s", error)
            self._on_cancel()
        except StudioRefused as error:
            _logger.warning("The studio refused a report, the run goes on: %s", error)
        else:
            if reply.cancel:
                self._on_cancel()
