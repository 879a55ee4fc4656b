"""What the status bar says of this server: its profile, its memory, and when the hub would stop it or end its time.

The reckoning is that of the hub's idle culler: the later of what the hub knows (its proxy sees every request) and
what this server knows, and no stop while a kernel is busy. Only a page that nobody looks at lets a server grow
idle, for JupyterLab asks its server something every few seconds while it is on the screen.
"""

import asyncio
import json
import os
import resource
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import authorized
from jupyter_server.utils import url_path_join
from onedata.contract import environment as names
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.web import authenticated

from onedata_lab.gpus import GpusAway, are_gpus_working
from onedata_lab.local import RESOURCE, LocalHandler
from onedata_lab.problems import write_problem

_CGROUP = Path("/sys/fs/cgroup")
_HUB_SECONDS = 5.0
_SETTLED_SECONDS = 5.0
_IDLE_STATES = frozenset({"idle", "dead"})


@dataclass(frozen=True)
class Memory:
    """Memory in bytes, of this server and all that it started.

    ``used_bytes`` is what counts against the limit: with ``per_process``, the largest process.
    """

    used_bytes: int
    total_bytes: int
    processes: int
    limit_bytes: int | None
    per_process: bool


def measure_memory(
    environment: Mapping[str, str] = os.environ,
    cgroup: Path = _CGROUP,
    settled_seconds: float = _SETTLED_SECONDS,
) -> Memory:
    """Measure this server's memory against its limit, whichever way that is set.

    Args:
        environment: Where a hub says what the whole server may use.
        cgroup: Where a container says it.
        settled_seconds: Younger processes are left out: JupyterLab's own helpers come and go as a page loads.
    """
    sizes = [size for process in _processes(settled_seconds) if (size := _sizes(process))]
    total = sum(rss for rss, _ in sizes)
    limit, _ = resource.getrlimit(resource.RLIMIT_DATA)
    if limit != resource.RLIM_INFINITY:
        return Memory(max((data for _, data in sizes), default=0), total, len(sizes), limit, per_process=True)
    said = environment.get("MEM_LIMIT", "") or _read(cgroup / "memory.max")
    whole = int(said) if said.isascii() and said.isdigit() and int(said) > 0 else None
    return Memory(total, total, len(sizes), whole, per_process=False)


def _processes(settled_seconds: float) -> list[psutil.Process]:
    this = psutil.Process()
    latest = time.time() - settled_seconds
    return [this, *(one for one in this.children(recursive=True) if one.create_time() <= latest)]


def _sizes(process: psutil.Process) -> tuple[int, int] | None:
    """Give what is resident, and what RLIMIT_DATA counts where the system tells it."""
    try:
        memory = process.memory_info()
    except psutil.Error:  # it has just ended
        return None
    return memory.rss, getattr(memory, "data", memory.rss)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


@dataclass(frozen=True)
class Known:
    """What the hub knows of this server; None where it does not say."""

    last_activity: datetime | None = None
    started: datetime | None = None


class Hub:
    """The hub, as this server's own token may speak to it; outside of a hub there is none."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self.idle_timeout_seconds = _whole_number(environment.get(names.IDLE_TIMEOUT, ""))
        self.longest_seconds = _whole_number(environment.get(names.SERVER_SECONDS, ""))
        self._activity_url = environment.get("JUPYTERHUB_ACTIVITY_URL", "")
        self._name = environment.get("JUPYTERHUB_SERVER_NAME", "")
        self._token = environment.get(names.TOKEN, "")

    async def known(self) -> "Known":
        """Ask when the hub last saw this server used, and when it began; nothing where there is no hub."""
        if not self._activity_url:
            return Known()
        user = json.loads(await self._ask("GET", self._activity_url.removesuffix("/activity")))
        server = user.get("servers", {}).get(self._name, {})
        return Known(_moment(server.get("last_activity")), _moment(server.get("started")))

    async def note_activity(self) -> None:
        """Tell the hub that this server is used now.

        Raises:
            HTTPClientError: If the hub refuses.
            OSError: If it does not answer.
        """
        now = datetime.now(UTC).isoformat()
        await self._ask("POST", self._activity_url, {"servers": {self._name: {"last_activity": now}}})

    async def _ask(self, method: str, url: str, body: dict[str, Any] | None = None) -> bytes:
        request = HTTPRequest(
            url,
            method,
            headers={"Authorization": f"token {self._token}"},
            body=None if body is None else json.dumps(body),
            request_timeout=_HUB_SECONDS,
        )
        answer = await AsyncHTTPClient().fetch(request)
        return bytes(answer.body)

    def __bool__(self) -> bool:
        return bool(self._activity_url)


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None


def _whole_number(text: str) -> int | None:
    """Read a number of seconds; None for none, and for 0, which stands for never."""
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else None


class ServerHandler(LocalHandler):
    """What this server is, and how it is doing."""

    _track_activity = False  # to look at a server is not to use it

    @authenticated  # type: ignore[untyped-decorator]
    @authorized("read", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Give profile, memory, how long until an idle server stops, and how long until its time is over."""
        await self.give(Hub())

    async def give(self, hub: Hub) -> None:
        """Answer with what this server is."""
        known = await self._known(hub)
        shown = {
            "profile": os.environ.get(names.PROFILE),
            "profile_options": json.loads(os.environ.get(names.PROFILE_OPTIONS) or "{}"),
            "memory": asdict(await asyncio.to_thread(measure_memory)),
            "idle_timeout_seconds": hub.idle_timeout_seconds,
            "stops_in_seconds": await self._stops_in(hub, known),
            "longest_seconds": hub.longest_seconds,
            "ends_in_seconds": _ends_in(hub, known),
        }
        self.finish(json.dumps(shown))

    @staticmethod
    async def _known(hub: Hub) -> Known:
        """Ask the hub where its answer matters; where it is away, what this server knows itself is left."""
        if hub.idle_timeout_seconds is None and hub.longest_seconds is None:
            return Known()
        try:
            return await hub.known()
        except (HTTPClientError, OSError, ValueError):
            return Known()

    async def _stops_in(self, hub: Hub, known: Known) -> float | None:
        """Reckon as the culler does; None where nothing is going to stop this server."""
        if hub.idle_timeout_seconds is None or await self._is_at_work():
            return None
        own: datetime = self.serverapp.web_app.last_activity()
        idle = datetime.now(UTC) - max(own, known.last_activity or own)
        return max(0.0, hub.idle_timeout_seconds - idle.total_seconds())

    async def _is_at_work(self) -> bool:
        if await self._has_busy_kernel():
            return True
        try:
            return await are_gpus_working(looks=1)
        except GpusAway:  # what is not known keeps a server
            return True

    async def _has_busy_kernel(self) -> bool:
        kernels = await ensure_async(self.kernel_manager.list_kernels())
        return any(kernel["execution_state"] not in _IDLE_STATES for kernel in kernels)


def _ends_in(hub: Hub, known: Known) -> float | None:
    """Give the seconds until this server has run as long as it may; None where it may for ever."""
    if hub.longest_seconds is None:
        return None
    began = known.started.timestamp() if known.started else psutil.Process().create_time()
    return max(0.0, began + hub.longest_seconds - time.time())


class KeepHandler(ServerHandler):
    """Keeps an idle server from being stopped, for one more idle time."""

    _track_activity = True  # the culler asks the server too

    @authenticated  # type: ignore[untyped-decorator]
    @authorized("write", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def post(self) -> None:
        """Tell the hub that the server is in use."""
        hub = Hub()
        if not hub:
            write_problem(self, 409, "no_hub", "No hub runs this server, so none is going to stop it.")
            return
        try:
            await hub.note_activity()
        except (HTTPClientError, OSError) as error:
            self.log.warning("The hub took no note of activity: %r", error)
            write_problem(
                self,
                502,
                "unreachable",
                "The hub does not answer. Save your work, and try again in a moment.",
            )
            return
        self.update_api_activity()
        await self.give(hub)


def routes(base_url: str) -> list[tuple[str, type[LocalHandler]]]:
    """Give the handlers."""
    here = url_path_join(base_url, RESOURCE, "local", "server")
    return [(here, ServerHandler), (f"{here}/keep", KeepHandler)]
