"""The way of a browser through a provider's login page, over HTTP."""

import html
import re
import ssl
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.support.keycloak import PASSWORD

_FORM = re.compile(r'<form[^>]*id="kc-form-login"[^>]*action="([^"]+)"')


class Browser:
    """A browser's cookies and redirects, without its pictures.

    Args:
        trusted: The certificates it trusts: the provider's.
    """

    def __init__(self, trusted: ssl.SSLContext) -> None:
        self.http = httpx.Client(timeout=60, follow_redirects=True, trust_env=False, verify=trusted)

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def log_in(self, page: str, user: str, password: str = PASSWORD) -> httpx.Response:
        """Open a page that leads to the provider, log in there, and give the page that comes then."""
        return self.fill(self.http.get(page), user, password)

    def fill(self, asked: httpx.Response, user: str, password: str = PASSWORD) -> httpx.Response:
        """Log in on the provider's page, and give the page that comes then."""
        form = _FORM.search(asked.text)
        assert form is not None, f"{asked.url} is no login page: {asked.text[:2000]}"
        return self.http.post(
            html.unescape(form[1]), data={"username": user, "password": password, "credentialId": ""}
        )

    def code(self, page: str, user: str) -> str:
        """Log in, and give the code that the provider sends the browser away with."""
        self.http.follow_redirects = False
        answer = self.log_in(page, user)
        return str(httpx.URL(answer.headers["location"]).params["code"])

    def api(self, url: str, method: str, path: str, **options: Any) -> httpx.Response:
        """Call the hub's REST API as the page of a logged-in browser would."""
        found = [one.value for one in self.http.cookies.jar if one.name == "_xsrf" and one.path == "/hub/"]
        headers = {"X-XSRFToken": next((one for one in found if one), ""), "Referer": f"{url}/hub/home"}
        return self.http.request(method, f"{url}/hub/api{path}", headers=headers, **options)


def said_by(page: httpx.Response) -> str:
    """Give what an error page of the hub says, as one reads it."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def path_of(page: httpx.Response) -> str:
    """Give where a browser ended."""
    return urlsplit(str(page.url)).path
