"""A studio that answers on a real port from a thread, for clients that are not asynchronous."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn

from tests.support.studio import PREFIX, StudioUnderTest, running_studio


@contextlib.contextmanager
def studio_in_thread(folder: Path, *, port: int = 0, **options: Any) -> Iterator[tuple[StudioUnderTest, str]]:
    """Run a studio in a thread of its own; give it and its URL."""
    ready = threading.Event()
    held: dict[str, Any] = {}

    async def serve() -> None:
        async with running_studio(folder, **options) as studio:
            config = uvicorn.Config(
                studio.app, host="127.0.0.1", port=port, log_level="warning", access_log=False, lifespan="off"
            )
            server = held["server"] = uvicorn.Server(config)
            task = asyncio.create_task(server.serve())
            while not server.started and not task.done():
                await asyncio.sleep(0.01)
            held["studio"] = studio
            held["port"] = server.servers[0].sockets[0].getsockname()[1]
            ready.set()
            await task

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    if not ready.wait(30):
        raise RuntimeError("The studio did not start within 30 s.")
    try:
        yield held["studio"], f"http://127.0.0.1:{held['port']}{PREFIX}"
    finally:
        held["server"].should_exit = True
        thread.join(30)
