"""What a cluster's machines have and what of it is free, for pods of one kind: read now and then, kept for seconds.

Only what the scheduler goes by is counted: what a node offers less what its pods ask for, not what they use.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from onedata_hub.amounts import count_gpus_in_words, counted, is_gpu, resource_in_words
from onedata_hub.backends.compute.kubernetes.quantities import pod_requests, quantity

Json = dict[str, Any]
Read = Callable[..., Awaitable[Any]]

_FRESH_SECONDS = 10.0
_ANSWER_SECONDS = 20
_PAGE = 500
_ALIVE = "status.phase!=Succeeded,status.phase!=Failed"
log = logging.getLogger("onedata.capacity")


@dataclass(frozen=True)
class Asked:
    """What a pod asks for, and of which machines.

    Attributes:
        requests: CPUs, bytes and devices by their names.
        selector: Labels that a machine must have.
        tolerations: Taints that do not matter, as Kubernetes writes them.
    """

    requests: Mapping[str, float]
    selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def by(cls, pod: Json) -> "Asked":
        """Read what a pod asks for."""
        spec = pod["spec"]
        return cls(pod_requests(pod), spec.get("nodeSelector") or {}, tuple(spec.get("tolerations") or ()))

    @property
    def gpu_kinds(self) -> dict[str, int]:
        """GPUs by their kinds."""
        return {name: int(count) for name, count in self.requests.items() if count and is_gpu(name)}


@dataclass(frozen=True)
class Node:
    """A machine: what it offers, and what each pod on it asks for."""

    labels: Mapping[str, str]
    taints: tuple[Mapping[str, Any], ...]
    offers: Mapping[str, float]
    pods: tuple[Mapping[str, float], ...] = ()

    def free(self, name: str) -> float:
        """Give how much of something is left; a pod takes one of the places for pods."""
        taken = len(self.pods) if name == "pods" else sum(pod.get(name, 0.0) for pod in self.pods)
        return max(0.0, self.offers.get(name, 0.0) - taken)

    def is_for(self, asked: Asked) -> bool:
        """Say whether a pod may go there, room or not. Affinities are not looked at."""
        labelled = all(self.labels.get(name) == value for name, value in asked.selector.items())
        return labelled and all(_is_tolerated(taint, asked.tolerations) for taint in self.taints)

    def has_room(self, asked: Asked) -> bool:
        """Say whether a pod fits now."""
        fits = all(self.free(name) >= amount for name, amount in asked.requests.items() if amount)
        return fits and self.free("pods") >= 1

    def is_large_enough(self, asked: Asked) -> bool:
        """Say whether a pod would fit if nothing else was there."""
        return all(self.offers.get(name, 0.0) >= amount for name, amount in asked.requests.items())


@dataclass(frozen=True)
class Capacity:
    """A cluster's machines, and what waits for a place.

    Attributes:
        waiting: What each pod without a place asks for, by its namespace and name.
    """

    nodes: tuple[Node, ...]
    waiting: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, nodes: list[Json], pods: list[Json]) -> "Capacity":
        """Read the API server's lists of nodes and of pods that have not ended."""
        placed: dict[str, list[dict[str, float]]] = {}
        waiting = {}
        for pod in pods:
            on = pod["spec"].get("nodeName")
            if on:
                placed.setdefault(on, []).append(pod_requests(pod))
            else:
                waiting[f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"] = pod_requests(pod)
        return cls(tuple(_node(one, placed.get(one["metadata"]["name"], [])) for one in nodes), waiting)

    def words(self, asked: Asked, *, apart_from: str = "") -> list[str]:
        """Say what is free for such a pod, what it would have to wait for, or that it never fits.

        Args:
            asked: What the pod asks for.
            apart_from: The pod itself, by namespace and name, where it waits already.
        """
        nodes = [node for node in self.nodes if node.is_for(asked)]
        if not nodes:
            return ["No machine of the cluster is of this kind now."]
        if not any(node.is_large_enough(asked) for node in nodes):
            return [_too_large(nodes, asked)]
        if asked.gpu_kinds:
            return [self._gpu_words(nodes, asked, kind, apart_from) for kind in asked.gpu_kinds]
        if not any(node.has_room(asked) for node in nodes):
            return ["The cluster is full now: no machine has room for a server of this size."]
        return []

    def _gpu_words(self, nodes: list[Node], asked: Asked, kind: str, apart_from: str) -> str:
        free = int(sum(node.free(kind) for node in nodes))
        total = int(sum(node.offers.get(kind, 0.0) for node in nodes))
        users = sum(1 for node in nodes for pod in node.pods if pod.get(kind))
        before = sum(1 for name, pod in self.waiting.items() if name != apart_from and pod.get(kind))
        queue = f", and {counted(before, 'other waits', 'others wait')} for one" if before else ""
        every = count_gpus_in_words(kind, total)
        if free:
            # They may be on several machines, or where there is no memory left.
            has_room = any(node.has_room(asked) for node in nodes)
            but = "" if has_room else ", but no machine has room for a server of this size"
            return f"{free} of {every} free now{but}{queue}."
        return f"{every} in all, in use by {counted(users, 'server or run', 'servers or runs')}{queue}."


def _node(node: Json, pods: list[dict[str, float]]) -> Node:
    status, spec = node["status"], node["spec"]
    taints = [one for one in spec.get("taints") or () if one.get("effect") != "PreferNoSchedule"]
    offers = {name: quantity(amount) for name, amount in (status.get("allocatable") or {}).items()}
    return Node(node["metadata"].get("labels") or {}, tuple(taints), offers, tuple(pods))


def _is_tolerated(taint: Mapping[str, Any], tolerations: tuple[Mapping[str, Any], ...]) -> bool:
    """Say whether a taint does not matter. A machine that is not ready, or being emptied, has one too.

    Source: Kubernetes, "Taints and Tolerations".
    """
    for one in tolerations:
        of_key = one.get("key") in (None, "", taint["key"])
        of_effect = one.get("effect") in (None, "", taint.get("effect"))
        is_equal = one.get("operator", "Equal") == "Exists" or one.get("value", "") == taint.get("value", "")
        if of_key and of_effect and is_equal:
            return True
    return False


def _too_large(nodes: list[Node], asked: Asked) -> str:
    """Say which of what is asked for no machine has, or that none has all of it together."""
    for name, amount in asked.requests.items():
        largest = max(node.offers.get(name, 0.0) for node in nodes)
        if largest < amount:
            has = f"the largest has {resource_in_words(name, largest)}" if largest else "none has any"
            return f"No machine of the cluster has {resource_in_words(name, amount)}: {has}."
    return "No machine of the cluster has all of that together."


class CapacityReader:
    """Reads a cluster's capacity for all who ask within seconds of one another."""

    def __init__(self, fresh_seconds: float = _FRESH_SECONDS) -> None:
        self._fresh_seconds = fresh_seconds
        self._lock = asyncio.Lock()
        self._read_at = float("-inf")
        self._capacity: Capacity | None = None

    async def read(self, api: Any) -> Capacity | None:
        """Give the capacity; None, and a line in the log, where the cluster does not tell.

        Args:
            api: The client library's ``CoreV1Api``.
        """
        async with self._lock:
            if time.monotonic() - self._read_at >= self._fresh_seconds:
                self._capacity = await self._ask(api)
                self._read_at = time.monotonic()
            return self._capacity

    @staticmethod
    async def _ask(api: Any) -> Capacity | None:
        try:
            nodes = await _listed(api.list_node)
            pods = await _listed(api.list_pod_for_all_namespaces, field_selector=_ALIVE)
            return Capacity.of(nodes, pods)
        except Exception as error:  # the spawn page and a start go on without; whatever is wrong is logged
            log.warning("What is free in the cluster is not known: %s", error)
            return None


async def _listed(read: Read, **query: Any) -> list[Json]:
    """Read a whole list as plain JSON: the library's models cost more to fill than all the rest."""
    items: list[Json] = []
    more: dict[str, str] = {}
    while True:
        answer = await read(
            limit=_PAGE, _preload_content=False, _request_timeout=_ANSWER_SECONDS, **query, **more
        )
        page = json.loads(await answer.read())
        if answer.status >= 400:
            raise PermissionError(page.get("message", answer.status))
        items += page["items"]
        token = page["metadata"].get("continue")
        if not token:
            return items
        more = {"_continue": token}
