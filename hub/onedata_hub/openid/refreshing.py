"""Ask the provider again about those who are in, and decide what its answer, or its silence, means.

A browser whose person the provider does not confirm is sent to log in again. A request with a token (a server, a job's
run) cannot be: it goes on with the groups that were last known, unless the answer was a refusal.
"""

import asyncio
import time
from typing import Any

from jupyterhub.utils import maybe_future
from tornado.httpclient import HTTPClientError
from tornado.log import app_log
from tornado.web import HTTPError

_OFFLINE = "offline_access"


class Refreshing:
    """Refreshes the people of one authenticator; several requests of one person ask the provider once."""

    def __init__(self, authenticator: Any) -> None:
        self._authenticator = authenticator
        self._confirmed: dict[str, float] = {}  # when the provider last confirmed someone
        self._ended: dict[str, float] = {}  # when it last said that a session has ended
        self._asking: dict[str, asyncio.Task[dict[str, Any] | None]] = {}

    def confirm(self, name: str) -> None:
        """Note that the provider has just confirmed someone."""
        self._confirmed[name] = time.monotonic()
        self._ended.pop(name, None)

    async def refresh(self, user: Any, handler: Any) -> bool | dict[str, Any]:
        """Give what JupyterHub's ``refresh_user`` gives: a new model, True to go on, False to log in again.

        Raises:
            HTTPError: 503 if the provider has not answered for longer than ``outage_seconds``.
        """
        age = self._authenticator.auth_refresh_age
        ended = self._ended.get(user.name)
        if ended is not None and not _can_log_in(user, handler) and time.monotonic() - ended < age:
            return _go_on_unconfirmed(user)
        try:
            model = await self._ask(user, handler)
        except (HTTPClientError, OSError) as silent:
            return self._bear_silence(user.name, silent)
        except HTTPError as refused:
            if refused.status_code != 503:
                raise
            return self._bear_silence(user.name, refused)
        if model is None:
            return await self._end_session(user, handler)
        self.confirm(user.name)
        # JupyterHub itself looks at who is allowed when people log in, and not here.
        return dict(model) if await self._authenticator.may_come_in(model) else False

    async def _ask(self, user: Any, handler: Any) -> dict[str, Any] | None:
        task = self._asking.get(user.name)
        if task is None:
            task = asyncio.ensure_future(self._authenticator.ask_provider(user, handler))
            self._asking[user.name] = task
            task.add_done_callback(lambda _: self._asking.pop(user.name, None))
        return await asyncio.shield(task)

    def _bear_silence(self, name: str, silent: Exception) -> bool:
        since = self._confirmed.setdefault(name, time.monotonic())
        if time.monotonic() - since <= self._authenticator.outage_seconds:
            app_log.warning("The identity provider does not answer (%s): %s goes on as known.", silent, name)
            return True
        raise HTTPError(
            503,
            "The identity provider has not answered for longer than outage_seconds, so nobody's groups are known. "
            "An administrator looks whether it runs.",
        ) from silent

    async def _end_session(self, user: Any, handler: Any) -> bool:
        """Decide for someone whose tokens the provider takes no more."""
        if _can_log_in(user, handler):
            return False
        kept = await maybe_future(user.get_auth_state()) or {}
        if not kept or _OFFLINE in kept.get("scope", ()):
            # An offline token outlives the session: refused, its account is disabled or was signed out for good.
            app_log.warning("The identity provider refused %s: their tokens are refused too.", user.name)
            return False
        self._ended[user.name] = time.monotonic()
        app_log.info("The provider's session of %s has ended: servers and runs go on as known.", user.name)
        return _go_on_unconfirmed(user)


def _can_log_in(user: Any, handler: Any) -> bool:
    """Say whether the request is that of the person's own browser."""
    # JupyterHub 5 has not noted the user yet when it refreshes them; another user's request, an admin's, has its own.
    own = handler is not None and getattr(handler, "_jupyterhub_user", user) is user
    return own and not getattr(handler, "_token_authenticated", False)


def _go_on_unconfirmed(user: Any) -> bool:
    """Let this request pass, and keep JupyterHub from taking that for a refresh: the browser's next is asked anew.

    It notes the time as soon as we return, so that is undone in the loop's next turn.
    """
    asyncio.get_running_loop().call_soon(setattr, user, "_auth_refreshed", None)
    return True
