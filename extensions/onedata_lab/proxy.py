"""The way from the browser to studio and MLflow, through the user's own server.

The browser speaks to its server alone, with the server's cookie and XSRF value; the server adds the
user's hub token. Nothing is kept or changed on the way, and answers stream as they come.
"""

from typing import Any

import httpx
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from onedata.contract import OF_THE_HUB
from tornado.iostream import StreamClosedError
from tornado.web import RequestHandler, authenticated

from onedata_lab.problems import write_problem
from onedata_lab.upstreams import UPSTREAMS, Upstream, UpstreamError, token

RESOURCE = "onedata"  # what JupyterLab's authorizers know these requests by
_TIMEOUT = httpx.Timeout(30.0, read=120.0)  # live events say something at least once a minute
_PASSED_ON = (
    "Accept",
    "Content-Type",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Range",
    "X-MLFLOW-WORKSPACE",
)
_PASSED_BACK = (
    *("Cache-Control", "Content-Disposition", "Content-Length", "Content-Range", "Content-Type"),
    *("ETag", "Last-Modified", "Retry-After"),
)


class ProxyHandler(APIHandler):  # type: ignore[misc]  # jupyter_server is not followed
    """Passes requests on to one service."""

    def initialize(self, upstream: Upstream) -> None:
        """Take the service this address leads to."""
        self._upstream = upstream
        self._answer: httpx.Response | None = None

    @property
    def content_security_policy(self) -> str:
        """Keep what a service sends from acting as a page of this server: artefacts are other people's files."""
        return f"{super().content_security_policy}; sandbox"

    async def _pass_on(self) -> None:
        try:
            request = self._request()
            self._answer = await _client(self.settings).send(request, stream=True)
        except UpstreamError as error:
            write_problem(self, error.status, error.code, str(error))
        except httpx.TransportError:
            self._say_unreachable()
        else:
            await self._pass_back(self._answer)

    def _say_unreachable(self) -> None:
        title = self._upstream.title
        write_problem(
            self,
            502,
            "unreachable",
            f"{title[0].upper()}{title[1:]} does not answer this server. Try again in a moment; an "
            "administrator can run `onedata doctor`.",
        )

    @authenticated  # type: ignore[untyped-decorator]
    @authorized("read", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self, path: str) -> None:
        """Read."""
        await self._pass_on()

    @authenticated  # type: ignore[untyped-decorator]
    @authorized("read", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def head(self, path: str) -> None:
        """Ask whether there is something to read."""
        await self._pass_on()

    async def _write(self, path: str) -> None:
        await self._pass_on()

    post = put = patch = delete = authenticated(authorized("write", resource=RESOURCE)(_write))

    def _request(self) -> httpx.Request:
        # As it came: what is encoded in it stays so.
        raw, _, query = (self.request.uri or "").partition("?")
        mount = raw.index(f"/{RESOURCE}/") + len(RESOURCE) + 2
        url = self._upstream.url(raw[mount:].partition("/")[2])
        headers = {name: value for name in _PASSED_ON if (value := self.request.headers.get(name))}
        headers["Authorization"] = f"Bearer {token()}"
        headers["Accept-Encoding"] = "identity"
        return httpx.Request(
            self.request.method or "GET",
            f"{url}?{query}" if query else url,
            headers=headers,
            content=self.request.body,
            extensions={"timeout": _TIMEOUT.as_dict()},
        )

    async def _pass_back(self, answer: httpx.Response) -> None:
        try:
            if OF_THE_HUB in answer.headers:
                self._say_unreachable()
                return
            if answer.is_redirect or answer.status_code == 401:
                write_problem(
                    self,
                    403,
                    "not_signed_in",
                    f"{self._upstream.title} does not know this server's token any more. Stop the server in "
                    "the hub's control panel and start it again.",
                )
                return
            self.set_status(answer.status_code)
            self.clear_header("Content-Type")
            for name in _PASSED_BACK:
                if name in answer.headers:
                    self.set_header(name, answer.headers[name])
            async for chunk in answer.aiter_raw():
                self.write(chunk)
                await self.flush()
        except StreamClosedError:  # the browser has gone
            pass
        except httpx.TransportError:
            self.log.warning("%s broke off in the middle of its answer.", self._upstream.title)
            if self.request.connection is not None:  # the browser must not take a part for the whole
                self.request.connection.stream.close()
        finally:
            await answer.aclose()

    def finish(self, *arguments: Any, **options: Any) -> Any:
        """End the answer with the type it came with: the parent class would call everything JSON."""
        return RequestHandler.finish(self, *arguments, **options)


def _client(settings: dict[str, Any]) -> httpx.AsyncClient:
    """Give the server's one client, made when it is first needed."""
    client = settings.get("onedata_client")
    if not isinstance(client, httpx.AsyncClient):
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=8)
        client = settings["onedata_client"] = httpx.AsyncClient(
            timeout=_TIMEOUT, limits=limits, trust_env=False
        )
    return client


def routes(base_url: str) -> list[tuple[str, type[ProxyHandler], dict[str, Any]]]:
    """Give the handlers, one for each service."""
    return [
        (url_path_join(base_url, RESOURCE, name, "(.*)"), ProxyHandler, {"upstream": upstream})
        for name, upstream in UPSTREAMS.items()
    ]
