"""Due times: zones, clock changes, downtime."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st
from onedata.contract.jobs import CatchUp, Schedule
from onedata_hub.studio.jobs.schedules import (
    CATCH_UP_LIMIT,
    CronSchedule,
    ScheduleError,
    read_schedule,
    settle_due,
)

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def cron(expression: str, timezone: str = "UTC") -> CronSchedule:
    return read_schedule(Schedule(cron=expression, timezone=timezone), NOW)


def due(schedule: CronSchedule, after: datetime, count: int) -> list[datetime]:
    times = schedule.due_after(after)
    return [next(times) for _ in range(count)]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("0 0 31 2 *", "never fires"),
        ("0 0 31 4,6 *", "never fires"),
        ("0 0 30 FEB *", "never fires"),
        ("61 * * * *", "bad minute"),
        ("0 25 * * *", "bad hour"),
        ("0 0 32 * *", "bad day-of-month"),
        ("0 0 * 13 *", "bad month"),
        ("* * * * * *", "6 fields"),
        ("@daily", "1 fields"),
        ("", "0 fields"),
        ("a b c d e", "cannot be read"),
    ],
)
def test_cron_that_cannot_be_kept_is_refused_with_a_sentence(expression: str, sentence: str) -> None:
    with pytest.raises(ScheduleError, match=sentence):
        cron(expression)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "/etc/localtime", "europe/berlin"])
def test_unknown_zone_is_refused_by_name(zone: str) -> None:
    with pytest.raises(ScheduleError, match="is not known"):
        cron("0 0 * * *", zone)


def test_rare_day_is_found_decades_ahead() -> None:
    assert cron("0 0 29 2 */7").next_after(NOW) == utc("2032-02-29T00:00+00:00")


def test_words_name_time_and_zone() -> None:
    assert cron("30 2 * * 1-5", "Europe/Berlin").words == "At 02:30 on Monday through Friday (Europe/Berlin)"


@pytest.mark.parametrize(
    ("zone", "before", "expected"),
    [
        ("Europe/Berlin", "2026-03-28T12:00+01:00", ["2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00"]),
        ("America/New_York", "2026-03-07T12:00-05:00", ["2026-03-08T03:00-04:00", "2026-03-09T02:30-04:00"]),
        (
            "Australia/Lord_Howe",
            "2026-10-03T12:00+10:30",
            ["2026-10-04T02:30+11:00", "2026-10-05T02:30+11:00"],
        ),
    ],
)
def test_fixed_time_in_a_skipped_hour_is_due_once_right_after(
    zone: str, before: str, expected: list[str]
) -> None:
    assert due(cron("30 2 * * *", zone), utc(before), 2) == [utc(text) for text in expected]


@pytest.mark.parametrize(
    ("zone", "expression", "before", "expected"),
    [
        (
            "Europe/Berlin",
            "30 2 * * *",
            "2026-10-24T12:00+02:00",
            ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"],
        ),
        (
            "America/New_York",
            "30 1 * * *",
            "2026-10-31T12:00-04:00",
            ["2026-11-01T01:30-04:00", "2026-11-02T01:30-05:00"],
        ),
        (
            "Australia/Lord_Howe",
            "45 1 * * *",
            "2026-04-04T12:00+11:00",
            ["2026-04-05T01:45+11:00", "2026-04-06T01:45+10:30"],
        ),
    ],
)
def test_fixed_time_in_a_repeated_hour_is_due_the_first_time_only(
    zone: str, expression: str, before: str, expected: list[str]
) -> None:
    assert due(cron(expression, zone), utc(before), 2) == [utc(text) for text in expected]


def test_start_inside_the_repeated_hour_never_goes_back_in_time() -> None:
    inside = utc("2026-10-25T02:15+01:00")  # the second 02:15 in Berlin: its 02:30 has been
    assert cron("30 2 * * *", "Europe/Berlin").next_after(inside) == utc("2026-10-26T02:30+01:00")


def test_wildcard_runs_through_the_repeated_hour_and_skips_the_gap() -> None:
    hourly = cron("10 * * * *", "Europe/Berlin")
    assert due(hourly, utc("2026-10-25T01:50+02:00"), 3) == [
        utc("2026-10-25T02:10+02:00"),
        utc("2026-10-25T02:10+01:00"),
        utc("2026-10-25T03:10+01:00"),
    ]
    assert due(hourly, utc("2026-03-29T01:30+01:00"), 2) == [
        utc("2026-03-29T03:10+02:00"),
        utc("2026-03-29T04:10+02:00"),
    ]


def test_half_hour_change_loses_no_due_time() -> None:
    after = utc("2026-04-05T02:50+10:30")
    assert due(cron("*/20 3 * * *", "Australia/Lord_Howe"), after, 2) == [
        utc("2026-04-05T03:00+10:30"),
        utc("2026-04-05T03:20+10:30"),
    ]


def brute_force(schedule: CronSchedule, after: datetime, until: datetime) -> list[datetime]:
    """Look at every UTC minute; written from Debian's rules, apart from the code under test."""
    fields = CronSim(schedule.cron, datetime(2026, 1, 1))

    def matches(wall: datetime) -> bool:
        return (
            wall.month in fields.months
            and fields.match_day(wall.date())
            and wall.hour in fields.hours
            and wall.minute in fields.minutes
        )

    found = []
    minute = (after - timedelta(hours=4)).replace(second=0, microsecond=0)
    shown: set[datetime] = set()
    previous = minute.astimezone(schedule.zone).replace(tzinfo=None)
    while minute <= until:
        wall = minute.astimezone(schedule.zone).replace(tzinfo=None)
        is_due = matches(wall) and not (schedule.is_fixed and wall in shown)
        if schedule.is_fixed and wall > previous + timedelta(minutes=1):  # the clock jumped ahead
            missing = int((wall - previous).total_seconds() // 60)
            is_due = is_due or any(matches(previous + timedelta(minutes=step)) for step in range(1, missing))
        if is_due and minute > after:
            found.append(minute)
        shown.add(wall)
        previous = wall
        minute += timedelta(minutes=1)
    return found


ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Havana",
    "Antarctica/Troll",
]
CHANGES = [  # the clock changes of these zones in 2026, and an ordinary day
    "2026-03-29T01:00+00:00", "2026-10-25T01:00+00:00", "2026-03-08T07:00+00:00", "2026-11-01T06:00+00:00",
    "2026-10-03T15:30+00:00", "2026-04-04T15:00+00:00", "2026-04-23T22:00+00:00", "2026-10-29T21:00+00:00",
    "2026-03-08T05:00+00:00", "2026-11-01T05:00+00:00", "2026-06-10T00:00+00:00",
]  # fmt: skip


def field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    spans = st.tuples(number, number).map(sorted).map(lambda ends: f"{ends[0]}-{ends[1]}")
    return st.one_of(
        st.just("*"),
        st.sampled_from(["*/2", "*/5", "*/15"]),
        number.map(str),
        spans,
        st.lists(number, min_size=2, max_size=3).map(lambda items: ",".join(map(str, items))),
    )


@settings(max_examples=150, deadline=None)
@given(
    minute=field(0, 59),
    hour=st.one_of(field(0, 23), field(0, 3)),
    weekday=st.sampled_from(["*", "*", "0", "1-5", "6,0"]),
    zone=st.sampled_from(ZONES),
    change=st.sampled_from(CHANGES),
    shift=st.integers(-240, 240),
)
def test_due_times_equal_a_scan_of_every_minute(
    minute: str, hour: str, weekday: str, zone: str, change: str, shift: int
) -> None:
    schedule = CronSchedule(f"{minute} {hour} * * {weekday}", ZoneInfo(zone))
    after = utc(change) + timedelta(minutes=shift)
    until = after + timedelta(hours=30)
    found = []
    for moment in schedule.due_after(after):
        if moment > until:
            break
        found.append(moment)
    assert found == brute_force(schedule, after, until)


@settings(max_examples=150, deadline=None)
@given(
    minute=field(0, 59),
    hour=field(0, 23),
    day=st.one_of(st.just("*"), st.integers(1, 28).map(str), st.just("L")),
    zone=st.sampled_from(ZONES),
    after=st.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
)
def test_due_times_strictly_increase_whole_minutes_from_any_start(
    minute: str, hour: str, day: str, zone: str, after: datetime
) -> None:
    times = [after, *due(CronSchedule(f"{minute} {hour} {day} * *", ZoneInfo(zone)), after, 20)]
    assert all(earlier < later for earlier, later in pairwise(times))
    assert all(moment.second == 0 and moment.microsecond == 0 for moment in times[1:])


def test_a_due_time_just_passed_runs_under_every_policy() -> None:
    hourly = cron("0 * * * *")
    for policy in CatchUp:
        settled = settle_due(hourly, policy, NOW, NOW + timedelta(seconds=2))
        assert settled.times == [NOW]
        assert settled.next_due_at == NOW + timedelta(hours=1)


def test_downtime_is_made_up_for_as_the_policy_says() -> None:
    hourly = cron("0 * * * *")
    missed, now = NOW - timedelta(hours=5), NOW + timedelta(minutes=30)
    assert settle_due(hourly, CatchUp.none, missed, now).times == []
    assert settle_due(hourly, CatchUp.latest, missed, now).times == [NOW]
    assert settle_due(hourly, CatchUp.all, missed, now).times == [
        missed + timedelta(hours=hour) for hour in range(6)
    ]


def test_a_year_down_makes_up_for_the_newest_hundred_only() -> None:
    minutely = cron("* * * * *")
    settled = settle_due(minutely, CatchUp.all, NOW - timedelta(days=365), NOW)
    assert settled.times == [NOW - timedelta(minutes=back) for back in reversed(range(CATCH_UP_LIMIT))]
    assert settled.next_due_at == NOW + timedelta(minutes=1)


def test_a_yearly_job_missed_long_ago_is_found() -> None:
    yearly = cron("0 0 1 1 *")
    assert settle_due(yearly, CatchUp.all, utc("2020-01-01T00:00+00:00"), NOW).times == [
        utc(f"{year}-01-01T00:00+00:00") for year in range(2020, 2027)
    ]
