"""Speak to the studio: one connection pool, the hub token, and refusals as our own errors."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from onedata.contract import API_PREFIX, OF_THE_HUB
from onedata.contract.environment import RUN_ID, STUDIO_URL, TOKEN, TOKEN_OUTSIDE, WORKSPACE
from onedata.errors import NotReachable, NotSignedIn, OneDataError, StudioFault, error_class

if TYPE_CHECKING:
    import ssl

    import httpx

    from onedata.contract.workspaces import Me

DEFAULT_STUDIO_URL = "http://127.0.0.1:8000/services/studio"
RESTART_SECONDS = 15.0  # how long a restart of the studio may take before a call gives up
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
_AWAY = frozenset({502, 503, 504})
_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_PAGE = 500


class StudioClient:
    """The studio's API, as the holder of one hub token.

    Calls wait up to ``patience`` seconds for a studio that restarts: those that may be sent twice
    whatever went wrong, others only where the studio cannot have seen them.

    Args:
        base_url: The studio's address, without the API's prefix.
        token: A hub token; None where there is none (every call then says so).
        patience: Seconds; None takes ``RESTART_SECONDS`` inside a hub's server or a job, where the
            platform is known to be there, and 0 elsewhere until it has answered once.
    """

    def __init__(self, base_url: str, token: str | None, *, patience: float | None = None) -> None:
        import httpx

        self.base_url = base_url.rstrip("/")
        self._token = token
        self._patience = patience
        self._answered = TOKEN in os.environ or RUN_ID in os.environ
        is_loopback = urlsplit(self.base_url).hostname in ("127.0.0.1", "localhost", "::1")
        self._http = httpx.Client(
            base_url=self.base_url + API_PREFIX,
            timeout=httpx.Timeout(60.0, connect=5.0),
            headers={"Authorization": f"token {token}"} if token else {},
            trust_env=not is_loopback,  # a proxy of the company's does not know our loopback
            verify=_trusted_by(self.base_url),
        )
        self._me: Me | None = None

    def __repr__(self) -> str:
        return f"StudioClient({self.base_url!r})"

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str, **params: Any) -> Any:
        """GET JSON from a path below the API's prefix; parameters that are None are left out."""
        return self.request(
            "GET", path, params={key: value for key, value in params.items() if value is not None}
        )

    def post(self, path: str, body: Any = None) -> Any:
        """POST JSON, get JSON."""
        return self.request("POST", path, json=body)

    def pages(self, path: str, *, most: int | None = None, **params: Any) -> Iterator[Any]:
        """Give the items of a list, page after page, ``most`` of them at the most."""
        params = {"limit": min(most or _PAGE, _PAGE), **params}
        left = most
        while True:
            page = self.get(path, **params)
            items = page["items"] if left is None else page["items"][:left]
            yield from items
            left = None if left is None else left - len(items)
            if not page.get("next_cursor") or left == 0:
                return
            params["cursor"] = page["next_cursor"]

    def request(self, method: str, path: str, **options: Any) -> Any:
        """Send one request and give the JSON of the answer (None where it has no body).

        Raises:
            OneDataError: The class that stands for the refusal; see ``onedata.errors``.
        """
        response = self.send(method, path, **options)
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError as error:
            raise StudioFault(
                f"{self.base_url} answered {method} {path} with something that is not JSON. "
                f"Is {STUDIO_URL} the studio's address?"
            ) from error

    def send(self, method: str, path: str, *, retry: bool | None = None, **options: Any) -> "httpx.Response":
        """Send one request and give the answer as it came.

        Args:
            method: The HTTP method.
            path: Below the API's prefix.
            retry: Say that it may be sent twice, or may not; None judges by the method.
            options: As ``httpx.Client.request`` takes them.
        """
        if self._token is None:
            raise NotSignedIn(
                f"No hub token to call {self.base_url} with. Inside a server of the hub there is one; "
                f"elsewhere set {TOKEN_OUTSIDE} to what `onedata token` prints."
            )
        repeatable = method in _IDEMPOTENT if retry is None else retry
        response = self._send_patiently(method, path, repeatable, options)
        self._answered = True
        if response.is_success:
            return response
        if OF_THE_HUB in response.headers:
            raise NotReachable(
                f"The platform at {self.base_url} has no way to its studio now: its hub answered in the studio's "
                "place. Both may be starting; try again in a minute."
            )
        if response.is_redirect:
            raise NotSignedIn(
                f"{self.base_url} wants a login: it did not take the hub token. Make a new one (`onedata token`)."
            )
        raise _refusal(response)

    def _send_patiently(
        self, method: str, path: str, repeatable: bool, options: dict[str, Any]
    ) -> "httpx.Response":
        import httpx

        until = time.monotonic() + self._seconds_to_wait()
        pause, noticed = _FIRST_PAUSE, False
        while True:
            try:
                response = self._http.request(method, path, **options)
                if time.monotonic() >= until or not _may_be_sent_again(response, repeatable):
                    return response
            except httpx.TransportError as error:
                unseen = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                if not (unseen or repeatable) or time.monotonic() >= until:
                    raise self._not_reachable(error) from error
            if not noticed:
                noticed = True
                _notice(f"The studio at {self.base_url} does not answer; trying again for up to 15 s.")
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _seconds_to_wait(self) -> float:
        if self._patience is not None:
            return self._patience
        return RESTART_SECONDS if self._answered else 0.0

    def _not_reachable(self, error: Exception) -> NotReachable:
        return NotReachable(
            f"No One Data platform answers at {self.base_url} ({type(error).__name__}). "
            f"Start one with `onedata up`, or set {STUDIO_URL} to the address of yours."
        )

    def me(self) -> "Me":
        """Say who the token belongs to, and which workspaces they have. Asked once."""
        if self._me is None:
            from onedata.contract.workspaces import Me

            self._me = Me.model_validate(self.get("/me"))
        return self._me

    def workspace(self, name: str | None = None) -> str:
        """Give the workspace to use: the one named, the session's, or the caller's own."""
        return name or os.environ.get(WORKSPACE) or self.me().default_workspace


def path_of(*segments: str | int) -> str:
    """Join path segments; what stands in them cannot break out of its place."""
    return "".join("/" + quote(str(segment), safe="") for segment in segments)


def _trusted_by(url: str) -> "ssl.SSLContext | bool":
    """Read the certificates that this machine trusts only for an address that has one: it takes 12 ms.

    What plain HTTP is given instead trusts nobody, so that no answer could ever lead it to a stranger.
    """
    import ssl

    return True if urlsplit(url).scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _may_be_sent_again(response: "httpx.Response", repeatable: bool) -> bool:
    """Tell an answer that a later try may better from one that stands.

    The studio's own 503 means that it did nothing. The proxy's may also mean that the studio
    died at the request, so a call that must not happen twice stops there. Where a proxy that just
    started knows no way to the studio yet, the hub answers, and the studio has seen nothing.
    """
    if OF_THE_HUB in response.headers:
        return True
    is_ours = response.headers.get("content-type", "").startswith("application/problem+json")
    return response.status_code in _AWAY and (repeatable or is_ours)


def _notice(text: str) -> None:
    print(text, file=sys.stderr)


def _refusal(response: "httpx.Response") -> OneDataError:
    """Turn problem JSON, or whatever else refused, into an error of ours."""
    try:
        problem = response.json()
        detail, code = str(problem["detail"]), str(problem["code"])
        errors = problem.get("errors")
    except (ValueError, KeyError, TypeError):
        where = f"{response.request.method} {response.request.url.path}"
        detail, code, errors = f"{where} was answered with {response.status_code}.", None, None
    return error_class(response.status_code)(detail, code=code, status=response.status_code, errors=errors)


_clients: dict[tuple[str, str | None, int], StudioClient] = {}
_clients_lock = threading.Lock()


def client() -> StudioClient:
    """Give this process's client of the studio that the environment names."""
    url = os.environ.get(STUDIO_URL) or DEFAULT_STUDIO_URL
    token = os.environ.get(TOKEN_OUTSIDE) or os.environ.get(TOKEN) or None
    key = (url, token, os.getpid())  # connections must not be shared with a forked child
    with _clients_lock:
        if key not in _clients:
            _clients[key] = StudioClient(url, token)
        return _clients[key]
