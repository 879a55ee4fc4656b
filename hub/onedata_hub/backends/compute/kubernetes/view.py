"""What the cluster holds of us, kept up to date by two watches: Jobs, and their pods.

However many runs there are, the API server has two connections to serve. A list is read at the
start, and again every few minutes, so that nothing that a watch lost stays lost. While the API server
is away, what was seen last stays: it can only be late, and what is late is never taken for gone.
"""

import asyncio
import contextlib
import json
import logging
import random
import time
from typing import Any

from onedata_hub.backends.compute.base import ComputeError
from onedata_hub.backends.compute.kubernetes.cluster import Cluster, Refused
from onedata_hub.backends.compute.kubernetes.manifests import JOB_UID_LABEL, SELECTOR
from onedata_hub.backends.compute.kubernetes.reasons import Seen

Json = dict[str, Any]

JOBS = "batch/v1:jobs"
PODS = "v1:pods"
_RESYNC_SECONDS = 300
_SILENCE_SECONDS = 90.0  # bookmarks come every minute: a watch that says less than that is dead
_LONGEST_WAIT_SECONDS = 10.0
_EXPIRED = 410
_logger = logging.getLogger(__name__)


class Watched:
    """The objects of one kind under our label, by name.

    Args:
        cluster: The API server.
        path: The kind, such as ``v1:pods``.
        resync_seconds: How long a watch lasts, and after which all is read anew.
        silence_seconds: After which a watch that says nothing is cut.
    """

    def __init__(
        self,
        cluster: Cluster,
        path: str,
        *,
        resync_seconds: int = _RESYNC_SECONDS,
        silence_seconds: float = _SILENCE_SECONDS,
    ) -> None:
        self._cluster = cluster
        self._path = path
        self._resync_seconds = resync_seconds
        self._silence_seconds = silence_seconds
        self._objects: dict[str, Json] = {}
        self._version = ""
        self._listed = float("-inf")
        self.ready = asyncio.Event()

    def get(self, name: str) -> Json | None:
        """Give the object of a name, as it was seen last."""
        return self._objects.get(name)

    def all(self) -> list[Json]:
        """Give every object."""
        return list(self._objects.values())

    def note(self, found: Json) -> None:
        """Take note of an object, unless a newer state of it is known: a watch may tell of it later."""
        known = self._objects.get(found["metadata"]["name"])
        if known is None or _version(found) >= _version(known):
            self._objects[found["metadata"]["name"]] = _shortened(found)

    def forget(self, name: str) -> None:
        """Drop an object that was just deleted."""
        self._objects.pop(name, None)

    async def follow(self) -> None:
        """Follow the kind until cancelled, whatever happens to the connection."""
        wait = 1.0
        while True:
            try:
                if time.monotonic() - self._listed > self._resync_seconds or not self._version:
                    await self._list()
                await self._watch()
                wait = 1.0
            except Refused as error:
                self._version = ""  # too old, most often: read all again
                if error.status != _EXPIRED:
                    _logger.warning("%s cannot be watched, trying again: %s", self._path, error)
                    wait = await _pause(wait)
            except ComputeError as error:
                _logger.info("The watch of %s was lost, trying again: %s", self._path, error)
                wait = await _pause(wait)
            except (KeyError, ValueError):
                _logger.exception("The watch of %s said what cannot be read; all is read again.", self._path)
                self._version = ""
                wait = await _pause(wait)

    async def _list(self) -> None:
        found = await self._cluster.list(self._path, labelSelector=SELECTOR)
        self._objects = {one["metadata"]["name"]: _shortened(one) for one in found["items"]}
        self._version = found["metadata"]["resourceVersion"]
        self._listed = time.monotonic()
        self.ready.set()

    async def _watch(self) -> None:
        """Follow changes until the API server ends the watch, as it does after some minutes."""
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "labelSelector": SELECTOR,
            "resourceVersion": self._version,
            "timeoutSeconds": self._resync_seconds,
        }
        async with self._cluster.stream(self._path, self._silence_seconds, **query) as content:
            left = b""
            async for chunk in content.iter_any():
                *lines, left = (left + chunk).split(b"\n")
                for line in lines:
                    self._take(json.loads(line))

    def _take(self, event: Json) -> None:
        kind, changed = event["type"], event["object"]
        if kind == "ERROR":
            raise Refused(int(changed.get("code", 0)), changed.get("reason", ""), changed.get("message", ""))
        self._version = changed["metadata"]["resourceVersion"]
        if kind == "BOOKMARK":
            return
        if kind != "DELETED":
            self.note(changed)
        elif _version(changed) >= _version(self._objects.get(changed["metadata"]["name"], {"metadata": {}})):
            self.forget(changed["metadata"]["name"])  # and no later one of the name, that we know already


class View:
    """Jobs and pods, together.

    Args:
        cluster: The API server.
        intervals: Those of ``Watched``, where they are not to be the usual ones.
    """

    def __init__(self, cluster: Cluster, **intervals: int) -> None:
        self.jobs = Watched(cluster, JOBS, **intervals)
        self.pods = Watched(cluster, PODS, **intervals)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_ready(self) -> bool:
        """Say whether everything was seen once, and is followed."""
        return bool(self._tasks) and self.jobs.ready.is_set() and self.pods.ready.is_set()

    async def start(self, patience_seconds: float) -> None:
        """Begin to follow, and wait a while for the first lists."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(kind.follow()) for kind in (self.jobs, self.pods)]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_seconds):
                await self.jobs.ready.wait()
                await self.pods.ready.wait()

    async def stop(self) -> None:
        """Follow no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def seen(self, name: str) -> Seen:
        """Give a Job with its pods, and none that an earlier Job of its name has left."""
        job = self.jobs.get(name)
        if job is None:
            return Seen()
        return Seen(job, [pod for pod in self.pods.all() if job_of(pod) == job["metadata"]["uid"]])


def job_of(pod: Json) -> str:
    """Give the UID of the Job that a pod is of."""
    return str(pod["metadata"].get("labels", {}).get(JOB_UID_LABEL, ""))


async def _pause(seconds: float) -> float:
    """Wait about so long, and give how long to wait the next time."""
    await asyncio.sleep(random.uniform(0.5, 1.0) * seconds)  # noqa: S311 - spreads load, keeps no secret
    return min(seconds * 2, _LONGEST_WAIT_SECONDS)


def _version(found: Json) -> int:
    return int(found["metadata"].get("resourceVersion") or 0)


def _shortened(found: Json) -> Json:
    """Keep what we look at; a pod's spec is most of it, and hundreds are kept."""
    spec = found.get("spec", {})
    containers = [
        {"name": one["name"], "image": one["image"], "resources": one.get("resources", {})}
        for one in spec.get("containers", [])
    ]
    metadata = {name: value for name, value in found["metadata"].items() if name != "managedFields"}
    kept = {"suspend": spec.get("suspend", False)}
    if containers:
        kept = {name: spec.get(name, "") for name in ("nodeName", "restartPolicy")} | {
            "containers": containers
        }
    return {"metadata": metadata, "spec": kept, "status": found.get("status", {})}
