"""Log a browser in through the hub's OAuth, and keep the token in a cookie only we can read.

Source: JupyterHub, "Services", section on OAuth; RFC 6749, section 4.1.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import httpx
from cryptography.fernet import Fernet, InvalidToken
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

_STATE_SECONDS = 600
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class OAuthClient:
    """What the hub told a managed service about itself.

    ``prefix`` begins and ends with a slash; ``authorize_url`` is the browser's way to the hub,
    ``token_url`` the service's own.
    """

    client_id: str
    client_secret: str
    authorize_url: str
    token_url: str
    prefix: str

    @classmethod
    def from_environment(cls, environment: dict[str, str]) -> "OAuthClient":
        """Read the variables that JupyterHub sets for a managed service."""
        host = environment.get("JUPYTERHUB_HOST", "")
        base = environment.get("JUPYTERHUB_BASE_URL", "/")
        return cls(
            client_id=environment["JUPYTERHUB_CLIENT_ID"],
            client_secret=environment["JUPYTERHUB_API_TOKEN"],
            authorize_url=f"{host}{base}hub/api/oauth2/authorize",
            token_url=environment["JUPYTERHUB_API_URL"].rstrip("/") + "/oauth2/token",
            prefix=environment["JUPYTERHUB_SERVICE_PREFIX"],
        )


class BrowserLogin:
    """The OAuth dance and the session cookie.

    The cookie holds the hub token encrypted with a key the browser never sees; it is HttpOnly,
    bound to the service's path, and worthless once the hub forgets the token.
    """

    def __init__(self, client: OAuthClient, cookie_secret: bytes) -> None:
        self.client = client
        key = hmac.digest(cookie_secret, client.client_id.encode(), hashlib.sha256)
        self._fernet = Fernet(base64.urlsafe_b64encode(key))
        self.cookie = f"onedata-{client.client_id}"

    def token(self, request: Request) -> str | None:
        """Give the hub token of a browser that has logged in.

        A cookie alone never carries a write from another site: an unsafe method must come
        from our own origin.
        """
        sealed = request.cookies.get(self.cookie)
        if sealed is None or not (request.method in _SAFE_METHODS or self._is_same_origin(request)):
            return None
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None

    @staticmethod
    def _is_same_origin(request: Request) -> bool:
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        origin = request.headers.get("origin")
        return origin is not None and urlsplit(origin).netloc == request.headers.get("host")

    def redirect_to_hub(self, request: Request) -> Response:
        """Send the browser to the hub, to come back to the page it asked for."""
        nonce = secrets.token_urlsafe(16)
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        state = self._seal({"nonce": nonce, "next": here, "until": time.time() + _STATE_SECONDS})
        query = {
            "client_id": self.client.client_id,
            "redirect_uri": f"{self.client.prefix}oauth_callback",
            "response_type": "code",
            "state": state,
        }
        response = RedirectResponse(f"{self.client.authorize_url}?{urlencode(query)}", 302)
        self._set(response, f"{self.cookie}-state", nonce, request, max_age=_STATE_SECONDS)
        return response

    async def finish(self, request: Request) -> Response:
        """Answer the hub's redirect: trade the code for a token and set the cookie."""
        state = self._open(request.query_params.get("state", ""))
        nonce = request.cookies.get(f"{self.cookie}-state", "")
        if state is None or not hmac.compare_digest(str(state["nonce"]), nonce):
            return Response(
                "This login is too old or was begun in another browser. Open the page again.", 400
            )
        token = await self._trade(request.query_params.get("code", ""))
        if token is None:
            return Response("JupyterHub did not accept this login. Open the page again.", 403)
        response = RedirectResponse(self._own_page(str(state["next"])), 302)
        self._set(response, self.cookie, self._fernet.encrypt(token.encode()).decode(), request, max_age=None)
        response.delete_cookie(f"{self.cookie}-state", path=self.client.prefix)
        return response

    def _own_page(self, page: str) -> str:
        """Keep redirects on our own pages, wherever the state says to go."""
        return page if page.startswith(self.client.prefix) else self.client.prefix

    async def _trade(self, code: str) -> str | None:
        form = {
            "client_id": self.client.client_id,
            "client_secret": self.client.client_secret,
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{self.client.prefix}oauth_callback",
        }
        async with httpx.AsyncClient(timeout=10.0) as http:
            answer = await http.post(self.client.token_url, data=form)
        return str(answer.json()["access_token"]) if answer.is_success else None

    def _set(
        self, response: Response, name: str, value: str, request: Request, *, max_age: int | None
    ) -> None:
        secure = request.headers.get("x-forwarded-proto", request.url.scheme) == "https"
        response.set_cookie(
            name,
            value,
            max_age=max_age,
            path=self.client.prefix,
            httponly=True,
            samesite="lax",
            secure=secure,
        )

    def _seal(self, state: dict[str, str | float]) -> str:
        return self._fernet.encrypt(json.dumps(state).encode()).decode()

    def _open(self, sealed: str) -> dict[str, str | float] | None:
        try:
            state: dict[str, str | float] = json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken:
            return None
        return state if float(state["until"]) > time.time() else None
