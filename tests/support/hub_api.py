"""The hub's REST API as the studio sees it, played by a small app at the outer edge.

Whole-platform tests use a real JupyterHub; the studio's own tests need a hub only to say
who holds a token, and for hundreds of users at no cost.
"""

import itertools
import time
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

SERVICE_TOKEN = "studio-service-token"
ACCESS = ("access:services!service=studio", "access:services!service=mlflow")


@dataclass
class SmallHub:
    """Users, their groups and tokens. ``away`` makes it answer as a failing hub does."""

    users: dict[str, dict] = field(default_factory=dict)
    tokens: dict[str, dict] = field(default_factory=dict)
    away: bool = False
    _counter: itertools.count = field(default_factory=itertools.count)

    def add_user(self, name: str, *groups: str, admin: bool = False) -> str:
        """Make a user and give a token that may use the studio."""
        self.users[name] = {"name": name, "kind": "user", "admin": admin, "groups": list(groups)}
        return self.add_token(name)

    def add_token(
        self,
        owner: str,
        scopes: tuple[str, ...] = ACCESS,
        *,
        kind: str = "user",
        expires_in: float = float("inf"),
        token: str = "",
    ) -> str:
        token = token or f"token-of-{owner}-{next(self._counter)}"
        self.tokens[token] = {
            "owner": owner,
            "scopes": list(scopes),
            "kind": kind,
            "id": f"a{len(self.tokens)}",
            "expires_in": expires_in,
            "ends": time.monotonic() + expires_in,
        }
        return token

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/hub/api/user", self._who),
                Route("/hub/api/users/{name}/tokens", self._make_token, methods=["POST"]),
                Route("/hub/api/users/{name}/tokens/{id}", self._revoke, methods=["DELETE"]),
            ]
        )

    def _holder(self, request: Request) -> dict | None:
        held = self.tokens.get(request.headers.get("authorization", "").removeprefix("token "))
        return held if held is not None and time.monotonic() < held["ends"] else None

    async def _who(self, request: Request) -> Response:
        if self.away:
            return JSONResponse({"message": "hub is failing"}, 503)
        held = self._holder(request)
        if held is None:
            return JSONResponse({"message": "Missing or invalid credentials."}, 403)
        if held["kind"] == "service":
            return JSONResponse({"name": held["owner"], "kind": "service", "scopes": held["scopes"]})
        return JSONResponse({**self.users[held["owner"]], "scopes": held["scopes"]})

    async def _make_token(self, request: Request) -> Response:
        if self.away:
            return JSONResponse({"message": "hub is failing"}, 503)
        if request.headers.get("authorization") != f"token {SERVICE_TOKEN}":
            return JSONResponse({"message": "Forbidden"}, 403)
        name = request.path_params["name"]
        if name not in self.users:
            return JSONResponse({"message": "Not Found"}, 404)
        asked = await request.json()
        if not isinstance(asked.get("expires_in"), int) or asked["expires_in"] <= 0:
            # The hub would make one that never ends, which no part of the platform is to ask for.
            return JSONResponse({"message": "expires_in is missing"}, 400)
        token = self.add_token(name, tuple(asked["scopes"]), expires_in=asked["expires_in"])
        return JSONResponse({"id": self.tokens[token]["id"], "token": token}, 201)

    async def _revoke(self, request: Request) -> Response:
        for token, held in list(self.tokens.items()):
            if held["id"] == request.path_params["id"]:
                del self.tokens[token]
                return Response(status_code=204)
        return JSONResponse({"message": "Not Found"}, 404)
