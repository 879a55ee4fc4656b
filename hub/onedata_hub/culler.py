"""Stop servers that nobody uses, or that have run as long as they may, after asking whether they are in use.

The hub knows when a server last did something, not whether a kernel computes in silence, a GPU works for a
terminal, or a job of the user runs. So the server is asked for its kernels and GPUs and the studio for running
jobs; where either does not answer, the server stays. One over its hours is stopped between two computations, and
after a while more even so.

jupyterhub-idle-culler is not used: it stops one server after another, whatever its ``concurrency`` says, and the hub
lets each stop take up to ten seconds. A thousand servers can take hours.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import httpx

from onedata_hub.launch.parent import exit_with_parent
from onedata_hub.limits import SERVER_LIMITS, Limits

_IDLE_STATES = frozenset({"idle", "dead"})
_STARTING_STATES = frozenset({"starting", "restarting", "autorestarting"})
_ASK_SECONDS = 10.0
_STOP_SECONDS = 60.0  # the hub answers after its `slow_stop_timeout` of ten, and goes on stopping
_AT_ONCE = 10
_PAGE = 200
_MISSING, _STILL_STOPPING = 404, 202
_LONGEST_ROUND_SECONDS = 60
_HOUR_SECONDS = 3600.0
log = logging.getLogger("onedata.culler")


class ServerCheck:
    """Asks hub, server and studio whether a server is to be stopped.

    Args:
        http: A client of the platform's address, with the culler's token.
        hub: The address of the hub's REST API.
        idle_seconds: After how long without activity a server may be stopped; 0 never stops one.
        limits: How long people's servers may run.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        hub: str = "/hub/api",
        *,
        idle_seconds: float,
        limits: Limits | None = None,
    ) -> None:
        self._http = http
        self._hub = hub
        self._idle_seconds = idle_seconds
        self._limits = limits or Limits()

    async def is_to_be_stopped(self, server: dict[str, Any]) -> bool:
        """Say whether a server, in the hub's model of it, is idle or over its hours."""
        return await self.is_over_its_hours(server) or await self.is_idle(server)

    async def is_over_its_hours(self, server: dict[str, Any]) -> bool:
        """Say whether a server has run as long as its user's groups may have one, and is not computing.

        A computation gets as long again, and an hour at most. Where the server does not tell, it gets that too;
        where the hub does not tell the groups, the server stays.
        """
        seconds = _seconds_since(server["started"])
        shortest = self._limits.shortest_hours()
        if shortest is None or seconds < shortest * _HOUR_SECONDS:
            return False
        try:
            owner = await self._get(f"{self._hub}/users/{quote(user_of(server), safe='')}")
        except (httpx.HTTPError, ValueError) as error:
            log.warning("%s stays: the hub does not tell whose it is (%r)", server["url"], error)
            return False
        hours = self._limits.of(owner.get("groups", ())).hours
        if hours is None or seconds < hours * _HOUR_SECONDS:
            return False
        is_over = seconds >= hours * _HOUR_SECONDS + longest_grace(hours) or not await self._computes(server)
        if is_over:
            log.info("%s has run for %.2f h; its user's groups have %g", server["url"], seconds / 3600, hours)
        return is_over

    async def _computes(self, server: dict[str, Any]) -> bool:
        try:
            kernels = await self._get(f"{server['url']}api/kernels")
            return any(kernel["execution_state"] not in _IDLE_STATES for kernel in kernels)
        except (httpx.HTTPError, ValueError, KeyError):
            return True  # what it does is not known

    async def is_idle(self, server: dict[str, Any]) -> bool:
        """Say whether nothing at all speaks against stopping a server."""
        limit = self._idle_seconds
        if not limit or _inactive_seconds(server) < limit:
            return False
        try:
            return not (await self._is_in_use(server, limit) or await self._has_running_job(server))
        except (httpx.HTTPError, ValueError, KeyError) as error:
            log.warning("%s stays: it cannot be asked whether it is in use (%r)", server["url"], error)
            return False

    async def _is_in_use(self, server: dict[str, Any], limit: float) -> bool:
        status = await self._get(f"{server['url']}api/status")
        if _seconds_since(status["last_activity"]) < limit:
            return True  # the hub hears of activity with a delay
        kernels = await self._get(f"{server['url']}api/kernels")
        return any(_is_busy(kernel, limit) for kernel in kernels) or await self._has_working_gpu(server)

    async def _has_working_gpu(self, server: dict[str, Any]) -> bool:
        """Ask a server to look at its GPUs; one without our extension (an image of the site's own) cannot."""
        response = await self._http.get(f"{server['url']}onedata/local/gpus")
        if response.status_code == _MISSING:
            return False
        response.raise_for_status()
        return bool(response.json()["working"])

    async def _has_running_job(self, server: dict[str, Any]) -> bool:
        answer = await self._get("/services/studio/api/v1/running-users")
        return user_of(server) in answer["users"]

    async def _get(self, path: str) -> Any:
        response = await self._http.get(path)
        response.raise_for_status()
        return response.json()


class Rounds:
    """Goes through the servers that run, several at a time.

    Args:
        http: A client with the culler's token.
        hub: The address of the hub's REST API.
        check: Says of a server whether it is to be stopped.
    """

    def __init__(self, http: httpx.AsyncClient, hub: str, check: ServerCheck) -> None:
        self._http = http
        self._hub = hub
        self._check = check

    async def go(self) -> None:
        """Look at every server once, and stop those that are to be stopped.

        Raises:
            httpx.HTTPError: If the hub does not tell what runs.
        """
        turns = asyncio.Semaphore(_AT_ONCE)

        async def look(user: str, server: dict[str, Any]) -> None:
            async with turns:
                try:
                    await self._look_at(user, server)
                except Exception as error:  # what is odd about one server keeps no other running
                    log.warning("%s could not be stopped: %r", server["url"], error)

        found = [one async for one in self._running()]
        await asyncio.gather(*(look(user, server) for user, server in found))

    async def _running(self) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Give each user's servers that are ready and neither start nor stop, page by page."""
        accept = {"Accept": "application/jupyterhub-pagination+json"}
        offset: int | None = 0
        while offset is not None:
            query: dict[str, str | int] = {"state": "ready", "offset": offset, "limit": _PAGE}
            answer = await self._http.get(f"{self._hub}/users", params=query, headers=accept)
            page = answer.raise_for_status().json()
            for user in page["items"]:
                for server in user["servers"].values():
                    if server["ready"] and not server["pending"]:
                        yield user["name"], server
            following = page["_pagination"]["next"]
            offset = following["offset"] if following else None

    async def _look_at(self, user: str, server: dict[str, Any]) -> None:
        if not await self._check.is_to_be_stopped(server):
            return
        name = server["name"]
        shown = f"{user}/{name}" if name else user
        log.info("Culling server %s (inactive for %.0f s)", shown, _inactive_seconds(server))
        path = f"servers/{quote(name, safe='')}" if name else "server"
        url = f"{self._hub}/users/{quote(user, safe='')}/{path}"
        answer = await self._http.delete(url, timeout=_STOP_SECONDS)
        if answer.status_code == _STILL_STOPPING:
            log.warning("The server %s takes long to stop", shown)
        elif answer.status_code != _MISSING:  # its user may have been quicker
            answer.raise_for_status()


def _is_busy(kernel: dict[str, Any], limit: float) -> bool:
    """Say whether a kernel computes, or starts and has not been at it for longer than people stay away."""
    state = kernel["execution_state"]
    if state in _STARTING_STATES:
        return _seconds_since(kernel["last_activity"]) < limit
    return state not in _IDLE_STATES


def longest_grace(hours: float) -> float:
    """Give the seconds that a computation may go on once its server is over its hours."""
    return min(hours, 1.0) * _HOUR_SECONDS


def _inactive_seconds(server: dict[str, Any]) -> float:
    """Give the seconds since the hub last heard of activity; of one that was never used, since its start."""
    return _seconds_since(server["last_activity"] or server["started"])


def _seconds_since(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


def user_of(server: dict[str, Any]) -> str:
    """Read a server's user from its URL: ``/user/<name>/`` or ``/user/<name>/<server>/``."""
    parts = urlsplit(server["url"]).path.split("/")
    return unquote(parts[parts.index("user") + 1])


def main() -> None:
    """Run the culler with what the hub put into the environment."""
    exit_with_parent()
    logging.basicConfig(level=logging.INFO, format="[%(levelname)1.1s %(asctime)s culler] %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    http = httpx.AsyncClient(
        base_url=os.environ["ONEDATA_PUBLIC_URL"],
        headers={"Authorization": f"token {os.environ['JUPYTERHUB_API_TOKEN']}"},
        timeout=_ASK_SECONDS,
    )
    hub = os.environ["JUPYTERHUB_API_URL"].rstrip("/")
    limits = Limits.model_validate_json(os.environ.get(SERVER_LIMITS) or "{}")
    timeout = int(os.environ["ONEDATA_IDLE_TIMEOUT_SECONDS"])
    rounds = Rounds(http, hub, ServerCheck(http, hub, idle_seconds=timeout, limits=limits))
    asyncio.run(_go_on(rounds, _round_seconds(timeout, limits)))


async def _go_on(rounds: Rounds, every_seconds: float) -> None:
    """Go round after round until the process ends; what goes wrong in one is not the end of all."""
    while True:
        await asyncio.sleep(every_seconds)
        try:
            await rounds.go()
        except Exception:  # no fault of one round is to leave servers running for ever
            log.exception("A round ended early; the next comes in %.0f s", every_seconds)


def _round_seconds(timeout: int, limits: Limits) -> int:
    """Give how often to look: twice in the shortest time after which a server is stopped, and each minute at least."""
    hours = limits.shortest_hours()
    times = [timeout] if timeout else []
    times += [int(hours * _HOUR_SECONDS)] if hours else []
    return max(1, min([time // 2 for time in times] + [_LONGEST_ROUND_SECONDS]))


if __name__ == "__main__":
    main()
