"""When a schedule is due: cron in a time zone, across clock changes and downtime.

cronsim reads the expression and walks the wall clock (Debian cron's rules). The step from
wall clock to UTC is ours, because cronsim 2.8 walking in a zone jumps over due times where
the clock shifts by half an hour (Australia/Lord_Howe, ``*/20 3 * * *`` on 5 April 2026) and
steps back in time when it starts inside a repeated hour. The rules are Debian cron's:

* fixed times (neither minute nor hour begins with ``*``) in a skipped hour are due right
  after the gap, once; in a repeated hour they are due the first time only;
* wildcard times are due whenever the wall clock shows them: never in a skipped hour, twice
  in a repeated one.

Source: cron(8) of Debian, "Daylight Saving Time and other time changes".
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError
from onedata.contract.jobs import CatchUp, Schedule

CATCH_UP_LIMIT = 100  # due times made up for at most, the newest ones, under catch_up "all"
CATCH_UP_GRACE = timedelta(seconds=60)  # younger due times are late, not missed
_SHIFT = timedelta(hours=3)  # longer than any zone's clock change
_EXAMPLE = (
    "Write minute, hour, day of month, month and day of week: '30 2 * * 1-5' is 02:30 from Monday to Friday."
)


class ScheduleError(ValueError):
    """A schedule that cannot be kept; the message says why and what to write instead."""


@dataclass(frozen=True)
class CronSchedule:
    """A checked cron expression in its zone."""

    cron: str
    zone: ZoneInfo

    @property
    def is_fixed(self) -> bool:
        """Say whether clock changes move its times instead of dropping or repeating them."""
        minute, hour = self.cron.split()[:2]
        return not minute.startswith("*") and not hour.startswith("*")

    @property
    def words(self) -> str:
        """The schedule in words: ``At 02:30 every day (Europe/Berlin)``."""
        return f"{CronSim(self.cron, datetime(2026, 1, 1)).explain()} ({self.zone.key})"

    def next_after(self, after: datetime) -> datetime | None:
        """Give the first due time later than ``after`` (aware), in UTC; None if there is none."""
        return next(self.due_after(after), None)

    def due_after(self, after: datetime) -> Iterator[datetime]:
        """Give the due times later than ``after`` (aware), in UTC, strictly increasing."""
        after = after.astimezone(UTC)
        while (due := self._first_after(after)) is not None:
            yield due
            after = due

    def _first_after(self, after: datetime) -> datetime | None:
        local = after.astimezone(self.zone)
        wall = local.replace(tzinfo=None, fold=0)
        if _offset(after - _SHIFT, self.zone) != _offset(after + _SHIFT, self.zone):
            wall -= _SHIFT  # the clock changes about now: a wall time behind us may still come (again)
        earliest: datetime | None = None
        for candidate in CronSim(self.cron, wall):
            instants = _instants(candidate, self.zone, moves=self.is_fixed)
            coming = [instant for instant in instants if instant > after]
            earliest = min([*coming, earliest] if earliest else coming, default=None)
            # First instants only grow with the wall time, so nothing later can come before this one.
            if instants and instants[0] > after:
                break
        return earliest


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


def _instants(wall: datetime, zone: ZoneInfo, *, moves: bool) -> list[datetime]:
    """Give the UTC instants at which a schedule is due for a wall time, earliest first."""
    first = wall.replace(tzinfo=zone, fold=0)
    second = wall.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return [first.astimezone(UTC)]
    if _exists(first):
        return [first.astimezone(UTC)] if moves else [first.astimezone(UTC), second.astimezone(UTC)]
    if not moves:
        return []
    while not _exists(first):
        first = (first.replace(tzinfo=None) + timedelta(minutes=1)).replace(tzinfo=zone)
    return [first.astimezone(UTC)]


def _exists(moment: datetime) -> bool:
    """Say whether the wall clock ever shows this moment (it does not inside a gap)."""
    back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    return back.replace(tzinfo=None, fold=0) == moment.replace(tzinfo=None, fold=0)


def read_schedule(schedule: Schedule, now: datetime) -> CronSchedule:
    """Check a schedule.

    Raises:
        ScheduleError: If the zone is unknown, the expression is not five fields of cron, or it
            never fires; says which.
    """
    return _read(" ".join(schedule.cron.split()), schedule.timezone, now.year)


@lru_cache(maxsize=4_096)
def _read(cron: str, timezone: str, year: int) -> CronSchedule:
    if timezone not in _zones():
        raise ScheduleError(
            f"Time zone '{timezone}' is not known. Write an IANA name such as Europe/Berlin or UTC."
        )
    if len(cron.split()) != 5:
        raise ScheduleError(f"Cron '{cron}' has {len(cron.split())} fields, not five. {_EXAMPLE}")
    checked = CronSchedule(cron, ZoneInfo(timezone))
    try:
        fires = next(CronSim(cron, datetime(year, 1, 1)), None) is not None
    except CronSimError as error:
        if not _day_is_never(cron):
            raise ScheduleError(f"Cron '{cron}' cannot be read: {str(error).lower()}. {_EXAMPLE}") from error
        fires = False
    if not fires:
        raise ScheduleError(
            f"Cron '{cron}' never fires: no month it names has such a day. Choose a day that comes, or L for the last."
        )
    return checked


def _day_is_never(cron: str) -> bool:
    """Say whether each field can be read and only their combination has no day (31 February)."""
    minute, hour, day, month, weekday = cron.split()
    try:
        CronSim(f"{minute} {hour} {day} * {weekday}", datetime(2026, 1, 1))
        CronSim(f"{minute} {hour} * {month} {weekday}", datetime(2026, 1, 1))
    except CronSimError:
        return False
    return True


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@dataclass(frozen=True)
class Due:
    """What to do about due times that have come: runs to make (oldest first) and when to look next."""

    times: list[datetime]
    next_due_at: datetime | None


def settle_due(schedule: CronSchedule, policy: CatchUp, first_due: datetime, now: datetime) -> Due:
    """Decide which of the due times from ``first_due`` to ``now`` become runs.

    Times younger than ``CATCH_UP_GRACE`` always do. Of the older ones, missed while no
    scheduler ran, ``all`` keeps the newest ``CATCH_UP_LIMIT``, ``latest`` the newest if no
    younger one is there, ``none`` none.
    """
    times = _newest_due(schedule, first_due, now)
    if policy is CatchUp.latest:
        times = times[-1:]
    elif policy is CatchUp.none:
        times = [due for due in times if now - due <= CATCH_UP_GRACE]
    return Due(times, schedule.next_after(now))


def _newest_due(schedule: CronSchedule, first_due: datetime, now: datetime) -> list[datetime]:
    """Give the newest ``CATCH_UP_LIMIT`` due times of [first_due, now], oldest first.

    Looks back in growing windows, so that a year of downtime of an every-minute job costs
    thousands of steps and not half a million.
    """
    window = timedelta(hours=2)
    while True:
        start = max(first_due - timedelta(seconds=1), now - window)
        found: deque[datetime] = deque(maxlen=CATCH_UP_LIMIT)
        for due in schedule.due_after(start):
            if due > now:
                break
            found.append(due)
        if len(found) == CATCH_UP_LIMIT or start < first_due:
            return list(found)
        window *= 8
