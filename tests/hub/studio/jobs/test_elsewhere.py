"""Runs whose runners have a place of their own, such as a pod: begun once, waited for, explained."""

from datetime import timedelta
from typing import Any

import pytest
from onedata_hub.backends.compute.base import ComputeState
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.jobs.tables import JobAttemptRow
from sqlalchemy import update

from tests.hub.studio.jobs.conftest import WS, JobsUnderTest


@pytest.fixture
def pods(jobs: JobsUnderTest) -> JobsUnderTest:
    """Jobs whose backend keeps nothing beyond a runner."""
    jobs.backend.keeps_spools = False
    return jobs


async def put(pods: JobsUnderTest, run: dict[str, Any], state: ComputeState, why: str = "") -> None:
    """Let the backend say this of a run's newest attempt, and let the scheduler look."""
    reference = f"{run['id']}-{(await pods.run(run['id']))['attempt']}"
    pods.backend.states[reference], pods.backend.whys[reference] = state, why
    await pods.look()


async def test_orders_are_given_to_the_first_place_and_to_no_other(pods: JobsUnderTest) -> None:
    _run, runner = await pods.started()
    first = await runner.begin("place-one")
    assert first.status_code == 200
    assert first.json()["spec"]["run_id"] == runner.request.spec.run_id
    assert first.json()["spec"] == runner.request.spec.model_dump(mode="json")
    assert first.json()["notebook"].encode() == runner.request.notebook
    assert (await runner.begin("place-one")).json() == first.json()
    other = await runner.begin("place-two")
    assert (other.status_code, other.json()["code"]) == (409, "begun_elsewhere")


async def test_orders_are_for_who_holds_the_key(pods: JobsUnderTest) -> None:
    _run, runner = await pods.started()
    runner.key = "guessed"
    assert (await runner.begin()).status_code == 401


async def test_a_cancelled_run_gives_no_orders(pods: JobsUnderTest) -> None:
    run, runner = await pods.started()
    await pods.ann.post(f"{WS}/runs/{run['id']}/cancel")
    refused = await runner.begin()
    assert (refused.status_code, refused.json()["code"]) == (409, "run_cancelled")


async def test_an_attempt_that_has_ended_gives_no_orders(pods: JobsUnderTest) -> None:
    _run, runner = await pods.started()
    await runner.result("succeeded")
    assert (await runner.begin()).status_code == 410


async def test_what_a_run_waits_for_is_told_until_it_begins(pods: JobsUnderTest) -> None:
    run, runner = await pods.started()
    await put(pods, run, ComputeState.starting, "No node can take it now: 1 Insufficient nvidia.com/gpu.")
    waiting = await pods.run(run["id"])
    assert waiting["message"] == "Waiting to start: No node can take it now: 1 Insufficient nvidia.com/gpu."
    await runner.begin()
    await put(pods, run, ComputeState.running)
    assert (await pods.run(run["id"]))["message"] == ""


async def test_waiting_does_not_count_as_running_time(pods: JobsUnderTest) -> None:
    run, runner = await pods.started(timeout_seconds=60)
    await _let_pass(pods, run, timedelta(hours=2))
    await put(pods, run, ComputeState.starting)
    assert pods.backend.cancelled == []
    await runner.begin()
    await put(pods, run, ComputeState.running)
    assert pods.backend.cancelled == []


async def test_a_run_that_waits_too_long_fails_with_what_it_waited_for(pods: JobsUnderTest) -> None:
    run, _runner = await pods.started()
    await _let_pass(pods, run, timedelta(hours=7))
    await put(pods, run, ComputeState.starting, "No node can take it now.")
    ended = await pods.run(run["id"])
    assert ended["state"] == "failed"
    assert ended["message"] == "It waited 6 h for a place to run. No node can take it now."
    assert pods.backend.cancelled == [f"{run['id']}-1"]


async def test_a_runner_that_began_and_is_gone_is_lost_with_its_reason_and_not_started_again(
    pods: JobsUnderTest,
) -> None:
    run, runner = await pods.started()
    await runner.begin()
    await put(pods, run, ComputeState.gone, "It used more memory than its pod may have (300 MiB).")
    ended = await pods.run(run["id"])
    assert (ended["state"], ended["message"]) == (
        "failed",
        "It used more memory than its pod may have (300 MiB).",
    )
    assert len(pods.backend.requests[f"{run['id']}-1"]) == 1


async def test_a_runner_that_is_gone_before_it_began_is_started_again(pods: JobsUnderTest) -> None:
    run, _runner = await pods.started()
    await put(pods, run, ComputeState.gone, "Its pod was evicted: its node is being emptied.")
    assert len(pods.backend.requests[f"{run['id']}-1"]) == 2
    assert (await pods.run(run["id"]))["state"] == "running"


async def test_a_run_whose_node_is_not_heard_of_says_so_for_as_long(pods: JobsUnderTest) -> None:
    run, runner = await pods.started()
    await runner.begin()
    await put(pods, run, ComputeState.running, "Its node 'gpu-1' is not heard of since 10:00.")
    assert (await pods.run(run["id"]))["message"] == (
        "Something is wrong where it runs: Its node 'gpu-1' is not heard of since 10:00."
    )
    await put(pods, run, ComputeState.running)
    back = await pods.run(run["id"])
    assert (back["state"], back["message"]) == ("running", "")


async def test_a_run_cancelled_before_it_began_is_cancelled_once_it_is_gone(pods: JobsUnderTest) -> None:
    run, _runner = await pods.started()
    await pods.ann.post(f"{WS}/runs/{run['id']}/cancel")
    await put(pods, run, ComputeState.gone, "It was told to end.")
    ended = await pods.run(run["id"])
    assert (ended["state"], ended["message"]) == ("cancelled", "Cancelled by ann.")
    assert len(pods.backend.requests[f"{run['id']}-1"]) == 1


async def test_a_runner_that_somebody_else_ended_is_told_with_the_reason(pods: JobsUnderTest) -> None:
    run, runner = await pods.started()
    await runner.begin()
    pods.backend.whys[f"{run['id']}-1"] = "Its pod was evicted: its node is being emptied."
    await runner.result("cancelled", message="Cancelled in cell 2 'load'.")
    ended = await pods.run(run["id"])
    assert ended["state"] == "failed"
    assert ended["message"] == ("Its pod was evicted: its node is being emptied. Cancelled in cell 2 'load'.")


async def test_a_backend_that_is_away_ends_no_run_and_starts_none_twice(pods: JobsUnderTest) -> None:
    run, runner = await pods.started()
    await runner.begin()
    pods.backend.away = "The Kubernetes API server does not answer."
    for _ in range(3):
        await pods.look()
    assert (await pods.run(run["id"]))["state"] == "running"
    assert len(pods.backend.requests[f"{run['id']}-1"]) == 1
    await runner.result("lost", message="The runner was killed.")
    assert (await pods.run(run["id"]))["message"] == "The runner was killed."


async def _let_pass(pods: JobsUnderTest, run: dict[str, Any], time: timedelta) -> None:
    async with pods.studio.context.database.write() as session:
        await session.execute(
            update(JobAttemptRow)
            .where(JobAttemptRow.run_id == run["id"])
            .values(started_at=utc_now() - time, created_at=utc_now() - time)
        )
