"""Tell the studio which dataset versions a notebook read: one OpenLineage event each, in the background.

A job's runner reports what its kernel read, and a published version carries its inputs itself, so
events are sent for notebooks alone. They never slow or fail the read they tell of: a lost one is
logged. What is waiting when Python ends gets ``FLUSH_SECONDS`` more.
"""

import atexit
import logging
import os
import queue
import threading
import uuid
from datetime import UTC, datetime

from onedata.contract.environment import RUN_ID

log = logging.getLogger("onedata")

FLUSH_SECONDS = 3.0
PRODUCER = "https://example.org/one-data-studio/onedata"


class Teller:
    """Sends events from a thread of its own, in the order they came."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[str] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._session = str(uuid.uuid4())

    def dataset_read(self, ref: str) -> None:
        """Tell of a dataset version that this notebook read, soon."""
        if RUN_ID in os.environ:
            return
        self._waiting.put(ref)
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._send_all, name="onedata-lineage", daemon=True)
                self._thread.start()
                atexit.register(self.flush)

    def flush(self, seconds: float = FLUSH_SECONDS) -> None:
        """Wait until everything was sent, but no longer than so many seconds."""
        done = threading.Thread(target=self._waiting.join, daemon=True)
        done.start()
        done.join(seconds)

    def _send_all(self) -> None:
        while True:
            ref = self._waiting.get()
            try:
                self._send(ref)
            except Exception as error:  # the outer loop of this thread: nothing may end it
                log.debug("The lineage of %s was not recorded: %s", ref, error)
            finally:
                self._waiting.task_done()

    def _send(self, ref: str) -> None:
        from onedata._client import client, path_of
        from onedata._notebook import current_notebook
        from onedata.contract.lineage import LineageEvent, LineageRun, dataset_entity, notebook_job

        path = current_notebook().path
        if path is None:
            return  # a script or a console: there is nothing to name as the code that read
        studio = client()
        workspace = studio.workspace()
        event = LineageEvent(
            eventType="OTHER",
            eventTime=datetime.now(UTC),
            producer=PRODUCER,
            run=LineageRun(runId=self._session),
            job=notebook_job(workspace, path),
            inputs=[dataset_entity(ref)],
        )
        studio.request(
            "POST",
            path_of("workspaces", workspace, "lineage", "events"),
            json=event.model_dump(mode="json"),
            retry=True,
        )


_teller = Teller()


def teller() -> Teller:
    """Give this process's teller."""
    return _teller
