"""The gate in front of MLflow: who is calling, in which workspace, and may they."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

import httpx
from onedata.contract.workspaces import Me
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from onedata_hub.identity import Caller, HubIdentity, HubUnreachable
from onedata_hub.identity.oauth import BrowserLogin
from onedata_hub.mlflow_service import routes
from onedata_hub.mlflow_service.backend import Backend
from onedata_hub.mlflow_service.forwarding import WORKSPACE_HEADER, check_length, forwarded, naming_workspace
from onedata_hub.mlflow_service.full_disk import tell_of_full_disk
from onedata_hub.mlflow_service.members import Members, role_in
from onedata_hub.mlflow_service.outbox import Outbox
from onedata_hub.mlflow_service.page import start_page
from onedata_hub.mlflow_service.refusals import Refusal
from onedata_hub.mlflow_service.registrations import Registrations

log = logging.getLogger("onedata.mlflow")


@dataclass
class Parts:
    """What the gate stands on."""

    backend: Backend
    identity: HubIdentity
    http: httpx.AsyncClient
    members: Members
    outbox: Outbox
    login: BrowserLogin | None
    studio_url: str
    service_token: str
    service_name: str = "mlflow"


class Gate:
    """The ASGI app of the service."""

    def __init__(self, parts: Parts, *, prefix: str = "") -> None:
        self.parts = parts
        self.prefix = prefix.rstrip("/")
        self.registrations = Registrations(parts.backend, parts.outbox)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await _lifespan(self._running(), receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        else:
            await self._serve(scope, receive, send)

    @contextlib.asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        self.parts.backend.start()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._deliver()), group.create_task(self._catch_up())]
            yield
            for task in tasks:
                task.cancel()
        await self.parts.identity.close()
        await self.parts.http.aclose()

    async def _deliver(self) -> None:
        parts = self.parts
        await parts.outbox.deliver_forever(parts.http, parts.studio_url, parts.service_token)

    async def _catch_up(self) -> None:
        await self.parts.backend.wait()
        await self.registrations.catch_up()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        response: ASGIApp
        path: str = scope["path"]
        try:
            if path == self.prefix:
                response = RedirectResponse(f"{self.prefix}/", 307)
            elif not path.startswith(f"{self.prefix}/"):
                raise Refusal(404, "ENDPOINT_NOT_FOUND", f"MLflow lives below {self.prefix}/.")
            elif path == f"{self.prefix}/health":
                response = self._health()
            elif self.parts.login is not None and path == f"{self.prefix}/oauth_callback":
                response = await self.parts.login.finish(Request(scope))
            else:
                await self._admit(scope, receive, send)
                return
        except Refusal as refusal:
            response = refusal.response()
        except HubUnreachable as error:
            response = Refusal.unavailable(f"{error} Try again in a moment.").response()
        await response(scope, receive, send)

    def _health(self) -> Response:
        if self.parts.backend.is_ready:
            return PlainTextResponse("OK")
        return PlainTextResponse(self.parts.backend.problem, 503, {"Retry-After": "1"})

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        path = scope["path"].removeprefix(self.prefix)
        if ".." in path.split("/"):
            raise Refusal.invalid("The path of this request climbs with '..'. Write it out.")
        needed = routes.needed_role(request.method, path)
        caller = await self._caller(request)
        if caller is None:
            assert self.parts.login is not None
            await self.parts.login.redirect_to_hub(request)(scope, receive, send)
            return
        if isinstance(needed, routes.Closed):
            raise Refusal.closed(needed.value)
        me = await self.parts.members.of(caller)
        if routes.WORKSPACES.match(routes.api_path(path)):
            await _workspaces_answer(path, me)(scope, receive, send)
            return
        workspace = request.headers.get(WORKSPACE_HEADER, "").strip() or me.default_workspace
        role = role_in(me, workspace)
        if not role.covers(needed):
            raise Refusal.forbidden(
                f"You are {role.value} in workspace '{workspace}', and this takes {needed.value}. "
                "Ask one of its admins for the role."
            )
        app = await self.parts.backend.app()
        if path == "/":
            await start_page(self.parts.backend.pages, me)(scope, receive, send)
        else:
            serving = partial(self._forward, app, workspace)
            await tell_of_full_disk(serving, forwarded(scope, path, workspace), receive, send)

    async def _forward(
        self, app: ASGIApp, workspace: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Have MLflow serve a request whose sender may send it."""
        backend = self.parts.backend
        path = routes.api_path(scope["path"])
        if not routes.ARTIFACTS.match(path):
            check_length(scope, backend.settings.max_body_bytes)
        await backend.ensure_workspace(workspace)
        send = naming_workspace(send, workspace)
        if scope["method"] == "POST" and routes.MODEL_VERSION_CREATE.match(path):
            await self.registrations.serve(app, scope, receive, send, workspace)
        else:
            await app(scope, receive, send)

    async def _caller(self, request: Request) -> Caller | None:
        """Say who sent the request; None where a browser has to log in first.

        Raises:
            Refusal: 401 without a token that the hub knows, 403 if it is not for this service.
        """
        token = _header_token(request)
        login = self.parts.login
        by_cookie = token is None and login is not None
        if login is not None and token is None:
            token = login.token(request)
        caller = await self.parts.identity.caller_for_token(token) if token else None
        if caller is None:
            if by_cookie and _wants_page(request):
                return None
            raise Refusal.unauthenticated(
                "JupyterHub does not know this token: it has expired or was revoked. Make a new one."
                if token
                else "This request carries no hub token. In a notebook of the platform it comes by itself; "
                "elsewhere set MLFLOW_TRACKING_TOKEN to one from `onedata token` or the hub's token page."
            )
        if not caller.may_access(self.parts.service_name):
            raise Refusal.forbidden(
                f"This token of '{caller.name}' lacks the scope access:services!service={self.parts.service_name}. "
                "Make one that has it."
            )
        return caller


def _header_token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() in ("token", "bearer") else None


def _wants_page(request: Request) -> bool:
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")


def _workspaces_answer(path: str, me: Me) -> Response:
    """Answer MLflow's questions for workspaces with the caller's own."""
    asked = routes.WORKSPACES.match(routes.api_path(path))
    assert asked is not None
    described = [
        {"name": own.name, "description": "Yours alone" if own.personal else f"You are {own.role.value}"}
        for own in me.workspaces
    ]
    name = asked["name"]
    if name is None:
        return JSONResponse({"workspaces": described})
    role_in(me, name)
    return JSONResponse(
        {"workspace": next((one for one in described if one["name"] == name), {"name": name})}
    )


async def _lifespan(
    running: contextlib.AbstractAsyncContextManager[None], receive: Receive, send: Send
) -> None:
    await receive()
    async with running:
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})
