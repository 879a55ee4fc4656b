"""Stop servers that nobody uses: jupyterhub-idle-culler, which here asks before it stops one.

The hub knows when a server last did something, not whether a kernel computes in silence or a job of the user
runs. So the server is asked for its kernels and the studio for running jobs; where either does not answer, the
server stays.
"""

import logging
import os
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
from jupyterhub_idle_culler import IdleCuller  # type: ignore[import-untyped]  # it has no type information
from traitlets.config import Config

from onedata_hub.launch.parent import exit_with_parent

_IDLE_STATES = frozenset({"idle", "dead"})
_STARTING_STATES = frozenset({"starting", "restarting", "autorestarting"})
_ASK_SECONDS = 10.0
_LONGEST_ROUND_SECONDS = 60
log = logging.getLogger("onedata.culler")


class ServerCheck:
    """Asks a server and the studio whether a server may be stopped."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def is_idle(
        self, *, inactive: timedelta | None, inactive_limit: float, server: dict[str, Any], **_: Any
    ) -> bool:
        """Answer the culler: True only where nothing at all speaks against stopping the server.

        Args:
            inactive: Time since the hub last heard of activity.
            inactive_limit: Seconds after which a server may be stopped.
            server: The hub's model of the server.
        """
        if inactive is None or inactive.total_seconds() < inactive_limit:
            return False
        try:
            return not (await self._is_in_use(server, inactive_limit) or await self._has_running_job(server))
        except (httpx.HTTPError, ValueError, KeyError) as error:
            log.warning("%s stays: it cannot be asked whether it is in use (%r)", server["url"], error)
            return False

    async def _is_in_use(self, server: dict[str, Any], limit: float) -> bool:
        status = await self._get(f"{server['url']}api/status")
        if _seconds_since(status) < limit:
            return True  # the hub hears of activity with a delay
        kernels = await self._get(f"{server['url']}api/kernels")
        return any(_is_busy(kernel, limit) for kernel in kernels)

    async def _has_running_job(self, server: dict[str, Any]) -> bool:
        answer = await self._get("/services/studio/api/v1/running-users")
        return user_of(server) in answer["users"]

    async def _get(self, path: str) -> Any:
        response = await self._http.get(path)
        response.raise_for_status()
        return response.json()


def _is_busy(kernel: dict[str, Any], limit: float) -> bool:
    """Say whether a kernel computes, or starts and has not been at it for longer than people stay away."""
    state = kernel["execution_state"]
    return state not in _IDLE_STATES and (state not in _STARTING_STATES or _seconds_since(kernel) < limit)


def _seconds_since(model: dict[str, Any]) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(model["last_activity"])).total_seconds()


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
    check = ServerCheck(http)

    async def ask(
        **facts: Any,
    ) -> bool:  # a function: traitlets copies its values deeply, connections and all
        return await check.is_idle(**facts)

    timeout = int(os.environ["ONEDATA_IDLE_TIMEOUT_SECONDS"])
    config = Config()
    config.IdleCuller.timeout = timeout
    config.IdleCuller.cull_every = max(1, min(timeout // 2, _LONGEST_ROUND_SECONDS))
    config.IdleCuller.cull_arbiter_hook = ask
    config.IdleCuller.config_file = ""
    IdleCuller.launch_instance(argv=[], config=config)


if __name__ == "__main__":
    main()
