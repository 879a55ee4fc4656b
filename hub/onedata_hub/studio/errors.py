"""How the studio refuses and fails, and how that is rendered.

StudioError
 ├── Invalid       422  the request says something that cannot be
 ├── Unauthorized  401  no token, or one the hub does not know
 ├── Forbidden     403  known, but not allowed
 ├── NotFound      404
 ├── Conflict      409  it collides with what is there
 ├── Gone          410  it was there and is over
 ├── TooLarge      413
 ├── Unavailable   503  a part we stand on is away; try again
 └── Full          507  no room is left where it would be kept

A message says what was asked, what is true, and what to do. It is shown to people.
"""

import json
import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from onedata.contract.problems import Problem
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from onedata_hub.backends.objects import StoreFull, StoreUnreachable
from onedata_hub.identity import HubUnreachable
from onedata_hub.studio.database import is_full, why_refused

log = logging.getLogger("onedata.studio")

PROBLEM_JSON = "application/problem+json"


class StudioError(Exception):
    """A refusal or fault with a message that is safe to show."""

    status = 500
    code = "internal"
    retry_after: int | None = None

    def __init__(self, message: str, *, code: str | None = None, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.extra = extra


class Invalid(StudioError):
    """The request says something that cannot be."""

    status, code = 422, "invalid"


class Unauthorized(StudioError):
    """No token, or one that the hub does not know."""

    status, code = 401, "unauthorized"


class Forbidden(StudioError):
    """Known, but not allowed."""

    status, code = 403, "forbidden"


class NotFound(StudioError):
    """No such thing, or none that the caller may know of."""

    status, code = 404, "not_found"


class Conflict(StudioError):
    """It collides with what is there."""

    status, code = 409, "conflict"


class Gone(StudioError):
    """It was there and is over."""

    status, code = 410, "gone"


class TooLarge(StudioError):
    """More than the studio takes."""

    status, code = 413, "too_large"


class Unavailable(StudioError):
    """A part we stand on is away; the same request may do later."""

    status, code = 503, "unavailable"
    retry_after = 2


class Full(StudioError):
    """No room is left where it would be kept; nothing was changed."""

    status, code = 507, "full"


def problem_response(request: Request, status: int, code: str, detail: str, **extra: Any) -> Response:
    """Render a problem as RFC 9457 JSON."""
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        instance=request.url.path,
        **extra,
    )
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    # In ASCII: a message may quote what was sent, and that may be text that UTF-8 has no bytes for.
    body = json.dumps(problem.model_dump(mode="json", exclude_none=True))
    return Response(body, status, media_type=PROBLEM_JSON, headers=headers)


async def _on_studio_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, StudioError)
    response = problem_response(request, error.status, error.code, error.message, **error.extra)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [
        {"where": ".".join(str(part) for part in item["loc"]), "message": item["msg"]}
        for item in error.errors()
    ]
    first = errors[0] if errors else {"where": "the request", "message": "is not valid"}
    detail = f"{first['where']}: {first['message']}"
    return problem_response(request, 422, "invalid", detail, errors=errors[:50])


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(error.status_code, "refused")
    response = problem_response(request, error.status_code, code, str(error.detail))
    response.headers.update(error.headers or {})
    return response


async def _on_hub_unreachable(request: Request, error: Exception) -> Response:
    said = f"{error} Try again in a moment."
    return await _on_studio_error(request, Unavailable(said, code="hub_unreachable"))


async def _on_store_unreachable(request: Request, error: Exception) -> Response:
    log.error("The object store refused %s %s: %s", request.method, request.url.path, error)
    if isinstance(error, StoreFull):
        return await _on_studio_error(request, Full(str(error), code="store_full"))
    return await _on_studio_error(request, Unavailable(str(error), code="store_unavailable"))


async def _on_database_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, OperationalError)
    log.error("The database refused %s %s: %s", request.method, request.url.path, why_refused(error))
    if is_full(error):
        said = (
            "The disk of the studio's database is full, and nothing was changed. An administrator can free some "
            "space there, or make its volume larger; then do the same again."
        )
        return await _on_studio_error(request, Full(said, code="database_full"))
    said = "The studio's database does not answer. Try again; an administrator can run `onedata doctor`."
    return await _on_studio_error(request, Unavailable(said, code="database_unavailable"))


async def _on_fault(request: Request, error: Exception) -> Response:
    log.exception("Fault at %s %s", request.method, request.url.path, exc_info=error)
    detail = (
        "The studio failed at this request; its log has the trace. This is a fault of ours: please report it."
    )
    return problem_response(request, 500, "internal", detail)


def install_error_handlers(app: FastAPI) -> None:
    """Render every error of the app as problem JSON."""
    app.add_exception_handler(StudioError, _on_studio_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(HubUnreachable, _on_hub_unreachable)
    app.add_exception_handler(StoreUnreachable, _on_store_unreachable)
    app.add_exception_handler(OperationalError, _on_database_error)
    app.add_exception_handler(Exception, _on_fault)
