"""Long-running work behind the unchanged port: a Deployment and its Service, as a model that is served will be."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from onedata_hub.backends.compute import ComputePort, ComputeState, StillRunning, UnknownReference
from onedata_hub.backends.compute.base import LOG_CHUNK_BYTES
from onedata_hub.backends.compute.kubernetes.cluster import Cluster, Refused
from onedata_hub.backends.compute.kubernetes.waiting import container_state, why_waiting

Json = dict[str, Any]

_DEPLOYMENTS, _SERVICES, _PODS = "apps/v1:deployments", "v1:services", "v1:pods"
_LABEL, _CONTAINER = "onedata/served", "served"
_MISSING, _CONFLICT = 404, 409


@dataclass(frozen=True)
class Served:
    """A program that answers over HTTP until it is told to end."""

    reference: str
    command: list[str]
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    profile: Mapping[str, Any] = field(default_factory=dict)


class Deployments(ComputePort[Served]):
    """Keeps each served program as a Deployment and a Service, named after its reference."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def start(self, request: Served) -> str:
        """Make both, unless they are there."""
        for path, wanted in ((_DEPLOYMENTS, _deployment(request)), (_SERVICES, _service(request))):
            try:
                await self._cluster.create(path, wanted)
            except Refused as error:
                if error.status != _CONFLICT:
                    raise
        return request.reference

    async def state(self, reference: str) -> ComputeState:
        """Say where it is."""
        return (await self.list_all()).get(reference, ComputeState.gone)

    async def why(self, reference: str, *, told_to_end: bool = False) -> str:
        """Say why it does not answer."""
        return next(
            (said for pod in await self._pods(reference) if (said := why_waiting(pod, _CONTAINER))), ""
        )

    async def cancel(self, reference: str) -> None:
        """Have no pod of it, and no new one."""
        await self._cluster.patch(f"{_DEPLOYMENTS}/{reference}", {"spec": {"replicas": 0}})

    async def log(self, reference: str, offset: int, limit: int = LOG_CHUNK_BYTES) -> bytes:
        """Read what its pod has written."""
        pods = await self._pods(reference)
        if not pods:
            raise UnknownReference(f"Nothing is kept of '{reference}'.")
        path = f"{_PODS}/{pods[0]['metadata']['name']}/log"
        async with self._cluster.stream(path, 10.0) as content:
            written: bytes = await content.read()
        return written[offset : offset + limit]

    async def list_all(self) -> dict[str, ComputeState]:
        """List what is kept."""
        found = (await self._cluster.list(_DEPLOYMENTS, labelSelector=_LABEL))["items"]
        names = [one["metadata"]["name"] for one in found]
        pods = await asyncio.gather(*(self._pods(name) for name in names))
        return {
            name: _state(deployment, of_it)
            for name, deployment, of_it in zip(names, found, pods, strict=True)
        }

    async def remove(self, reference: str) -> None:
        """Delete both."""
        if await self.state(reference) != ComputeState.gone:
            raise StillRunning(f"'{reference}' still runs; cancel it first.")
        for path in (_DEPLOYMENTS, _SERVICES):
            try:
                await self._cluster.delete(f"{path}/{reference}", {"propagationPolicy": "Background"})
            except Refused as error:
                if error.status != _MISSING:
                    raise

    async def _pods(self, reference: str) -> list[Json]:
        found = await self._cluster.list(_PODS, labelSelector=f"{_LABEL}={reference}")
        return list(found["items"])


def _state(deployment: Json, pods: list[Json]) -> ComputeState:
    if any("running" in container_state(pod, _CONTAINER) for pod in pods):
        return ComputeState.running
    return ComputeState.starting if deployment["spec"]["replicas"] else ComputeState.gone


def _deployment(request: Served) -> Json:
    labels = {_LABEL: request.reference}
    container = {
        "name": _CONTAINER,
        "image": request.profile["image"],
        "imagePullPolicy": "IfNotPresent",
        "command": request.command,
        "env": [{"name": name, "value": value} for name, value in request.environment.items()],
        "ports": [{"containerPort": request.port}],
    }
    pod = {"terminationGracePeriodSeconds": 1, "containers": [container]}
    template = {"metadata": {"labels": labels}, "spec": pod}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": request.reference, "labels": labels},
        "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
    }


def _service(request: Served) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": request.reference, "labels": {_LABEL: request.reference}},
        "spec": {"selector": {_LABEL: request.reference}, "ports": [{"port": request.port}]},
    }
