"""Runs as they change, as server-sent events: to whom, how soon, after a break, and what it costs."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from onedata_hub.serving import _GRACE_SECONDS
from onedata_hub.studio.jobs import live, live_endpoints
from onedata_hub.studio.jobs.live import moment_of

from tests.hub.studio.jobs.conftest import WS, JobsUnderTest, shift
from tests.hub.studio.jobs.processes import make_job, running_platform
from tests.hub.studio.jobs.test_queries import asked_questions, plans
from tests.support.serving import served
from tests.support.studio import PREFIX, StudioUnderTest, running_studio

SOON_SECONDS = 10


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks and heartbeats come sooner than they do in earnest."""
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(live_endpoints, "HEARTBEAT_SECONDS", 0.3)


@dataclass
class Stream:
    """What one listener hears."""

    answer: httpx.Response
    lines: AsyncIterator[str]
    last_id: str = ""

    async def next(self) -> dict[str, Any]:
        """Give the next run."""
        async with asyncio.timeout(SOON_SECONDS):
            async for line in self.lines:
                name, _, value = line.partition(": ")
                if name == "id":
                    self.last_id = value
                elif name == "data":
                    return json.loads(value)
        raise AssertionError("the stream has ended")

    async def until(self, **wanted: Any) -> dict[str, Any]:
        """Give the first run that is as wanted."""
        while True:
            run = await self.next()
            if wanted.items() <= run.items():
                return run

    async def silence(self) -> None:
        """Hear nothing until the next heartbeat."""
        async with asyncio.timeout(SOON_SECONDS):
            async for line in self.lines:
                assert not line.startswith("data"), line
                if line.startswith(": nothing"):
                    return
        raise AssertionError("the stream has ended")

    async def end(self) -> None:
        """Wait until the stream ends."""
        async with asyncio.timeout(SOON_SECONDS):
            async for _ in self.lines:
                pass


@contextlib.asynccontextmanager
async def listening(url: str, token: str, last_id: str | None = None) -> AsyncIterator[Stream]:
    headers = {"Authorization": f"token {token}"} | ({"Last-Event-ID": last_id} if last_id else {})
    async with (
        httpx.AsyncClient(headers=headers, timeout=30, trust_env=False) as client,
        client.stream("GET", url) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        yield Stream(answer, answer.aiter_lines())


@contextlib.asynccontextmanager
async def events_of(studio: StudioUnderTest) -> AsyncIterator[str]:
    """Serve a studio; give the address of the events of team-a."""
    async with served(studio.app) as address:
        yield f"{address}{PREFIX}{WS}/runs/events"


def token_of(jobs: JobsUnderTest, user: str = "ann") -> str:
    return jobs.studio.hub.add_token(user)


async def test_every_change_of_a_run_is_heard(any_jobs: JobsUnderTest) -> None:
    jobs = any_jobs
    job = await jobs.make_job()
    async with events_of(jobs.studio) as url, listening(url, token_of(jobs)) as stream:
        assert stream.answer.headers["Content-Type"].startswith("text/event-stream")
        run = await jobs.start(job)
        assert (await stream.until(state="queued"))["id"] == run["id"]
        first = stream.last_id
        await jobs.look()
        await stream.until(state="running")
        await jobs.runner(run["id"]).report(done=1)
        assert (await stream.next())["progress"]["cells_done"] == 1
        await jobs.runner(run["id"]).result()
        await stream.until(state="succeeded")
        assert stream.last_id > first
        assert (await jobs.runs())[0] == await last_heard(url, token_of(jobs))


async def last_heard(url: str, token: str) -> dict[str, Any]:
    """Give what somebody who comes now hears of a run that has just ended."""
    async with listening(url, token) as stream:
        return await stream.next()


async def test_listener_hears_first_what_has_not_ended_and_nothing_old(jobs: JobsUnderTest) -> None:
    old = await jobs.start(await jobs.make_job("old"))
    await jobs.ann.post(f"{WS}/runs/{old['id']}/cancel")
    await shift(jobs, old["id"], finished_at=datetime.now(UTC) - timedelta(minutes=5))
    waiting = await jobs.start(await jobs.make_job("waiting"))
    async with events_of(jobs.studio) as url, listening(url, token_of(jobs)) as stream:
        assert (await stream.next())["id"] == waiting["id"]
        await stream.silence()


async def test_listener_that_comes_back_hears_what_ended_meanwhile(any_jobs: JobsUnderTest) -> None:
    jobs = any_jobs
    run = await jobs.start(await jobs.make_job())
    async with events_of(jobs.studio) as url:
        async with listening(url, token_of(jobs)) as stream:
            await stream.until(state="queued")
        await jobs.ann.post(f"{WS}/runs/{run['id']}/cancel")
        minute = timedelta(minutes=1)
        await shift(jobs, run["id"], finished_at=datetime.now(UTC) - minute)
        ago = int((datetime.now(UTC) - 2 * minute).timestamp() * 1000)
        async with (
            listening(url, token_of(jobs)) as present,
            listening(url, token_of(jobs), f"{ago}-3") as returned,
        ):
            assert (await returned.next())["state"] == "cancelled"
            await present.silence()


async def test_run_that_ended_long_ago_and_is_settled_now_is_heard(jobs: JobsUnderTest) -> None:
    run, _ = await jobs.started()
    async with events_of(jobs.studio) as url, listening(url, token_of(jobs)) as stream:
        await stream.until(state="running")
        hour = datetime.now(UTC) - timedelta(hours=1)
        await shift(jobs, run["id"], state="succeeded", finished_at=hour)
        await stream.until(state="succeeded")


async def test_change_made_by_another_process_is_heard(any_jobs: JobsUnderTest, tmp_path: Path) -> None:
    jobs = any_jobs
    job = await jobs.make_job()
    url = jobs.studio.context.settings.database_url
    async with (
        running_studio(tmp_path, database_url=url, hub=jobs.studio.hub) as other,
        events_of(other) as events,
        listening(events, token_of(jobs)) as stream,
    ):
        run = await jobs.start(job)
        assert (await stream.next())["id"] == run["id"]


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_of_two_processes_one_hears_the_other_and_stops_when_told(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgresql" else None
    async with running_platform(tmp_path, url) as platform:
        one, other = [await platform.studio().start() for _ in range(2)]
        async with (
            other.client() as client,
            listening(f"{one.url}{WS}/runs/events", platform.token) as stream,
        ):
            job = await make_job(client, "nightly", "print(1)")
            run = (await client.post(f"{WS}/jobs/{job['id']}/runs", json={})).json()
            await stream.until(id=run["id"], state="succeeded")
            assert one.process is not None
            one.process.terminate()
            began = time.monotonic()
            await stream.end()
            await asyncio.to_thread(one.process.wait, SOON_SECONDS)
            assert time.monotonic() - began < _GRACE_SECONDS  # uvicorn had to break off nothing


async def test_members_alone_may_listen_viewers_too(jobs: JobsUnderTest) -> None:
    root = jobs.user("root", admin=True)
    await root.put(f"{WS}/members/vic", json={"role": "viewer"})
    async with events_of(jobs.studio) as url, httpx.AsyncClient(trust_env=False) as stranger:
        jobs.user("vic", "team-a")
        async with listening(url, token_of(jobs, "vic")) as stream:
            await stream.silence()
        jobs.user("bob", "team-b")
        refused = await stranger.get(url, headers={"Authorization": f"token {token_of(jobs, 'bob')}"})
        unknown = await stranger.get(url)
    assert (refused.status_code, refused.json()["code"]) == (404, "workspace_not_found")
    assert unknown.status_code == 401


async def test_nothing_of_another_workspace_is_heard(jobs: JobsUnderTest) -> None:
    await jobs.start(await jobs.make_job())
    jobs.user("bob", "team-b")
    async with events_of(jobs.studio) as url:
        theirs = url.replace("team-a", "team-b")
        async with (
            listening(url, token_of(jobs)) as ours,
            listening(theirs, token_of(jobs, "bob")) as other,
        ):
            await ours.next()
            await other.silence()


@pytest.mark.parametrize("why", ["token", "group", "hub"])
async def test_stream_ends_when_its_token_or_membership_does(jobs: JobsUnderTest, why: str) -> None:
    token, hub = token_of(jobs), jobs.studio.hub
    async with events_of(jobs.studio) as url, listening(url, token) as stream:
        await stream.silence()
        if why == "token":
            del hub.tokens[token]
        elif why == "group":
            hub.users["ann"]["groups"] = []
        else:
            hub.away = True
        await stream.end()
        hub.away = False


async def test_streams_end_when_the_studio_is_told_to_stop(jobs: JobsUnderTest) -> None:
    async with events_of(jobs.studio) as url, listening(url, token_of(jobs)) as stream:
        await stream.silence()
        jobs.studio.context.stop()
        await stream.end()


async def test_streams_end_when_the_database_does_not_answer(
    jobs: JobsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OSError("no database")

    async with events_of(jobs.studio) as url, listening(url, token_of(jobs)) as stream:
        await stream.silence()
        with monkeypatch.context() as broken:
            broken.setattr(jobs.studio.context.database, "read", away)
            await stream.end()
        async with listening(url, token_of(jobs)) as again:
            await jobs.start(await jobs.make_job())
            await again.next()


async def test_all_listeners_share_a_look_which_scans_no_table(
    jobs: JobsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.5)
    await jobs.started()
    with asked_questions() as asked:
        async with events_of(jobs.studio) as url, contextlib.AsyncExitStack() as stack:
            streams = [await stack.enter_async_context(listening(url, token_of(jobs))) for _ in range(5)]
            for stream in streams:
                await stream.next()
            await asyncio.sleep(1.2)
    looks = [one for one in asked if "UNION ALL" in one[1]]
    assert 2 <= len(looks) <= 6
    engine = jobs.studio.context.database._reader
    assert engine is not None
    assert all("SCAN job_runs" not in plan for plan in plans(looks, engine).values())


async def test_nobody_listens_nobody_looks(jobs: JobsUnderTest) -> None:
    async with events_of(jobs.studio) as url:
        async with listening(url, token_of(jobs)) as stream:
            await stream.silence()
        feed = live.feed(jobs.studio.context)
        async with asyncio.timeout(SOON_SECONDS):
            while feed._listeners or (feed._task and not feed._task.done()):
                await asyncio.sleep(0.05)


def test_last_event_id_is_a_moment_within_the_last_hour() -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    minute = timedelta(minutes=1)

    def id_of(moment: datetime) -> str:
        return f"{int(moment.timestamp() * 1000)}-7"

    assert moment_of(id_of(now - minute), now) == now - minute
    assert moment_of(id_of(now + minute), now) == now
    assert moment_of(id_of(now - 600 * minute), now) == now - 60 * minute
    assert [moment_of(text, now) for text in (None, "", "x-1", "9" * 30, "٣")] == [now] * 5
