"""A person at the hub, over HTTP: log in, start and stop a server."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, Self
from urllib.parse import quote

import httpx

from onedata_hub.launch.hub_login import HubLogin, LoginRefused, client_options

TOKEN_SECONDS = 3600


class TourError(Exception):
    """A step of the tour did not happen; says what did."""


class HubSession:
    """One person's way through the hub, as their browser would take it.

    Args:
        url: The hub's public address without a slash at the end.
        user: The name to log in with.
    """

    def __init__(self, url: str, user: str) -> None:
        self.url = url
        self.user = user
        self.token = ""
        self._http = httpx.AsyncClient(base_url=url, follow_redirects=False, **client_options())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    @property
    def server_url(self) -> str:
        """The address of the person's JupyterLab server."""
        return f"{self.url}/user/{self.quoted_user}"

    @property
    def quoted_user(self) -> str:
        """The person's name as paths have it."""
        return quote(self.user, safe="")

    async def login(self, password: str, *, note: str = "onedata tour") -> None:
        """Log in through the form, then take a short-lived token for what follows."""

        def take_token() -> str:
            with HubLogin(self.url, self.user, password) as session:
                return session.make_token(expires_in=TOKEN_SECONDS, note=note)

        try:
            self.token = await asyncio.to_thread(take_token)
        except LoginRefused as error:
            raise TourError(str(error)) from error

    async def start_server(
        self, tell: Callable[[str], None], profile: str | None = None, **options: str
    ) -> None:
        """Start the person's server and wait until it is ready; ``options`` are other choices of its page."""
        options |= {"profile": profile} if profile else {}
        answer = await self.request("POST", f"{self._user_path()}/server", json=options)
        if answer.status_code not in (201, 202, 400):
            self._expect(answer, 201, "a server")
        if answer.status_code == 400 and "already running" not in answer.text:
            raise TourError(f"The hub would not start a server: {answer.json().get('message', answer.text)}")
        async for event in self._progress():
            if event.get("failed"):
                raise TourError(f"The server did not start: {event.get('message')}")
            if event.get("ready"):
                return
            tell(str(event.get("message", "")))
        raise TourError("The hub stopped telling of the server's start before it was ready.")

    async def _progress(self) -> AsyncIterator[dict[str, Any]]:
        path = f"/hub/api{self._user_path()}/server/progress"
        async with self._http.stream("GET", path, headers=self._auth(), timeout=120.0) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    yield json.loads(line.removeprefix("data:"))

    async def stop_server(self, *, wait_seconds: float = 30.0) -> None:
        """Stop the person's server and wait until it is gone."""
        answer = await self.request("DELETE", f"{self._user_path()}/server")
        if answer.status_code not in (202, 204, 404):
            self._expect(answer, 204, "the server's stop")
        for _ in range(int(wait_seconds * 4)):
            model = (await self.request("GET", self._user_path())).json()
            if not model.get("servers"):
                return
            await asyncio.sleep(0.25)
        raise TourError(f"The server still runs {wait_seconds:.0f} s after it was told to stop.")

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call the hub's REST API with the token."""
        return await self._http.request(method, f"/hub/api{path}", headers=self._auth(), **options)

    async def get(self, path: str) -> httpx.Response:
        """Read a page or API of the platform with the token; ``path`` begins with a slash."""
        return await self._http.get(path, headers=self._auth())

    async def get_json(self, path: str) -> Any:
        """Read JSON of the platform with the token.

        Raises:
            TourError: If it is refused.
        """
        answer = await self.get(path)
        if not answer.is_success:
            raise TourError(f"{self.url}{path} was refused with {answer.status_code}: {answer.text[:300]}")
        return answer.json()

    async def call(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """Call any part of the platform with the token; ``path`` begins with a slash."""
        return await self._http.request(method, path, headers=self._auth() | (headers or {}), **options)

    async def studio(self, method: str, path: str, **options: Any) -> Any:
        """Call the studio with the token and give its JSON.

        Raises:
            TourError: With the studio's own sentence, if it refuses.
        """
        answer = await self._http.request(method, path, headers=self._auth(), **options)
        if not answer.is_success:
            raise TourError(f"The studio said {answer.status_code} to {method} {path}: {answer.text[:400]}")
        return answer.json() if answer.content else None

    def _auth(self) -> dict[str, str]:
        return {"Authorization": f"token {self.token}"}

    def _user_path(self) -> str:
        return f"/users/{self.quoted_user}"

    def _expect(self, answer: httpx.Response, status: int, asked: str) -> None:
        if answer.status_code != status:
            raise TourError(
                f"The hub was asked for {asked} and said {answer.status_code}: {answer.text[:300]}"
            )
