"""Log in at the hub with a password, as a browser does, to make a token."""

import ssl
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx


class LoginRefused(Exception):
    """The hub did not let us in, or refused a token; the message says why."""


def client_options() -> dict[str, Any]:
    """Give what every HTTP client of the platform's own address is made with.

    No proxy that the environment names: that is for the world outside. But its certificates are heeded, since a site
    elsewhere may have signed its own.
    """
    return {"timeout": 60.0, "trust_env": False, "verify": ssl.create_default_context()}


class HubLogin:
    """A person's session at the hub, with its cookies.

    Args:
        url: The platform's address without a slash at the end.
        user: The name to log in with.
        password: The shared password, or the administrators'.

    Raises:
        LoginRefused: If the hub does not answer or the password is wrong.
    """

    def __init__(self, url: str, user: str, password: str) -> None:
        self.user = user
        self.http = httpx.Client(base_url=url, follow_redirects=True, **client_options())
        try:
            self._log_in(password)
        except httpx.HTTPError as error:
            raise LoginRefused(
                f"Nobody answers at {url} ({type(error).__name__}): start the platform with `onedata up`."
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def xsrf(self) -> str:
        """Give the value that the hub wants back with every write."""
        found = [
            cookie.value
            for cookie in self.http.cookies.jar
            if cookie.name == "_xsrf" and cookie.path == "/hub/"
        ]
        return next((value for value in found if value), "")

    def api(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call the hub's REST API, ``path`` below ``/hub/api``, as the page of a logged-in browser would."""
        headers = {"X-XSRFToken": self.xsrf(), "Referer": str(self.http.base_url) + "/hub/home"}
        return self.http.request(method, f"/hub/api{path}", headers=headers, **options)

    def make_token(self, *, expires_in: int, note: str, scopes: list[str] | None = None) -> str:
        """Make a token of this user.

        Args:
            expires_in: Its life in seconds.
            note: What the user reads beside it on the hub's token page.
            scopes: What it may do; all that the user may do where none are named.

        Raises:
            LoginRefused: If the hub refuses; says why.
        """
        body: dict[str, Any] = {"expires_in": expires_in, "note": note}
        if scopes:
            body["scopes"] = scopes
        answer = self.api("POST", f"/users/{quote(self.user, safe='')}/tokens", json=body)
        if answer.status_code != 201:
            raise LoginRefused(f"The hub made no token ({answer.status_code}): {_message(answer)}")
        return str(answer.json()["token"])

    def _log_in(self, password: str) -> None:
        self.http.get("/hub/login")
        form = {"username": self.user, "password": password, "_xsrf": self.xsrf()}
        answer = self.http.post("/hub/login", data=form, follow_redirects=False)
        if answer.status_code >= 500:
            raise LoginRefused(
                f"The hub does not answer yet ({answer.status_code}): it starts or restarts; try again in a moment."
            )
        if answer.status_code != 302:
            raise LoginRefused(
                f"The hub did not log '{self.user}' in ({answer.status_code}): is the password right?"
            )
        self.http.get("/hub/home")


def _message(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("message", ""))
    except ValueError:
        return answer.text[:200]
