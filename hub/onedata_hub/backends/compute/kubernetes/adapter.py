"""The compute port on Kubernetes.

Nothing of an attempt is kept here: its Job says that it was started, its pod how it is, the studio
whether it began. Any number of studios may stand on the same namespace.

Where ``prepare`` was called (by the part that looks after runs) states are read from two watches.
Elsewhere each is asked for: the part that serves people asks seldom.
"""

import logging
import time
from typing import Any

from onedata_hub.backends.compute.base import (
    LOG_CHUNK_BYTES,
    ComputeBackend,
    ComputeError,
    ComputeState,
    StartRequest,
    StillRunning,
    UnknownReference,
)
from onedata_hub.backends.compute.kubernetes.claims import HomeClaim, home_claim
from onedata_hub.backends.compute.kubernetes.cluster import Cluster, Refused
from onedata_hub.backends.compute.kubernetes.logs import PodLogs
from onedata_hub.backends.compute.kubernetes.manifests import (
    JOB_UID_LABEL,
    SELECTOR,
    make_job,
    make_secret,
    reference_of,
)
from onedata_hub.backends.compute.kubernetes.names import job_name
from onedata_hub.backends.compute.kubernetes.pods import PodSettings, pod_values
from onedata_hub.backends.compute.kubernetes.reasons import Seen, has_ended, why_events, why_evicted
from onedata_hub.backends.compute.kubernetes.refusals import is_over_quota, telling_never
from onedata_hub.backends.compute.kubernetes.view import JOBS, PODS, View, job_of

Json = dict[str, Any]

_SECRETS = "v1:secrets"
_EVENTS = "v1:events"
_CLAIMS = "v1:persistentvolumeclaims"
_READY_SECONDS = 15.0
_EVENTS_AGAIN_SECONDS = 10.0
_TRIES = 3
_CONFLICT = 409
_MISSING = 404
_EXISTS = "AlreadyExists"  # as a reason; the status 409 is also that of a quota that two asked at once
_logger = logging.getLogger(__name__)


class KubernetesCompute(ComputeBackend):
    """Runs attempts as Jobs of one namespace.

    Args:
        cluster: The API server and the namespace.
        pod: What every run's pod has.
        ttl_seconds: After which Kubernetes removes an ended Job that the studio did not remove.
    """

    keeps_spools = False

    def __init__(self, cluster: Cluster, pod: PodSettings, ttl_seconds: int = 86_400) -> None:
        self._cluster = cluster
        self._pod = pod
        self._ttl_seconds = ttl_seconds
        self._view = View(cluster)
        self._logs = PodLogs(cluster)
        self._told: dict[str, tuple[float, str]] = {}

    @property
    def requests(self) -> int:
        """How many requests were sent to the API server."""
        return self._cluster.requests

    async def prepare(self) -> None:
        """Begin to watch, and wait for the first sight of what there is."""
        await self._view.start(_READY_SECONDS)
        if not self._view.is_ready:
            _logger.warning("The Kubernetes API server has not told yet what runs there; it is asked again.")

    async def close(self) -> None:
        """Let go of the connections. Runs go on."""
        await self._view.stop()
        await self._logs.close()
        await self._cluster.close()

    def sees(self, reference: str) -> bool:
        """Say whether the watches have an attempt's Job."""
        return self._view.jobs.get(job_name(reference)) is not None

    async def knows(self, reference: str) -> bool:
        """Say whether an attempt's Job is there.

        Raises:
            ComputeError: If the API server does not tell.
        """
        return self.sees(reference) or await self._has(f"{JOBS}/{job_name(reference)}")

    async def start(self, request: StartRequest) -> str:
        """Make the attempt's Job and its Secret, unless they are there; one that is over is made anew."""
        with telling_never(ComputeError):
            values = pod_values(request, self._pod)
            claim = home_claim(request.spec.user, values)
        if claim is not None:
            with telling_never(Refused):
                values = values | {"pvc_name_template": await self._home(claim)}
        with telling_never(ComputeError):
            wanted = make_job(request, values, self._ttl_seconds)
        with telling_never(Refused):
            return await self._make(wanted, request)

    async def _make(self, wanted: Json, request: StartRequest) -> str:
        for _ in range(_TRIES):
            job = await self._make_job(wanted, request.reference)
            if job is not None:
                self._view.jobs.note(job)
                await self._make_secret(job, request)
                return request.reference
        raise ComputeError(f"The Job of attempt '{request.reference}' comes and goes; it is tried again.")

    async def state(self, reference: str) -> ComputeState:
        """Say where an attempt's runner is."""
        return (await self._seen(reference)).state()

    async def why(self, reference: str, *, told_to_end: bool = False) -> str:
        """Say why an attempt's runner does not run, or what else is wrong with its pod."""
        seen = await self._seen(reference)
        state, said = seen.state(), seen.why()
        if said or seen.job is None:
            return said
        if told_to_end or state == ComputeState.gone:  # one that heeds its node in time ends as if by itself
            return why_evicted(await self._events(seen))
        return await self._why_waiting(seen) if state == ComputeState.starting else ""

    async def cancel(self, reference: str) -> None:
        """End the Job: its deadline is now, so its pod is told to end, and no other is made.

        One that is suspended has no deadline, so it is deleted.
        """
        try:
            job = await self._cluster.patch(
                f"{JOBS}/{job_name(reference)}", {"spec": {"activeDeadlineSeconds": 0}}
            )
        except Refused as error:
            if error.status != _MISSING:
                raise
            return
        if job["spec"].get("suspend"):
            await self._delete(job)
            self._view.jobs.forget(job["metadata"]["name"])
        else:
            self._view.jobs.note(job)

    async def log(self, reference: str, offset: int, limit: int = LOG_CHUNK_BYTES) -> bytes:
        """Read a part of an attempt's log, from its pod."""
        seen = await self._seen(reference)
        if seen.job is None:
            raise UnknownReference(f"Nothing is kept of the attempt '{reference}'.")
        pod = seen.newest()
        if pod is None:
            return b""
        return await self._logs.read(pod["metadata"]["name"], has_ended(pod), offset, limit)

    async def list_all(self) -> dict[str, ComputeState]:
        """List every attempt whose Job is there."""
        if self._view.is_ready:
            jobs, pods = self._view.jobs.all(), self._view.pods.all()
        else:
            jobs = (await self._cluster.list(JOBS, labelSelector=SELECTOR))["items"]
            pods = (await self._cluster.list(PODS, labelSelector=SELECTOR))["items"]
        of: dict[str, list[Json]] = {}
        for pod in pods:
            of.setdefault(job_of(pod), []).append(pod)
        return {reference_of(job): Seen(job, of.get(job["metadata"]["uid"], [])).state() for job in jobs}

    async def remove(self, reference: str) -> None:
        """Delete an attempt's Job; its pod and its Secret go with it."""
        name = job_name(reference)
        seen = await self._seen(reference)
        if seen.state() != ComputeState.gone:
            raise StillRunning(f"The attempt '{reference}' still runs; cancel it first.")
        if seen.job is not None:
            await self._delete(seen.job)
        self._view.jobs.forget(name)
        self._told.pop(name, None)

    async def _home(self, claim: HomeClaim) -> str:
        """Give the name of the claim of a user's home; make it where nobody has yet.

        A home that KubeSpawner made under a name of before its version 7 stays the user's home.
        """
        for name in dict.fromkeys((claim.name, claim.legacy_name)):
            if await self._has(f"{_CLAIMS}/{name}"):
                return name
        try:
            await self._cluster.create(_CLAIMS, claim.manifest)
        except Refused as error:
            if error.reason != _EXISTS:  # the user's server came first
                raise
        return claim.name

    async def _has(self, path: str) -> bool:
        try:
            await self._cluster.get(path)
        except Refused as error:
            if error.status != _MISSING:
                raise
            return False
        return True

    async def _make_job(self, wanted: Json, reference: str) -> Json | None:
        """Make a Job, or give the one that is there; None if it was over and is out of the way now.

        A full quota is told before a Job is: the very one that is there may have filled it.
        """
        try:
            return await self._cluster.create(JOBS, wanted)
        except Refused as error:
            refused = error
            if error.status != _CONFLICT and not is_over_quota(error):
                raise
        found = await self._read(wanted["metadata"]["name"])
        if found.job is None:
            if refused.status == _CONFLICT:
                return None
            raise refused
        if reference_of(found.job) != reference:
            raise ComputeError(
                f"The Job '{wanted['metadata']['name']}' in this namespace is not of attempt '{reference}'. "
                "Delete it, or let the studio have a namespace of its own."
            )
        if found.state() != ComputeState.gone:
            return found.job
        await self._delete(found.job)
        self._view.jobs.forget(wanted["metadata"]["name"])
        return None

    async def _make_secret(self, job: Json, request: StartRequest) -> None:
        """Make the Job's Secret, unless another start of the attempt has: any of its keys opens it."""
        try:
            await self._cluster.create(_SECRETS, make_secret(job, request))
        except Refused as error:
            if error.reason != _EXISTS:
                raise

    async def _delete(self, job: Json) -> None:
        """Delete this very Job, and no later one of its name."""
        body = {"propagationPolicy": "Background", "preconditions": {"uid": job["metadata"]["uid"]}}
        try:
            await self._cluster.delete(f"{JOBS}/{job['metadata']['name']}", body)
        except Refused as error:
            if error.status not in (_MISSING, _CONFLICT):
                raise

    async def _seen(self, reference: str) -> Seen:
        """Give an attempt as the watches have it; what they do not have is asked for: they may be late."""
        name = job_name(reference)
        seen = self._view.seen(name) if self._view.is_ready else Seen()
        return seen if seen.job is not None else await self._read(name)

    async def _read(self, name: str) -> Seen:
        """Read an attempt from the API server.

        Raises:
            ComputeError: If it does not answer: what is not known is not gone.
        """
        try:
            job = await self._cluster.get(f"{JOBS}/{name}")
        except Refused as error:
            if error.status == _MISSING:
                return Seen()
            raise
        pods = await self._cluster.list(PODS, labelSelector=f"{JOB_UID_LABEL}={job['metadata']['uid']}")
        return Seen(job, pods["items"])

    async def _why_waiting(self, seen: Seen) -> str:
        """Say what events tell of a Job without a pod, or of a pod that is not up yet."""
        about = _newest_of(seen)
        name = about["metadata"]["name"]
        at, told = self._told.get(name, (float("-inf"), ""))
        if time.monotonic() - at < _EVENTS_AGAIN_SECONDS:
            return told
        told = why_events(await self._events(seen), is_placed=bool(about["spec"].get("nodeName")))
        self._told = {one: kept for one, kept in self._told.items() if time.monotonic() - kept[0] < 60}
        self._told[name] = (time.monotonic(), told)
        return told

    async def _events(self, seen: Seen) -> list[Json]:
        uid = _newest_of(seen)["metadata"]["uid"]
        found = await self._cluster.get(_EVENTS, fieldSelector=f"involvedObject.uid={uid}")
        return list(found["items"])


def _newest_of(seen: Seen) -> Json:
    """Give the pod of an attempt, or its Job where there is no pod."""
    about = seen.newest() or seen.job
    assert about is not None, "asked of an attempt that the cluster knows"
    return about
