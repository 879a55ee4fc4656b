"""Wake this process's scheduler: something is there to do before its next look."""

import asyncio
from weakref import WeakKeyDictionary

from onedata_hub.studio.context import Context
from onedata_hub.studio.database import Database

# One bell a database, as one process may hold several studios (tests do). Other processes look by the clock.
_BELLS: WeakKeyDictionary[Database, asyncio.Event] = WeakKeyDictionary()


def bell(context: Context) -> asyncio.Event:
    """Give the event that ``wake`` sets."""
    return _BELLS.setdefault(context.database, asyncio.Event())


def wake(context: Context) -> None:
    """Have the scheduler look now."""
    bell(context).set()
