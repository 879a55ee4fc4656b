"""Serve an app at the address that the hub gives a service, until told to stop."""

import contextlib
import gc
import os
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import uvicorn

_GRACE_SECONDS = 5
# As tornado's server has it, and so the hub. The proxy reuses an idle connection until we close it (its agent has no
# limit, and heeds no `Keep-Alive: timeout`), and answers 503 for what it sends in that very moment: so we hardly do.
_KEEP_ALIVE_SECONDS = 3600
_NEVER_STARTED = 3  # uvicorn's own status for it


class Server(uvicorn.Server):
    """Ends as orderly however often it is asked.

    The hub asks with SIGINT and ``onedata up`` with SIGTERM, both at once. uvicorn takes a SIGINT that
    comes second for an impatient Ctrl-C and leaves without the app's own shutdown.
    """

    def __init__(self, config: uvicorn.Config, on_exit: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_exit = on_exit

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note the first request to stop."""
        if not self.should_exit:
            super().handle_exit(sig, frame)
            self._on_exit()


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Look for no garbage while modules are loaded: they stay, and the search took up to a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def serve(app: Any, on_exit: Callable[[], None] = lambda: None) -> int:
    """Serve at ``JUPYTERHUB_SERVICE_URL`` until told to stop; give the exit status.

    Args:
        app: The ASGI app.
        on_exit: Called from the signal's handler, before open answers are waited for.
    """
    address = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    config = uvicorn.Config(
        app,
        host=address.hostname or "127.0.0.1",
        port=address.port or 80,
        log_level="warning",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    server = Server(config, on_exit)
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises again what it was stopped with
        server.run()
    return 0 if server.started else _NEVER_STARTED
