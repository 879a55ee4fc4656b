"""Files of this server that are being published: threads of the server's, so that a reload loses nothing."""

import itertools
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from onedata.errors import OneDataError

_AT_ONCE = 2
_KEPT_SECONDS = 3_600.0
_MOST_KEPT = 100


@dataclass
class Publication:
    """One file or folder on its way to be a dataset's next version.

    ``state`` is waiting, running, done or failed; ``done_bytes`` of ``total_bytes`` have been copied.
    """

    id: int
    path: str
    dataset: str
    state: str = "waiting"
    done_bytes: int = 0
    total_bytes: int | None = None
    version: int | None = None
    unchanged: bool = False
    message: str = ""
    ended: float | None = field(default=None, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Give what the browser shows."""
        shown = asdict(self)
        shown.pop("ended")
        return shown


class Publisher:
    """Publishes what it is given, two at once, and remembers for an hour how that ended."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._publications: dict[int, Publication] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="onedata-publish")

    def start(self, place: Path, path: str, dataset: str, description: str | None) -> Publication:
        """Begin to publish a file or folder.

        Args:
            place: Where it lies.
            path: What the file browser calls it.
            dataset: ``workspace/name``.
            description: What the dataset is; None keeps what is there.
        """
        publication = Publication(next(self._numbers), path, dataset)
        with self._lock:
            self._forget_old()
            self._publications[publication.id] = publication
        self._pool.submit(self._publish, publication, place, description)
        return publication

    def list(self) -> list[Publication]:
        """Give what is under way and what ended within the hour, newest first."""
        with self._lock:
            self._forget_old()
            return sorted(self._publications.values(), key=lambda one: -one.id)

    def _forget_old(self) -> None:
        now = time.monotonic()
        ended = [one for one in self._publications.values() if one.ended is not None]
        for one in ended[: max(0, len(ended) - _MOST_KEPT)]:
            del self._publications[one.id]
        for one in ended:
            if one.ended is not None and now - one.ended > _KEPT_SECONDS:
                self._publications.pop(one.id, None)

    def _publish(self, publication: Publication, place: Path, description: str | None) -> None:
        from onedata.datasets import publish

        def count(done: int, total: int | None) -> None:
            publication.done_bytes, publication.total_bytes = done, total

        publication.state = "running"
        try:
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                made = publish(place, publication.dataset, description=description, progress=count)
        except OneDataError as error:
            publication.message = error.message
            publication.state = "failed"
        except Exception as error:  # whatever it was, the person who waits must hear of it
            publication.message = f"{type(error).__name__}: {error}"
            publication.state = "failed"
        else:
            publication.version, publication.unchanged = made.version, made.unchanged
            publication.message = " ".join(str(one.message) for one in said if one.category is UserWarning)
            publication.state = "done"
        publication.ended = time.monotonic()
