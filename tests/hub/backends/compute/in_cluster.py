"""The Kubernetes backend in a namespace of a real cluster, and what tests do to its pods."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from onedata_hub.backends.compute.kubernetes import KubernetesCompute, PodSettings
from onedata_hub.backends.compute.kubernetes.cluster import Cluster as ApiServer
from onedata_hub.backends.compute.kubernetes.view import View

from tests.cluster.client import HOST_VARIABLE, Cluster, skip_without
from tests.cluster.images import IMAGES_VARIABLE, project_image
from tests.cluster.quotas import allow_at_most

_VIEW_SECONDS = 15.0


def studio_host() -> str:
    """Give the address of this machine that pods reach; skip where nobody told."""
    cluster = Cluster.find()
    skip_without(cluster, HOST_VARIABLE)
    return cluster.host_address


def pod_settings() -> PodSettings:
    """Give what every run's pod has; skip where nobody told where the images are."""
    cluster = Cluster.find()
    skip_without(cluster, IMAGES_VARIABLE)
    return PodSettings({"image": project_image("notebook"), "image_pull_policy": cluster.pull_policy})


@dataclass(frozen=True)
class InCluster:
    """A namespace, and the backend in it."""

    cluster: Cluster
    namespace: str

    @classmethod
    def of(cls, request: pytest.FixtureRequest) -> "InCluster":
        return cls(request.getfixturevalue("cluster"), request.getfixturevalue("namespace"))

    def adapter(self, *, server: str = "", ttl_seconds: int = 86_400, **values: Any) -> KubernetesCompute:
        """Make the adapter; ``server`` is another way to the API server, ``values`` are the pods'."""
        settings = PodSettings({**pod_settings().values, **values})
        return KubernetesCompute(self._api_server(server), settings, ttl_seconds)

    def _api_server(self, server: str) -> ApiServer:
        return ApiServer(self.namespace, kubeconfig=self.cluster.kubeconfig, server=server)

    @contextlib.asynccontextmanager
    async def view(self, *, server: str = "", **intervals: int) -> AsyncIterator[View]:
        """Watch Jobs and pods for a while; ``intervals`` are the watches'."""
        api_server = self._api_server(server)
        view = View(api_server, **intervals)
        await view.start(_VIEW_SECONDS)
        try:
            yield view
        finally:
            await view.stop()
            await api_server.close()

    @contextlib.asynccontextmanager
    async def backend(
        self, *, server: str = "", watching: bool = True, **values: Any
    ) -> AsyncIterator[KubernetesCompute]:
        """Give the adapter for a while, with its watches or without."""
        backend = self.adapter(server=server, **values)
        if watching:
            await backend.prepare()
        try:
            yield backend
        finally:
            await backend.close()

    async def kubectl(self, *arguments: str, text: str | None = None) -> str:
        """Call kubectl in the namespace, beside the loop."""
        return await asyncio.to_thread(
            self.cluster.kubectl, f"--namespace={self.namespace}", *arguments, text=text
        )

    async def pod(self) -> str:
        """Name the one pod."""
        return (await self.kubectl("get", "pods", "--output=name")).strip()

    async def apply(self, *objects: dict[str, Any]) -> None:
        await asyncio.to_thread(lambda: self.cluster.apply(*objects, namespace=self.namespace))

    async def allow_at_most(self, **hard: str) -> None:
        """Have a quota by the name of ``none`` that refuses already what is over it."""
        await asyncio.to_thread(allow_at_most, self.cluster, self.namespace, "none", hard)


class Link:
    """A way to the API server that a test can cut: bytes go through unread, encrypted as they are.

    Args:
        host: The API server's address.
        port: And its port.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._server: asyncio.Server | None = None
        self._port = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._mute: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._port}"

    async def come(self) -> None:
        """Let connections through."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def go(self) -> None:
        """Refuse new connections, and cut those that are open."""
        assert self._server is not None, "it came before"
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """Cut the open connections; new ones go through."""
        for task in self._tasks:
            task.cancel()

    def fall_silent(self) -> None:
        """Swallow all that the open connections carry, and leave them open; new ones carry it through."""
        self._mute |= self._tasks

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "a connection has its task"
        self._tasks.add(task)
        try:
            there, back = await asyncio.open_connection(*self._target)
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(_copy(reader, back, lambda: task in self._mute))
                    both.create_task(_copy(there, writer, lambda: task in self._mute))
            finally:
                back.transport.abort()
        except (OSError, asyncio.CancelledError, ExceptionGroup):
            pass
        finally:
            self._tasks.discard(task)
            self._mute.discard(task)
            writer.transport.abort()


async def _copy(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_mute: Callable[[], bool]
) -> None:
    while data := await reader.read(65_536):
        if not is_mute():
            writer.write(data)
            await writer.drain()
    raise ConnectionError("one side is done")
