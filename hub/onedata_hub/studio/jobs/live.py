"""Runs as they change: one look a second for all who listen in this process.

A look asks the database, so that it does not matter which process changed a run. What it may have missed (clocks
differ, and a transaction commits after the moment it wrote) is found by looking some seconds back each time; what
a listener has heard already is not said again.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

from onedata.contract.jobs import RunState

from onedata_hub.studio.context import Context
from onedata_hub.studio.database import Database, utc_now
from onedata_hub.studio.jobs.live_repository import LiveRepository
from onedata_hub.studio.jobs.mapping import run_summary_json
from onedata_hub.studio.jobs.tables import AnyRow

log = logging.getLogger("onedata.studio.jobs")

LOOK_SECONDS = 1.0
_MARGIN = timedelta(seconds=10)
_LONGEST_ABSENCE = timedelta(hours=1)
_MOST_WAITING = 10_000  # events that a listener may be behind
_ENDED = None


@dataclass(frozen=True)
class Change:
    """A run as it is now: what a listener is told."""

    id: str
    run: bytes


@dataclass(eq=False)
class Listener:
    """Somebody who listens to a workspace. ``since`` is from when on they want to hear."""

    workspace: str
    since: datetime
    is_new: bool = True
    _waiting: asyncio.Queue[Change | None] = field(default_factory=lambda: asyncio.Queue(_MOST_WAITING))

    async def next(self, seconds: float) -> Change | None:
        """Give the next change; None where there was none in that time.

        Raises:
            EndOfFeed: If there will be no more: the studio stops, or its database does not answer.
        """
        try:
            async with asyncio.timeout(seconds):
                change = await self._waiting.get()
        except TimeoutError:
            return None
        if change is _ENDED:
            raise EndOfFeed
        return change

    def tell(self, change: Change | None) -> bool:
        """Hand over a change; False where the listener has fallen too far behind."""
        try:
            self._waiting.put_nowait(change)
        except asyncio.QueueFull:
            return False
        return True

    def end(self) -> None:
        """Let nothing more be heard."""
        while not self.tell(_ENDED):
            self._waiting.get_nowait()


class EndOfFeed(Exception):
    """Nothing more will be heard of this feed. Listen again."""


@dataclass
class _Seen:
    """What the last look saw of a workspace: runs as they were told, and which of them had not ended."""

    told: dict[str, bytes] = field(default_factory=dict)
    active: set[str] = field(default_factory=set)


class RunFeed:
    """Looks at the runs of all workspaces that somebody listens to."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._seen: dict[str, _Seen] = {}
        self._task: asyncio.Task[None] | None = None
        self._looked_at = float("-inf")

    def join(self, context: Context, workspace: str, last_event_id: str | None) -> Listener:
        """Listen: first to what has not ended or ended since the last event, then to every change."""
        listener = Listener(workspace, moment_of(last_event_id, utc_now()))
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look_while_somebody_listens(context))
        return listener

    def leave(self, listener: Listener) -> None:
        """Stop listening."""
        self._listeners.discard(listener)

    async def _look_while_somebody_listens(self, context: Context) -> None:
        loop = asyncio.get_running_loop()
        while self._listeners:
            await asyncio.sleep(max(0.0, self._looked_at + LOOK_SECONDS - loop.time()))
            self._looked_at = loop.time()
            try:
                if context.stopping:
                    self._end_all()
                elif self._listeners:
                    await self._look(context.database)
            except Exception:
                log.exception("The runs that listeners want to hear of could not be read.")
                self._end_all()
        self._seen.clear()

    async def _look(self, database: Database) -> None:
        now = utc_now()
        listeners = list(self._listeners)
        workspaces = {one.workspace for one in listeners}
        since = min([now, *(one.since for one in listeners if one.is_new)]) - _MARGIN
        watched = {run for name in workspaces for run in self._of(name).active}
        async with database.read() as session:
            rows = await LiveRepository(session).changed(workspaces, since, watched)
        found: dict[str, dict[str, AnyRow]] = {name: {} for name in workspaces}
        for row in rows:
            found[row.workspace][row.id] = row
        for name, runs in found.items():
            mine = [one for one in listeners if one.workspace == name]
            self._tell(mine, list(runs.values()), self._of(name), now)
        self._seen = {name: self._seen[name] for name in workspaces}

    def _tell(self, listeners: list[Listener], rows: Sequence[AnyRow], seen: _Seen, now: datetime) -> None:
        told: dict[str, bytes] = {}
        active: set[str] = set()
        for number, row in enumerate(rows):
            change = Change(f"{_milliseconds(now)}-{number}", run_summary_json(row))
            is_active = not RunState(row.state).is_final
            is_recent = is_active or row.finished_at >= now - _MARGIN
            is_known = row.id in seen.told or is_recent  # the rest is here for who comes back after a while
            has_changed = is_known and seen.told.get(row.id) != change.run
            for listener in listeners:
                wants = is_active or row.finished_at >= listener.since - _MARGIN
                if (wants if listener.is_new else has_changed) and not listener.tell(change):
                    self.leave(listener)
                    listener.end()
            if is_recent:
                told[row.id] = change.run
            if is_active:
                active.add(row.id)
        seen.told, seen.active = told, active
        for listener in listeners:
            listener.is_new = False

    def _of(self, workspace: str) -> _Seen:
        return self._seen.setdefault(workspace, _Seen())

    def _end_all(self) -> None:
        for listener in self._listeners:
            listener.end()
        self._listeners.clear()


def moment_of(event_id: str | None, now: datetime) -> datetime:
    """Give the moment of the last event that somebody heard; the present for none, and for what is no id of ours."""
    text = (event_id or "").partition("-")[0]
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        return now
    said = datetime.fromtimestamp(int(text) / 1000, UTC)
    return min(now, max(said, now - _LONGEST_ABSENCE))


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


# One feed a database, as one process may hold several studios (tests do).
_FEEDS: WeakKeyDictionary[Database, RunFeed] = WeakKeyDictionary()


def feed(context: Context) -> RunFeed:
    """Give this process's feed."""
    return _FEEDS.setdefault(context.database, RunFeed())
