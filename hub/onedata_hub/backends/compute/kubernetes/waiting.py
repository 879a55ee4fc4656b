"""Why a pod does not run yet, in words for people: of a server and of a run alike.

Source: Kubernetes API reference, PodStatus; the scheduler's plugins, whose words for a node these are.
"""

import re
from collections.abc import Iterable
from typing import Any

from onedata_hub.amounts import resource_in_words
from onedata_hub.backends.compute.kubernetes.pods import CONTAINER
from onedata_hub.backends.compute.kubernetes.quantities import pod_requests

Json = dict[str, Any]

# The container of a run, and that of a server as KubeSpawner names it. A cluster may put others beside them,
# before or after, and the kubelet lists the states of all by their names.
OUR_CONTAINERS = (CONTAINER, "notebook")
_IMAGE_FAULTS = (
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "ImageInspectError",
)
_LACKING = re.compile(r"Insufficient ([^\s,]+?)(?=[.,]?(?:\s|$))")
_ELSEWHERE = "didn't match pod affinity rules"  # of a node that a pod may not be on, whatever it has free
# What else keeps a pod from every node, the most telling first.
_CAUSES = (
    ("Too many pods", "every machine has as many servers and runs as it may"),
    ("volume node affinity conflict", "the machine that has its volume cannot take it"),
    ("unbound immediate PersistentVolumeClaims", "its volume is not ready yet"),
    (
        _ELSEWHERE,
        "it must be where something else of the same user is, and cannot be there",
    ),
    ("node.kubernetes.io/not-ready", "the machines are not ready"),
    ("node.kubernetes.io/unreachable", "the machines do not answer"),
    ("were unschedulable", "the machines are being emptied"),
    ("didn't match Pod's node affinity/selector", "no machine is of the kind that its profile asks for"),
    ("untolerated taint", "the machines are kept for others, or are not fit for use now"),
)


def why_waiting(pod: Json) -> str:
    """Say why a pod that has not ended does not run yet; empty if nothing tells."""
    waiting = container_state(pod).get("waiting", {})
    reason, message = waiting.get("reason", ""), " ".join(str(waiting.get("message", "")).split())
    if reason in _IMAGE_FAULTS:
        image = own_container(pod["spec"]["containers"]).get("image", "")
        return f"The image '{image}' cannot be had ({reason}): {sentence(message)}"
    if reason and reason not in ("ContainerCreating", "PodInitializing"):
        return f"Its container cannot be started ({reason}): {sentence(message)}"
    for one in pod["status"].get("conditions", []):
        if one["type"] == "PodScheduled" and one["status"] == "False":
            if one.get("reason") == "SchedulingGated":
                return "Its pod waits in a queue of the cluster."
            return _why_unplaced(pod, " ".join(str(one.get("message", "")).split()))
    return ""


def _why_unplaced(pod: Json, message: str) -> str:
    """Turn the scheduler's words into ours."""
    told = re.sub(r"\s*preemption:.*", "", message)
    lacking = dict.fromkeys(_LACKING.findall(told))
    if lacking:
        where = "the machine that has its home has not" if _ELSEWHERE in told else "no machine has"
        return f"It waits for {_needs(pod, list(lacking))}: {where} that free now."
    cause = next((words for sign, words in _CAUSES if sign in told), None)
    if cause:
        return f"It waits: {cause}."
    return f"No machine can take it now: {sentence(re.sub(r'^0/([0-9]+) nodes are available: ', '', told))}"


def _needs(pod: Json, lacking: list[str]) -> str:
    """Say how much a pod asks for of what is lacking."""
    asked = pod_requests(pod)
    return " and ".join(resource_in_words(one, asked.get(one, 0.0)) for one in lacking)


def container_state(pod: Json) -> Json:
    """Give the state of the container of a pod that is a run or a server; empty where it has none yet."""
    state = own_container(pod["status"].get("containerStatuses") or []).get("state") or {}
    return {name: value for name, value in state.items() if value is not None}


def own_container(containers: Iterable[Json]) -> Json:
    """Find the run or the server among a pod's containers, or among their states; empty where it is not there."""
    return next((one for one in containers if one.get("name") in OUR_CONTAINERS), {})


def sentence(text: str | None) -> str:
    """Give text as one sentence."""
    said = " ".join(str(text or "no more is said").split())
    return said if said.endswith(".") else f"{said}."
