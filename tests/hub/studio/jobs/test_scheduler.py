"""Due times become runs once, runs of a job keep out of each other's way, and leases say who looks after what."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from onedata_hub.studio.jobs.leases_repository import LeaseRepository
from onedata_hub.studio.jobs.queueing import MAX_WAITING
from onedata_hub.studio.jobs.repository import JobRepository
from onedata_hub.studio.jobs.scheduler import Scheduler

from tests.hub.studio.jobs.conftest import WS, JobsUnderTest, make_due, shift, wait_for_starts

LAST = (datetime.now(UTC) - timedelta(minutes=10)).replace(second=0, microsecond=0)  # missed, by any grace
HOURLY = {"cron": f"{LAST.minute} * * * *"}


async def due_job(jobs: JobsUnderTest, missed_hours: int = 0, **fields: Any) -> dict[str, Any]:
    """Make an hourly job that was due ten minutes ago, and some hours before."""
    schedule = HOURLY | fields.pop("schedule", {})
    job = await jobs.make_job(schedule=schedule, **fields)
    await make_due(jobs, job["id"], LAST - timedelta(hours=missed_hours))
    return job


async def states(jobs: JobsUnderTest) -> list[str]:
    return [run["state"] for run in reversed(await jobs.runs(limit=500))]


async def test_due_job_makes_one_run_and_is_due_again_at_its_next_time(any_jobs: JobsUnderTest):
    jobs = any_jobs
    job = await due_job(jobs)
    for _ in range(3):
        await jobs.scheduler.make_due_runs()
    runs = await jobs.runs()
    assert [(run["trigger"], datetime.fromisoformat(run["due_at"])) for run in runs] == [("schedule", LAST)]
    again = (await jobs.ann.get(f"{WS}/jobs/{job['id']}")).json()
    assert datetime.fromisoformat(again["next_due_at"]) == LAST + timedelta(hours=1)
    assert again["last_run"]["id"] == runs[0]["id"]


async def test_many_schedulers_make_and_start_each_due_run_once(any_jobs: JobsUnderTest):
    jobs = any_jobs
    jobs.studio.context.settings.jobs_max_running = 20
    for number in range(20):
        await due_job(jobs, name=f"job-{number}")
    schedulers = [Scheduler(jobs.studio.context) for _ in range(4)]
    for _ in range(3):
        await asyncio.gather(*(scheduler.look() for scheduler in schedulers))
        for scheduler in schedulers:
            await wait_for_starts(scheduler)
    assert len(await jobs.runs(limit=500)) == 20
    assert sorted(len(starts) for starts in jobs.backend.requests.values()) == [1] * 20
    for scheduler in schedulers:
        await scheduler.close()


async def test_run_that_was_started_since_it_was_read_is_not_started_twice(jobs: JobsUnderTest):
    run = await jobs.start(await jobs.make_job())
    await jobs.scheduler.claim()
    async with jobs.studio.context.database.read() as session:
        (as_read,) = await LeaseRepository(session).owned(jobs.scheduler.owner)
    await jobs.look()
    assert (as_read.state, (await jobs.run(run["id"]))["state"]) == ("queued", "running")
    await jobs.scheduler._supervisor.look_after(as_read)
    await wait_for_starts(jobs.scheduler)
    assert [len(starts) for starts in jobs.backend.requests.values()] == [1]


async def test_due_time_that_was_written_but_not_moved_on_is_not_made_twice(jobs: JobsUnderTest):
    job = await due_job(jobs)
    await jobs.scheduler.make_due_runs()
    await make_due(jobs, job["id"], LAST)  # as if the studio had died between two databases' worth of writes
    await jobs.scheduler.make_due_runs()
    assert len(await jobs.runs()) == 1


@pytest.mark.parametrize(("catch_up", "expected"), [("none", 0), ("latest", 1), ("all", 6)])
async def test_downtime_is_made_up_for_as_the_job_says(jobs: JobsUnderTest, catch_up: str, expected: int):
    await due_job(jobs, missed_hours=5, schedule={"catch_up": catch_up})
    await jobs.scheduler.make_due_runs()
    assert await states(jobs) == ["queued"] * expected


async def test_missed_times_run_one_after_another_in_order_even_under_forbid(jobs: JobsUnderTest):
    await due_job(jobs, missed_hours=3, schedule={"catch_up": "all"}, overlap="forbid")
    await jobs.scheduler.make_due_runs()
    ran = []
    for _ in range(4):
        await jobs.look()
        running = await jobs.runs(state="running")
        assert len(running) == 1
        ran.append(datetime.fromisoformat(running[0]["due_at"]))
        await jobs.runner(running[0]["id"]).result()
    assert ran == [LAST - timedelta(hours=back) for back in (3, 2, 1, 0)]


async def test_forbidden_overlap_skips_the_due_run_and_names_the_one_that_runs(any_jobs: JobsUnderTest):
    jobs = any_jobs
    job = await due_job(jobs, overlap="forbid")
    running = await jobs.start(job)
    await jobs.scheduler.make_due_runs()
    skipped = (await jobs.runs(state="skipped"))[0]
    assert running["id"] in skipped["message"]
    assert skipped["finished_at"] is not None
    by_hand = await jobs.ann.post(f"{WS}/jobs/{job['id']}/runs", json={})
    assert (by_hand.status_code, by_hand.json()["code"]) == (409, "overlap")
    assert running["id"] in by_hand.json()["detail"]


async def test_skipped_run_can_be_asked_for_later(jobs: JobsUnderTest):
    job = await due_job(jobs, overlap="forbid")
    running = await jobs.start(job)
    await jobs.scheduler.make_due_runs()
    skipped = (await jobs.runs(state="skipped"))[0]
    too_soon = await jobs.ann.post(f"{WS}/runs/{skipped['id']}/retry")
    await jobs.ann.post(f"{WS}/runs/{running['id']}/cancel")
    retried = await jobs.ann.post(f"{WS}/runs/{skipped['id']}/retry")
    assert (too_soon.status_code, retried.status_code) == (409, 200)
    await jobs.look()
    assert jobs.runner(skipped["id"]).attempt == 1


async def test_queued_runs_of_a_job_wait_for_one_another_in_order(any_jobs: JobsUnderTest):
    jobs = any_jobs
    job = await jobs.make_job(overlap="queue")
    ids = [(await jobs.start(job))["id"] for _ in range(3)]
    for run_id in ids:
        await jobs.look()
        assert [run["id"] for run in await jobs.runs(state="running")] == [run_id]
        await jobs.runner(run_id).result()
    assert await states(jobs) == ["succeeded"] * 3


async def test_queue_keeps_its_order_over_a_retry(jobs: JobsUnderTest):
    job = await jobs.make_job(overlap="queue", retries={"max_retries": 1, "backoff_seconds": 3600})
    first, second = [(await jobs.start(job))["id"] for _ in range(2)]
    await jobs.look()
    await jobs.runner(first).result("failed")
    await jobs.look()
    assert (await jobs.run(second))["state"] == "queued"
    await shift(jobs, first, not_before=datetime.now(UTC))
    await jobs.look()
    await jobs.runner(first).result()
    await jobs.look()
    assert (await jobs.run(second))["state"] == "running"


async def test_queue_of_a_job_has_an_end(jobs: JobsUnderTest):
    job = await due_job(jobs, overlap="queue")
    for _ in range(MAX_WAITING):
        await jobs.start(job)
    refused = await jobs.ann.post(f"{WS}/jobs/{job['id']}/runs", json={})
    await jobs.scheduler.make_due_runs()
    assert refused.status_code == 409
    assert f"no more than {MAX_WAITING}" in (await jobs.runs(state="skipped"))[0]["message"]


async def test_replacing_run_cancels_the_one_that_runs_and_starts_after_it(any_jobs: JobsUnderTest):
    jobs = any_jobs
    job = await jobs.make_job(schedule=HOURLY, overlap="replace")
    old = await jobs.start(job)
    await jobs.look()
    runner = jobs.runner(old["id"])
    await make_due(jobs, job["id"], LAST)
    await jobs.look()
    new = (await jobs.runs())[0]
    assert new["id"] != old["id"]
    assert (await runner.report()).json() == {"cancel": True}
    await jobs.look()
    assert (await jobs.run(new["id"]))["state"] == "queued"  # never two at once
    await runner.result("cancelled")
    await jobs.look()
    assert (await jobs.run(new["id"]))["state"] == "running"
    assert (await jobs.run(old["id"]))["message"] == f"Replaced by run {new['id']} of the same job."


async def test_replacing_run_cancels_those_that_wait_at_once(jobs: JobsUnderTest):
    job = await jobs.make_job(overlap="replace")
    for _ in range(3):
        await jobs.start(job)
    assert await states(jobs) == ["cancelled", "cancelled", "queued"]


async def test_room_limits_how_many_run_and_fills_again(jobs: JobsUnderTest):
    jobs.studio.context.settings.jobs_max_running = 2
    ids = [(await jobs.start(await jobs.make_job(f"job-{number}")))["id"] for number in range(5)]
    await jobs.look()
    assert await states(jobs) == ["running", "running", "queued", "queued", "queued"]
    await jobs.runner(ids[0]).result()
    await jobs.look()
    assert await states(jobs) == ["succeeded", "running", "running", "queued", "queued"]


async def test_runs_of_a_studio_that_died_are_taken_over_as_they_are(any_jobs: JobsUnderTest):
    jobs = any_jobs
    run, runner = await jobs.started()
    survivor = Scheduler(jobs.studio.context)
    await jobs.look(survivor)
    assert len(jobs.backend.requests[f"{run['id']}-1"]) == 1
    await shift(jobs, run["id"], lease_until=datetime.now(UTC) - timedelta(seconds=1))
    await jobs.look(survivor)
    assert len(jobs.backend.requests[f"{run['id']}-1"]) == 1  # it runs: nothing is started again
    await jobs.look()  # the one thought dead finds that it holds nothing
    await runner.result()
    assert (await jobs.run(run["id"]))["state"] == "succeeded"
    await survivor.close()


async def test_claimed_run_whose_studio_died_before_the_start_is_started_by_another(jobs: JobsUnderTest):
    run = await jobs.start(await jobs.make_job())
    await jobs.scheduler.claim()
    survivor = Scheduler(jobs.studio.context)
    await jobs.look(survivor)
    assert jobs.backend.requests == {}
    await shift(jobs, run["id"], lease_until=datetime.now(UTC) - timedelta(seconds=1))
    await jobs.look(survivor)
    assert (await jobs.run(run["id"]))["state"] == "running"
    await survivor.close()


async def test_studio_that_stops_in_order_gives_its_runs_away_at_once(jobs: JobsUnderTest):
    run, runner = await jobs.started()
    await jobs.scheduler.close()
    survivor = Scheduler(jobs.studio.context)
    await survivor.adopt()
    await survivor._extend()
    await jobs.look(Scheduler(jobs.studio.context))
    await runner.result()
    assert (await jobs.run(run["id"]))["state"] == "succeeded"
    await survivor.close()


async def test_lease_is_kept_while_the_studio_lives(jobs: JobsUnderTest):
    run, _runner = await jobs.started()
    await shift(jobs, run["id"], lease_until=datetime.now(UTC) + timedelta(seconds=1))
    await jobs.scheduler._extend()
    await asyncio.sleep(1.1)
    other = Scheduler(jobs.studio.context)
    await other.adopt()
    await other.follow()
    async with jobs.studio.context.database.read() as session:
        from onedata_hub.studio.jobs.leases_repository import LeaseRepository

        assert await LeaseRepository(session).owned(other.owner) == []
    await other.close()


async def test_schedule_that_cannot_be_kept_any_more_is_due_no_more(jobs: JobsUnderTest):
    job = await due_job(jobs)
    async with jobs.studio.context.database.write() as session:
        row = await JobRepository(session).lock(job["id"])
        assert row is not None
        row.schedule = {**row.schedule, "timezone": "Atlantis/Capital"}
    await jobs.scheduler.make_due_runs()
    assert (await jobs.ann.get(f"{WS}/jobs/{job['id']}")).json()["next_due_at"] is None


async def test_step_that_fails_does_not_stop_the_others(
    jobs: JobsUnderTest, caplog: pytest.LogCaptureFixture
):
    bad = await due_job(jobs, name="bad")
    await due_job(jobs, name="good")
    async with jobs.studio.context.database.write() as session:
        row = await JobRepository(session).lock(bad["id"])
        assert row is not None
        row.schedule = {"nonsense": True}
    await jobs.look()
    assert "make_due_runs failed" in caplog.text
    other = await jobs.start(await jobs.make_job("other"))
    await jobs.look()
    assert (await jobs.run(other["id"]))["state"] == "running"


async def test_lag_tells_of_the_run_that_waits_the_longest(jobs: JobsUnderTest):
    jobs.studio.context.settings.jobs_max_running = 1
    await jobs.started(name="one")
    waiting = await jobs.start(await jobs.make_job("two"))
    await shift(jobs, waiting["id"], not_before=datetime.now(UTC) - timedelta(seconds=100))
    await jobs.look()
    root = jobs.user("root", admin=True)
    lines = (await root.get("/metrics")).text.splitlines()
    lag = next(float(line.split()[1]) for line in lines if line.startswith("onedata_scheduler_lag_seconds "))
    assert 100 <= lag < 160
