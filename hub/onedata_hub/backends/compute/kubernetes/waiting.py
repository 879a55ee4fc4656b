"""Why a pod does not run yet, in words for people: of a server, of a run and of a served model alike.

Whoever asks names the container that the pod is there for. A cluster may put others beside it, before or after,
and the kubelet lists the states of all by their names.

Source: Kubernetes API reference, PodStatus; the scheduler's plugins, whose words for a node these are.
"""

import re
from collections.abc import Iterable
from typing import Any

from onedata_hub.amounts import resource_in_words
from onedata_hub.backends.compute.kubernetes.quantities import pod_requests

Json = dict[str, Any]

_IMAGE_FAULTS = (
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "ImageInspectError",
)
_ON_ITS_WAY = ("ContainerCreating", "PodInitializing")
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


def why_waiting(pod: Json, container: str) -> str:
    """Say why a pod that has not ended does not run yet; empty if nothing tells.

    Args:
        pod: As the API server gives it, or the view.
        container: The name of the one that the pod is there for.
    """
    waiting = container_state(pod, container).get("waiting", {})
    reason = waiting.get("reason", "")
    if reason in _IMAGE_FAULTS:
        image = named(pod["spec"]["containers"], container).get("image", "")
        return f"The image '{image}' cannot be had ({reason}): {sentence(waiting.get('message'))}"
    if reason and reason not in _ON_ITS_WAY:
        return f"Its container cannot be started ({reason}): {sentence(waiting.get('message'))}"
    if said := _why_not_prepared(pod):
        return said
    for one in pod["status"].get("conditions", []):
        if one["type"] == "PodScheduled" and one["status"] == "False":
            if one.get("reason") == "SchedulingGated":
                return "Its pod waits in a queue of the cluster."
            return _why_unplaced(pod, " ".join(str(one.get("message", "")).split()))
    return ""


def _why_not_prepared(pod: Json) -> str:
    """Say which init container keeps the others from their start, and by what; empty where none does."""
    for one in pod["status"].get("initContainerStatuses") or []:
        waiting = (one.get("state") or {}).get("waiting") or {}
        if (reason := waiting.get("reason") or _ON_ITS_WAY[0]) not in _ON_ITS_WAY:
            said = sentence(waiting.get("message"))
            return f"Its init container '{one['name']}' cannot be started ({reason}): {said}"
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


def container_state(pod: Json, container: str) -> Json:
    """Give the state of a pod's container; empty where it has none yet."""
    state = named(pod["status"].get("containerStatuses") or [], container).get("state") or {}
    return {name: value for name, value in state.items() if value is not None}


def named(containers: Iterable[Json], name: str) -> Json:
    """Find one among a pod's containers, or among their states; empty where it is not there."""
    return next((one for one in containers if one.get("name") == name), {})


def sentence(text: str | None) -> str:
    """Give text as one sentence."""
    said = " ".join(str(text or "").split()) or "no more is said"
    return said if said.endswith(".") else f"{said}."
