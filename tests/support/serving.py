"""Serve a test's own app on a real port, for clients in other processes and for those that block."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import uvicorn

from tests.support.studio import PREFIX, StudioUnderTest, running_studio


@contextlib.asynccontextmanager
async def served(app: Any, port: int = 0) -> AsyncIterator[str]:
    """Give the address of an app whose lifespan runs already."""
    server = uvicorn.Server(
        uvicorn.Config(
            app, host="127.0.0.1", port=port, lifespan="off", log_level="warning", access_log=False
        )
    )
    server.capture_signals = contextlib.nullcontext  # the test's process keeps its own
    task = asyncio.create_task(server.serve())
    while not server.started and not task.done():
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@contextlib.contextmanager
def in_thread(made: AbstractAsyncContextManager[Any]) -> Iterator[Any]:
    """Hold an asynchronous context in a thread with a loop of its own, so that what blocks does not block it."""
    ready, done = threading.Event(), threading.Event()
    held: dict[str, Any] = {}

    async def hold() -> None:
        async with made as value:
            held["value"] = value
            ready.set()
            await asyncio.to_thread(done.wait)

    def run() -> None:
        try:
            asyncio.run(hold())
        except BaseException as error:
            held["error"] = error
            ready.set()
            raise

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(60), "it did not start within 60 s"
    if "error" in held:
        raise held["error"]
    try:
        yield held["value"]
    finally:
        done.set()
        thread.join(30)


@contextlib.contextmanager
def served_studio(folder: Path, *, port: int = 0, **options: Any) -> Iterator[tuple[StudioUnderTest, str]]:
    """Serve a studio from a thread of its own; give it and its URL."""
    folder.mkdir(parents=True, exist_ok=True)

    @contextlib.asynccontextmanager
    async def both() -> AsyncIterator[tuple[StudioUnderTest, str]]:
        async with running_studio(folder, **options) as studio, served(studio.app, port) as address:
            yield studio, address + PREFIX

    with in_thread(both()) as made:
        yield made
