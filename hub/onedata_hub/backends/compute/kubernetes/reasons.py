"""What a Job and its pod say about an attempt: its state, and why, in words for people.

Source: Kubernetes API reference, PodStatus; "Disruptions", pod disruption conditions.
"""

import signal
from dataclasses import dataclass, field
from typing import Any

from onedata_hub.backends.compute.base import ComputeState
from onedata_hub.backends.compute.kubernetes.pods import CONTAINER
from onedata_hub.backends.compute.kubernetes.waiting import (
    container_state,
    named,
    sentence,
    why_waiting,
)

Json = dict[str, Any]

_ENDED = ("Succeeded", "Failed")
_DISRUPTIONS = {
    "PreemptionByScheduler": "Its pod gave way to one of higher priority.",
    "DeletionByTaintManager": "Its node does not answer, or is not to be used any more.",
    "EvictionByEvictionAPI": "Its pod was evicted: its node is being emptied.",
    "DeletionByPodGC": "Its node is gone.",
}
_EVICTED = "Its pod was evicted from its node: "
_UNPLACED = "FailedScheduling"
_CANCELLED = "DeadlineExceeded"  # a cancelled Job's deadline is put to now; no other has one


@dataclass(frozen=True)
class Seen:
    """An attempt as the cluster shows it: its Job, if there is one, and its pods."""

    job: Json | None = None
    pods: list[Json] = field(default_factory=list)

    def state(self) -> ComputeState:
        """Say where the runner is. A Job without a pod is on its way, until the Job itself is over."""
        if self.job is None:
            return ComputeState.gone
        alive = [pod for pod in self.pods if not has_ended(pod)]
        if alive:
            is_up = any("running" in _runner(pod) for pod in alive)
            return ComputeState.running if is_up else ComputeState.starting
        if self.pods or self.end() is not None:
            return ComputeState.gone
        return ComputeState.starting

    def end(self) -> Json | None:
        """Give the condition that says that the Job is over."""
        assert self.job is not None, "asked of a Job that exists"
        conditions = self.job.get("status", {}).get("conditions", [])
        over = (
            one for one in conditions if one["type"] in ("Complete", "Failed") and one["status"] == "True"
        )
        return next(over, None)

    def newest(self) -> Json | None:
        """Give the pod that was made last."""
        return max(self.pods, key=lambda pod: str(pod["metadata"]["creationTimestamp"]), default=None)

    def why(self) -> str:
        """Say why the runner does not run (yet, or any more, or is not heard of); empty if nothing tells."""
        if self.job is None:
            return "Its Job is not in the cluster any more."
        pod = self.newest()
        if pod is None:
            return self._without_pod()
        if has_ended(pod) or "deletionTimestamp" in pod["metadata"]:
            return _why_disturbed(pod) or self._why_deleted(pod) or _why_failed(pod)
        return _why_unheard(pod) if "running" in _runner(pod) else why_waiting(pod, CONTAINER)

    def _without_pod(self) -> str:
        assert self.job is not None, "asked of a Job that exists"
        if self.end() is not None:
            return self._why_over()
        if self.job["spec"].get("suspend"):
            return "Its Job is suspended: something in the cluster holds it back."
        return ""

    def _why_deleted(self, pod: Json) -> str:
        return self._why_over() if "deletionTimestamp" in pod["metadata"] else ""

    def _why_over(self) -> str:
        """Say whether the Job was cancelled; the Job's own condition comes before its pod is deleted."""
        assert self.job is not None, "asked of a Job that exists"
        told = _true(self.job.get("status", {}))
        return (
            "It was told to end."
            if any(one.get("reason") == _CANCELLED for one in told)
            else "Its pod was deleted."
        )


def _runner(pod: Json) -> Json:
    return container_state(pod, CONTAINER)


def has_ended(pod: Json) -> bool:
    """Say whether a pod's runner has ended for good, though what a cluster has beside it may run on."""
    is_left = pod["spec"].get("restartPolicy") == "Never" and "terminated" in _runner(pod)
    return is_left or pod["status"].get("phase") in _ENDED


def why_events(events: list[Json], *, is_placed: bool = False) -> str:
    """Say what events about a Job or pod tell of its waiting: the newest warning, or that an image is fetched.

    Args:
        events: As the cluster keeps them, also of what has passed.
        is_placed: A pod has its node: what kept it from one is over.
    """
    newest = sorted(events, key=lambda one: str(one.get("lastTimestamp") or one.get("eventTime") or ""))
    for event in reversed(newest):
        said = " ".join(str(event.get("message", "")).split())
        if is_placed and event.get("reason") == _UNPLACED:
            continue
        if event.get("reason") == "FailedCreate":
            return f"Kubernetes does not make its pod: {said}"
        if event.get("type") == "Warning":
            return f"{event.get('reason', 'Warning')}: {said}"
        if event.get("reason") == "Pulling":
            return f"{said}."
    return ""


def why_evicted(events: list[Json]) -> str:
    """Say by a pod's events that its node evicted it; empty if it did not."""
    evicted = next((event for event in events if event.get("reason") == "Evicted"), None)
    return f"{_EVICTED}{sentence(evicted.get('message'))}" if evicted else ""


def _why_disturbed(pod: Json) -> str:
    status = pod["status"]
    ended = _runner(pod).get("terminated", {})
    if ended.get("reason") == "OOMKilled" and ended.get("exitCode"):
        return (
            f"It used more memory than its pod may have{_limit(pod)}, and was killed. Choose a profile with "
            "more memory, or load less at once."
        )
    if status.get("reason") == "Evicted":
        return f"{_EVICTED}{sentence(status.get('message'))}"
    disruption = next((one for one in _true(status) if one["type"] == "DisruptionTarget"), None)
    if disruption is not None:
        known = _DISRUPTIONS.get(disruption.get("reason", ""))
        return known or f"Its pod was ended by its node: {sentence(disruption.get('message'))}"
    return ""


def _why_failed(pod: Json) -> str:
    status, ended = pod["status"], _runner(pod).get("terminated", {})
    if status.get("reason"):
        return f"Its pod failed ({status['reason']}): {sentence(status.get('message'))}"
    code = ended.get("exitCode", 0)
    if not code:
        return ""
    if code > 128:
        try:
            return f"Its runner was killed ({signal.Signals(code - 128).name})."
        except ValueError:
            pass
    last = str(ended.get("message") or "").strip().splitlines()[-1:]
    return f"Its runner ended with status {code}. {' '.join(last)}".strip()


def _why_unheard(pod: Json) -> str:
    """Say that a pod's node is not heard of: its pods then are not ready, though their containers ran."""
    for one in pod["status"].get("conditions", []):
        if one["type"] == "Ready" and one["status"] != "True" and one.get("reason") != "ContainersNotReady":
            node = pod["spec"].get("nodeName", "")
            return f"Its node '{node}' is not heard of since {one.get('lastTransitionTime', 'a while')}."
    return ""


def _limit(pod: Json) -> str:
    limit = str(
        named(pod["spec"]["containers"], CONTAINER).get("resources", {}).get("limits", {}).get("memory", "")
    )
    return f" ({int(limit) / 2**20:,.0f} MiB)" if limit.isdecimal() else f" ({limit})" if limit else ""


def _true(status: Json) -> list[Json]:
    return [one for one in status.get("conditions", []) if one["status"] == "True"]
