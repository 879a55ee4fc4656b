"""Health, metrics and the browser's login: what is not a resource."""

import hmac

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text

from onedata_hub.studio.callers import current_caller, header_token
from onedata_hub.studio.context import ContextDep
from onedata_hub.studio.database import is_full
from onedata_hub.studio.errors import Forbidden, NotFound, Unavailable
from onedata_hub.studio.metrics import render_metrics
from onedata_hub.studio.routing import REFUSALS

router = APIRouter(tags=["system"], responses=REFUSALS)


@router.get("/health/live")
async def read_liveness() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/health/ready")
async def read_readiness(context: ContextDep) -> dict[str, str]:
    """The process can serve: its database answers."""
    try:
        async with context.database.read() as session:
            await session.execute(text("SELECT 1"))
    except Exception as error:
        if is_full(error):
            raise
        raise Unavailable(
            f"The studio's database does not answer ({type(error).__name__}). Run `onedata doctor`."
        ) from error
    return {"status": "ok"}


@router.get("/metrics")
async def read_metrics(request: Request, context: ContextDep) -> Response:
    """Prometheus metrics, for the metrics token or a hub administrator."""
    given = header_token(request)
    wanted = context.settings.metrics_token
    allowed = bool(given and wanted and hmac.compare_digest(given, wanted.get_secret_value()))
    if not allowed and not (await current_caller(request, context)).admin:
        raise Forbidden("Metrics are for hub administrators and the metrics token.")
    return Response(render_metrics(), media_type=CONTENT_TYPE_LATEST)


@router.get("/oauth_callback", include_in_schema=False)
async def finish_login(request: Request, context: ContextDep) -> Response:
    """Where the hub sends a browser that has logged in."""
    if context.login is None:
        raise NotFound("This studio does not run under a hub, so browsers cannot log in to it.")
    return await context.login.finish(request)
