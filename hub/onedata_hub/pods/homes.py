"""Homes on volumes of Kubernetes: what keeps a person's server and runs on the node that holds their home.

A volume that is ReadWriteOnce is mounted by one node at a time. A pod that lands on another waits there, for the
volume and without a word that people understand. So each pod says by a label whose home it has, and asks
for a node where the others with that home are: where none is, any node will do, for it is the first one itself.
"""

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from onedata_hub.naming import safe_slug

HOME_LABEL = "onedata/home"
_HOSTNAME = "kubernetes.io/hostname"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_LONGEST_LABEL = 63


def is_of_one_node(access_modes: Iterable[str]) -> bool:
    """Say whether a volume with these access modes is mounted by one node at a time."""
    return "ReadWriteMany" not in access_modes


def home_label(claim: str) -> str:
    """Give the label's value for a claim."""
    return claim if len(claim) <= _LONGEST_LABEL else safe_slug(claim, longest=_LONGEST_LABEL)


def beside_home(claim: str) -> dict[str, Any]:
    """Make the term of a pod's affinity that brings it to the others with the same home."""
    return {
        "labelSelector": {"matchLabels": {HOME_LABEL: home_label(claim)}},
        "topologyKey": _HOSTNAME,
    }


def with_pods_beside_homes(hook: Callable[[Any, Any], Any] | None) -> Callable[[Any, Any], Any]:
    """Make KubeSpawner's ``modify_pod_hook`` that brings pods to their homes, after the site's own if there is one."""

    async def modify(spawner: Any, pod: Any) -> Any:
        changed = hook(spawner, pod) if hook else pod
        return keep_beside_home(spawner, await changed if inspect.isawaitable(changed) else changed)

    return modify


def keep_beside_home(spawner: Any, pod: Any) -> Any:
    """Bring a server's pod to the node where a run of its user has the home mounted.

    Args:
        spawner: A KubeSpawner.
        pod: The pod that it is about to make, as the client library has it; it is changed.
    """
    if not (spawner.storage_pvc_ensure and is_of_one_node(spawner.storage_access_modes)):
        return pod
    pod.metadata.labels = {**(pod.metadata.labels or {}), HOME_LABEL: home_label(spawner.pvc_name)}
    _require(pod.spec, beside_home(spawner.pvc_name))
    return pod


def _require(spec: Any, term: dict[str, Any]) -> None:
    """Add a term to those that a pod's place must fulfil; a part that is not there is made as plain JSON."""
    if spec.affinity is None:
        spec.affinity = {"podAffinity": {_REQUIRED: [term]}}
    elif spec.affinity.pod_affinity is None:
        spec.affinity.pod_affinity = {_REQUIRED: [term]}
    else:
        beside = spec.affinity.pod_affinity
        known = beside.required_during_scheduling_ignored_during_execution or []
        beside.required_during_scheduling_ignored_during_execution = [*known, term]
