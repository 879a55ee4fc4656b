"""Ask JupyterHub who holds a token, and for tokens of its users."""

import asyncio
import hashlib
import time
from typing import Any
from urllib.parse import quote

import httpx

from onedata_hub.identity.caller import Caller

_MOST_CACHED = 10_000
_MISSING = 404


class HubUnreachable(Exception):
    """The hub did not answer, or answered with a fault of its own."""


class UnknownUser(Exception):
    """The hub has no user of that name, perhaps no more."""


class HubIdentity:
    """The hub's REST API, as far as identity needs it.

    Answers are kept for ``cache_seconds``: that is how long a revoked token may still work.
    Several requests with one unknown token ask the hub once.
    """

    def __init__(
        self,
        api_url: str,
        service_token: str,
        *,
        cache_seconds: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.cache_seconds = cache_seconds
        self._http = httpx.AsyncClient(
            base_url=api_url.rstrip("/"),
            timeout=10.0,
            limits=httpx.Limits(max_connections=20),
            transport=transport,
        )
        self._service_token = service_token
        self._cache: dict[bytes, tuple[float, Caller | None]] = {}
        self._asking: dict[bytes, asyncio.Task[Caller | None]] = {}

    async def close(self) -> None:
        """Close the connections to the hub."""
        await self._http.aclose()

    async def caller_for_token(self, token: str) -> Caller | None:
        """Say who holds a token; None where the hub does not know it.

        Raises:
            HubUnreachable: If the hub does not answer.
        """
        key = hashlib.sha256(token.encode()).digest()
        hit = self._cache.get(key)
        if hit is not None and hit[0] > time.monotonic():
            return hit[1]
        task = self._asking.get(key)
        if task is None:
            task = asyncio.create_task(self._ask(token, key))
            self._asking[key] = task
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        return await asyncio.shield(task)

    async def _ask(self, token: str, key: bytes) -> Caller | None:
        response = await self._request("GET", "/user", token=token)
        if response.status_code in (401, 403, 404):
            caller = None
        else:
            caller = Caller.from_hub(self._json(response, "who holds a token"), token)
        if len(self._cache) >= _MOST_CACHED:
            self._cache.clear()
        self._cache[key] = (time.monotonic() + self.cache_seconds, caller)
        return caller

    async def create_token(
        self, user: str, *, scopes: list[str], expires_in: int, note: str
    ) -> tuple[str, str]:
        """Make a token for a user, with the service's own right to do so.

        Args:
            user: Whose token it is; it can hold no scope that they lack.
            scopes: What it may do.
            expires_in: Its life in seconds.
            note: What the user reads beside it on the hub's token page.

        Returns:
            The token's id (to revoke it) and the token.

        Raises:
            UnknownUser: If the hub has no such user.
            HubUnreachable: If the hub does not answer or refuses; says what it said.
        """
        body = {"scopes": scopes, "expires_in": expires_in, "note": note}
        response = await self._request("POST", f"/users/{_quoted(user)}/tokens", json=body)
        if response.status_code == _MISSING:
            raise UnknownUser(f"JupyterHub has no user '{user}'.")
        made = self._json(response, f"a token for {user}")
        return str(made["id"]), str(made["token"])

    async def revoke_token(self, user: str, token_id: str) -> None:
        """End a token's life; one that is gone already is fine."""
        response = await self._request("DELETE", f"/users/{_quoted(user)}/tokens/{_quoted(token_id)}")
        if response.status_code not in (204, 404):
            self._json(response, "the end of a token")

    async def _request(
        self, method: str, path: str, *, token: str | None = None, json: dict[str, Any] | None = None
    ) -> httpx.Response:
        headers = {"Authorization": f"token {token or self._service_token}"}
        try:
            return await self._http.request(method, path, headers=headers, json=json)
        except httpx.HTTPError as error:
            raise HubUnreachable(
                f"JupyterHub does not answer at {self._http.base_url} ({type(error).__name__})."
            ) from error

    @staticmethod
    def _json(response: httpx.Response, asked: str) -> dict[str, Any]:
        if response.is_success:
            answer: dict[str, Any] = response.json()
            return answer
        try:
            said = response.json().get("message", "")
        except ValueError:
            said = response.text[:200]
        raise HubUnreachable(f"JupyterHub was asked for {asked} and said {response.status_code}: {said}")


def _quoted(segment: str) -> str:
    return quote(segment, safe="")
