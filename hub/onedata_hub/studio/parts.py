"""What runs beside the HTTP of a studio process."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from onedata_hub.studio.context import Context

log = logging.getLogger("onedata.studio")

Loop = Callable[[Context], Awaitable[None]]


@contextlib.asynccontextmanager
async def run_parts(context: Context, loops: list[Loop]) -> AsyncIterator[None]:
    """Run background loops for as long as the block lasts; each is restarted if it fails."""
    tasks = [asyncio.create_task(_forever(loop, context)) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _forever(loop: Loop, context: Context) -> None:
    while True:
        try:
            await loop(context)
            return
        except Exception:
            log.exception("The loop %s failed; it starts again in five seconds.", loop.__qualname__)
            await asyncio.sleep(5)
