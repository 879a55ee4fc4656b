"""What runs beside the HTTP of a studio process."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from sqlalchemy.exc import OperationalError

from onedata_hub.studio.context import Context
from onedata_hub.studio.database import why_refused

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
    name = loop.__qualname__
    while True:
        try:
            await loop(context)
            return
        except OperationalError as error:  # it is away, or full: no fault of the loop's, so no trace
            why = why_refused(error)
            log.warning("The database refused the loop %s; it starts again in five seconds: %s", name, why)
        except Exception:
            log.exception("The loop %s failed; it starts again in five seconds.", name)
        await asyncio.sleep(5)
