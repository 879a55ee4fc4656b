"""The studio's ASGI app, put together from its resources."""

import contextlib
import functools
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Depends, FastAPI
from onedata.contract import API_PREFIX
from onedata.contract.problems import Problem
from starlette.routing import BaseRoute

from onedata_hub.studio.context import Context
from onedata_hub.studio.errors import install_error_handlers
from onedata_hub.studio.limits import BodyLimit, Prefix, refuse_broken_text
from onedata_hub.studio.metrics import RequestTimer
from onedata_hub.studio.parts import run_parts
from onedata_hub.studio.resources import LOOPS, ROUTERS
from onedata_hub.studio.system import router as system_router

TITLE = "One Data Studio"
VERSION = "1"
DESCRIPTION = "Workspaces, datasets, jobs, lineage and audit. Send a hub token: `Authorization: token …`."
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": what}
    for status, what in {
        401: "No token, or one the hub does not know",
        403: "Not allowed",
        404: "No such thing that the caller may know of",
        409: "Collides with what is there",
        422: "Says something that cannot be",
        503: "A part the studio stands on is away",
    }.items()
}


def describe_api() -> dict[str, Any]:
    """Give the OpenAPI description of the whole HTTP API; nothing is started for it."""
    app = FastAPI(title=TITLE, version=VERSION, description=DESCRIPTION, responses=REFUSALS)
    app.include_router(system_router)
    for router in ROUTERS:
        app.include_router(router, prefix=API_PREFIX)
    return app.openapi()


def create_app(context: Context, *, prefix: str = "") -> FastAPI:
    """Build the app of the parts that the settings name.

    Args:
        context: What requests stand on. The app closes it when it stops.
        prefix: The path under which the hub's proxy serves it, without a slash at the end.
    """

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
        responses=REFUSALS,
        redirect_slashes=False,
        routes=list(_routes(with_api="api" in context.settings.parts)),
    )
    app.state.context = context
    install_error_handlers(app)
    app.add_middleware(BodyLimit, most_bytes=context.settings.max_body_bytes)
    app.add_middleware(RequestTimer)
    app.add_middleware(Prefix, prefix=prefix)
    return app


@functools.cache
def _routes(*, with_api: bool) -> tuple[BaseRoute, ...]:
    """Put the routes together, once for every app of this process: reading their types takes 0.1 s."""
    frame = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, responses=REFUSALS)
    frame.include_router(system_router)
    if with_api:
        # FastAPI tries one route after another, and the last resources are asked the most.
        for router in reversed(ROUTERS):
            frame.include_router(router, prefix=API_PREFIX, dependencies=[Depends(refuse_broken_text)])
    return tuple(frame.routes)
