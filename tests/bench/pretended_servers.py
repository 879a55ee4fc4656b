"""Everybody's JupyterLab, pretended: one small HTTP server that answers hub and culler for a thousand pods.

KWOK says of pods that they run; somebody must answer at their address, or the hub would give them up.
"""

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import jupyterhub
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PORT = 8888  # where Zero to JupyterHub's servers listen
_IDLE = timedelta(days=1)


async def _status(request: Request) -> Response:
    """Answer as a server that nobody has used for a day."""
    long_ago = (datetime.now(UTC) - _IDLE).isoformat().replace("+00:00", "Z")
    return JSONResponse({"last_activity": long_ago, "started": long_ago, "kernels": 0, "connections": 0})


async def _kernels(request: Request) -> Response:
    return JSONResponse([])


async def _gpus(request: Request) -> Response:
    return JSONResponse({"working": False})


async def _anything(request: Request) -> Response:
    return JSONResponse(
        {"version": jupyterhub.__version__}, headers={"X-JupyterHub-Version": jupyterhub.__version__}
    )


@contextlib.contextmanager
def pretended_servers(address: str) -> Iterator[None]:
    """Serve them at an address of this machine that the cluster's pods reach."""
    routes = [
        Route("/user/{name}/api/status", _status),
        Route("/user/{name}/api/kernels", _kernels),
        Route("/user/{name}/onedata/local/gpus", _gpus),
        Route("/{path:path}", _anything),
    ]
    config = uvicorn.Config(
        Starlette(routes=routes), host=address, port=PORT, log_level="error", access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
