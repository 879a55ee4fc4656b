"""Routers of the HTTP API, whose routes are whole as soon as they are declared.

FastAPI's ``include_router`` keeps a router as one candidate among the app's, which is matched once to find it and once
more to use it; six of them took a fifth of the time of a list. So each route carries its prefix from the
beginning, and the app has one flat list of routes.
"""

from typing import Any

from fastapi import APIRouter, Depends
from onedata.contract import API_PREFIX
from onedata.contract.problems import Problem

from onedata_hub.studio.limits import refuse_broken_text

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": what}
    for status, what in {
        401: "No token, or one the hub does not know",
        403: "Not allowed",
        404: "No such thing that the caller may know of",
        409: "Collides with what is there",
        422: "Says something that cannot be",
        503: "A part the studio stands on is away",
        507: "No room is left where it would be kept; nothing was changed",
    }.items()
}


def api_router(tag: str) -> APIRouter:
    """Give a router for a resource's endpoints; ``tag`` is its chapter in the reference."""
    return APIRouter(
        prefix=API_PREFIX, tags=[tag], responses=REFUSALS, dependencies=[Depends(refuse_broken_text)]
    )
