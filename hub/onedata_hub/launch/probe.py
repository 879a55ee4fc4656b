"""Ask the parts over HTTP whether they answer, with nothing but the standard library."""

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

_ASK_SECONDS = 5.0
# Whatever HTTP proxy the environment names is for the world outside, not for this machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def status_of(url: str, *, token: str = "", method: str = "GET") -> int:
    """Ask a URL; give the status, or 0 where nobody answers."""
    if urlsplit(url).scheme not in ("http", "https"):
        return 0
    try:
        with _opener.open(_request(url, token, method), timeout=_ASK_SECONDS) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def json_of(url: str, *, token: str = "") -> Any:
    """Read a JSON answer; None where there is none."""
    if urlsplit(url).scheme not in ("http", "https"):
        return None
    try:
        with _opener.open(_request(url, token, "GET"), timeout=_ASK_SECONDS) as response:
            return json.load(response)
    except (OSError, ValueError):
        return None


def _request(url: str, token: str, method: str) -> urllib.request.Request:
    headers = {"Authorization": f"token {token}"} if token else {}
    return urllib.request.Request(url, method=method, headers=headers)  # noqa: S310 - http(s), as callers check
