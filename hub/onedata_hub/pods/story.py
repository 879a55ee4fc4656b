"""How the start of a server's pod goes, step by step, in words for people.

Source: Kubernetes' events: of the scheduler, the kubelet and the cluster autoscaler.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from onedata_hub.backends.compute.kubernetes.waiting import why_waiting

Json = dict[str, Any]

_CONTAINER = "notebook"  # so KubeSpawner names the one of a server
_VOLUME_FAULTS = ("FailedMount", "FailedAttachVolume")


@dataclass(frozen=True)
class Step:
    """Where a start is: how far, in percent, and in words."""

    percent: int
    words: str


def is_placed(pod: Json) -> bool:
    """Say whether a pod has a machine."""
    return bool(pod.get("spec", {}).get("nodeName"))


class Story:
    """A start as the cluster shows it now.

    Args:
        pod: The pod; None before it is there.
        events: What the cluster has said of it, the oldest first.
        start_timeout: Seconds after which the start is given up.
    """

    def __init__(self, pod: Json | None, events: Sequence[Json], start_timeout: float) -> None:
        self._pod = pod
        self._events = [one for one in events if _is_of_server(one)]
        self._start_timeout = start_timeout

    def now(self) -> Step:
        """Give the step that the start is at."""
        if self._pod is None:
            return Step(5, "Your server is being asked for.")
        return self._with_a_machine(self._pod) if is_placed(self._pod) else self._without(self._pod)

    def _without(self, pod: Json) -> Step:
        why = why_waiting(pod, _CONTAINER)
        if not why:
            return Step(10, "A machine for your server is being chosen.")
        if self._newest("TriggeredScaleUp"):
            return Step(15, f"{why} A machine is being added to the cluster, which takes minutes.")
        minutes = self._start_timeout / 60
        given_up = f"{minutes:g} minutes" if minutes >= 2 else f"{self._start_timeout:g} seconds"
        return Step(15, f"{why} It starts as soon as there is room, and is given up after {given_up}.")

    def _with_a_machine(self, pod: Json) -> Step:
        why = why_waiting(pod, _CONTAINER)
        if why:
            return Step(45, why)
        fault = self._newest(*_VOLUME_FAULTS)
        if self._newest("Started"):
            return Step(85, "Your server runs and opens its doors.")
        if self._newest("Pulled", "Created"):
            return Step(70, "The image is there; your server is being started.")
        if self._newest("Pulling"):
            return Step(50, "The image is being fetched. The first time on a machine that takes minutes.")
        if fault is not None:
            said = " ".join(str(fault.get("message", "")).split())[:300]
            return Step(35, f"Its volume cannot be mounted yet: {said}")
        return Step(30, "A machine has room for your server; its volumes are being mounted.")

    def _newest(self, *reasons: str) -> Json | None:
        return next((one for one in reversed(self._events) if one.get("reason") in reasons), None)


def _is_of_server(event: Json) -> bool:
    """Say whether an event is about the pod or the server's own container: others, such as a proxy, start sooner."""
    # A container's is such as spec.initContainers{block-metadata}.
    place = event.get("involvedObject", {}).get("fieldPath", "")
    return "{" not in place or f"{{{_CONTAINER}}}" in place
