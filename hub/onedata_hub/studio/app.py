"""The studio's ASGI app, put together from its resources."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute

from onedata_hub.studio.context import Context
from onedata_hub.studio.errors import install_error_handlers
from onedata_hub.studio.limits import BodyLimit, Prefix
from onedata_hub.studio.metrics import RequestTimer
from onedata_hub.studio.parts import run_parts
from onedata_hub.studio.resources import LOOPS, ROUTERS
from onedata_hub.studio.system import router as system_router

TITLE = "One Data Studio"
VERSION = "1"
DESCRIPTION = "Workspaces, datasets, jobs, lineage and audit. Send a hub token: `Authorization: token …`."


def describe_api() -> dict[str, Any]:
    """Give the OpenAPI description of the whole HTTP API; nothing is started for it."""
    routes = _routes([system_router, *ROUTERS])
    return FastAPI(title=TITLE, version=VERSION, description=DESCRIPTION, routes=routes).openapi()


def create_app(context: Context, *, prefix: str = "") -> FastAPI:
    """Build the app of the parts that the settings name.

    Args:
        context: What requests stand on. The app closes it when it stops.
        prefix: The path under which the hub's proxy serves it, without a slash at the end.
    """
    # One route is tried after another, and the last resources are asked the most.
    resources = reversed(ROUTERS) if "api" in context.settings.parts else ()

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        loops = [loop for part in sorted(context.settings.parts) for loop in LOOPS[part]]
        async with run_parts(context, loops):
            yield
        await context.close()

    app = FastAPI(
        title=TITLE,
        version=VERSION,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # Swagger UI would load its code from another host
        redoc_url=None,
        redirect_slashes=False,
        routes=_routes([system_router, *resources]),
    )
    app.state.context = context
    install_error_handlers(app)
    app.add_middleware(BodyLimit, most_bytes=context.settings.max_body_bytes)
    app.add_middleware(RequestTimer)
    app.add_middleware(Prefix, prefix=prefix)
    return app


def _routes(routers: Sequence[APIRouter]) -> list[BaseRoute]:
    return [route for router in routers for route in router.routes]
