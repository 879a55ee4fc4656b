"""What every request waits for must not wait for a thread."""

import inspect
from collections.abc import Iterator
from typing import Any

from fastapi.routing import APIRoute
from onedata_hub.studio.resources import ROUTERS
from onedata_hub.studio.system import router as system


def dependencies(dependant: Any) -> Iterator[Any]:
    for needed in dependant.dependencies:
        yield needed.call
        yield from dependencies(needed)


def routes(router: Any) -> Iterator[APIRoute]:
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from routes(route.original_router)


def test_no_dependency_of_an_endpoint_runs_in_a_thread() -> None:
    # FastAPI hands plain functions to a pool of threads: 110 microseconds of CPU for each request,
    # and a queue under load.
    found = [(route.path, call) for router in (system, *ROUTERS) for route in routes(router)
             for call in dependencies(route.dependant)]  # fmt: skip
    assert len({path for path, _ in found}) > 20
    assert [(path, call) for path, call in found if not inspect.iscoroutinefunction(call)] == []
