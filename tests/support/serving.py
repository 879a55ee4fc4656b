"""Serve a test's own app on a real port, for clients in other processes and for those that block."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import uvicorn

from tests.support.studio import PREFIX, StudioUnderTest, running_studio


@contextlib.asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Give the address of an app whose lifespan runs already."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_level="warning", access_log=False)
    )
    with contextlib.suppress(AttributeError):
        server.install_signal_handlers = lambda: None  # the test's process keeps its own
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@contextlib.contextmanager
def served_studio(folder: Path, **options: Any) -> Iterator[tuple[StudioUnderTest, str]]:
    """Serve a studio from a thread of its own; give it and its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    ready, done = threading.Event(), threading.Event()
    held: dict[str, Any] = {}

    async def serve() -> None:
        async with running_studio(folder, **options) as studio, served(studio.app) as address:
            held["studio"], held["url"] = studio, address + PREFIX
            ready.set()
            await asyncio.to_thread(done.wait)

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            held["error"] = error
            ready.set()
            raise

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(60), "the studio did not start within 60 s"
    if "error" in held:
        raise held["error"]
    try:
        yield held["studio"], held["url"]
    finally:
        done.set()
        thread.join(30)
