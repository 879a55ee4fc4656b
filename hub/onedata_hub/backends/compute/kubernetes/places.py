"""Runs of workspaces that have a namespace of their own, each in it, beside all others in the studio's.

There is one adapter for each namespace, with watches of its own: so the studio needs rights in these namespaces, and
none in the whole cluster. An attempt is looked for where its Job is, wherever its workspace's runs start by now.
"""

import asyncio
from collections.abc import Mapping

from onedata_hub.backends.compute.base import LOG_CHUNK_BYTES, ComputeBackend, ComputeState, StartRequest
from onedata_hub.backends.compute.kubernetes.adapter import KubernetesCompute

_REMEMBERED = 1_000


class KubernetesPlaces(ComputeBackend):
    """Runs attempts as Jobs of the namespace of their workspace.

    Args:
        own: For workspaces that have no namespace.
        others: For those that have one, by the workspace's name.
    """

    keeps_spools = False

    def __init__(self, own: KubernetesCompute, others: Mapping[str, KubernetesCompute]) -> None:
        self._own = own
        self._others = dict(others)
        self._all = [own, *self._others.values()]
        self._last: dict[str, KubernetesCompute] = {}

    async def prepare(self) -> None:
        """Begin to watch every namespace; one that cannot be seen yet keeps no other waiting."""
        await asyncio.gather(*(one.prepare() for one in self._all))

    async def close(self) -> None:
        """Let go of the connections. Runs go on."""
        await asyncio.gather(*(one.close() for one in self._all))

    async def start(self, request: StartRequest) -> str:
        """Start an attempt in its workspace's namespace, or again where it is."""
        usual = self._others.get(request.spec.workspace, self._own)
        return await (self._seen(request.reference) or usual).start(request)

    async def state(self, reference: str) -> ComputeState:
        """Say where an attempt's runner is."""
        return await (await self._place(reference)).state(reference)

    async def why(self, reference: str, *, told_to_end: bool = False) -> str:
        """Say why an attempt's runner does not run, or what else is wrong with its pod."""
        return await (await self._place(reference)).why(reference, told_to_end=told_to_end)

    async def cancel(self, reference: str) -> None:
        """End an attempt's Job."""
        await (await self._place(reference)).cancel(reference)

    async def log(self, reference: str, offset: int, limit: int = LOG_CHUNK_BYTES) -> bytes:
        """Read a part of an attempt's log, from its pod."""
        return await (await self._place(reference)).log(reference, offset, limit)

    async def list_all(self) -> dict[str, ComputeState]:
        """List every attempt whose Job is there, in whatever namespace."""
        found = await asyncio.gather(*(one.list_all() for one in self._all))
        return {reference: state for each in found for reference, state in each.items()}

    async def remove(self, reference: str) -> None:
        """Delete an attempt's Job."""
        await (await self._place(reference)).remove(reference)
        self._last.pop(reference, None)

    def _seen(self, reference: str) -> KubernetesCompute | None:
        """Give the place whose watches have an attempt's Job."""
        return next((one for one in self._all if one.sees(reference)), None)

    async def _place(self, reference: str) -> KubernetesCompute:
        """Find where an attempt's Job is; where it is nowhere, any place says the same of it.

        Raises:
            ComputeError: If a namespace does not tell, and no other has it.
        """
        seen = self._seen(reference)
        if seen is not None:
            return seen
        last = self._last.get(reference, self._own)
        for place in (last, *(one for one in self._all if one is not last)):
            if await place.knows(reference):
                self._remember(reference, place)
                return place
        return self._own

    def _remember(self, reference: str, place: KubernetesCompute) -> None:
        """Keep where to look first the next time, of those that were asked for last."""
        self._last.pop(reference, None)
        self._last[reference] = place
        while len(self._last) > _REMEMBERED:
            del self._last[next(iter(self._last))]
