"""Runs whose runners have a place of their own, such as a pod: begun once, waited for, explained."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from onedata.contract.environment import TOKEN
from onedata_hub.backends.compute.base import ComputeError, ComputeState, NeverStarts
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.jobs import supervising
from onedata_hub.studio.jobs.scheduler import Scheduler
from onedata_hub.studio.jobs.starting import MOST_STARTS
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
    await look_later(pods)


async def look_later(pods: JobsUnderTest) -> None:
    """Let the scheduler look when it is time to start again what is gone."""
    pods.scheduler._supervisor._start_again.clear()
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


async def test_a_run_that_is_started_again_has_a_token_though_it_waits_for_the_hub(
    pods: JobsUnderTest,
) -> None:
    run, _runner = await pods.started()
    pods.backend.states[f"{run['id']}-1"] = ComputeState.gone
    pods.studio.hub.away = True
    await pods.look()
    pods.studio.hub.away = False
    waiting = await pods.run(run["id"])
    assert (waiting["state"], waiting["message"][:27]) == ("running", "Not started yet: JupyterHub")
    assert len(pods.backend.requests[f"{run['id']}-1"]) == 1
    await look_later(pods)
    first, second = (request.environment[TOKEN] for request in pods.backend.requests[f"{run['id']}-1"])
    assert second in pods.studio.hub.tokens
    assert second != first
    assert (await pods.run(run["id"]))["message"] == ""


async def test_a_run_whose_user_left_the_group_of_its_profile_is_not_started_again(
    pods: JobsUnderTest, tmp_path: Path
) -> None:
    pods.studio.context.settings.profiles_file = tmp_path / "profiles.yaml"
    (tmp_path / "profiles.yaml").write_text(
        "- {display_name: Tiny, slug: tiny}\n- {display_name: Large, slug: large, allowed_groups: [ml]}\n"
    )
    pods.studio.hub.users["ann"]["groups"].append("ml")
    run, _runner = await pods.started(profile="large")
    pods.studio.hub.users["ann"]["groups"].remove("ml")
    await put(pods, run, ComputeState.gone)
    ended = await pods.run(run["id"])
    assert ended["state"] == "failed"
    assert "'large' is for group ml." in ended["message"]
    assert len(pods.backend.requests[f"{run['id']}-1"]) == 1


async def test_a_run_of_somebody_whom_the_hub_does_not_know_any_more_fails_and_says_so(
    pods: JobsUnderTest,
) -> None:
    run, _runner = await pods.started()
    pods.backend.states[f"{run['id']}-1"] = ComputeState.gone
    ann = pods.studio.hub.users.pop("ann")
    await look_later(pods)
    pods.studio.hub.users["ann"] = ann  # who reads of it
    ended = await pods.run(run["id"])
    assert (ended["state"], "JupyterHub has no user 'ann'" in ended["message"]) == ("failed", True), ended


async def test_a_try_to_start_that_failed_is_none_of_the_starts_after_which_a_run_is_given_up(
    pods: JobsUnderTest,
) -> None:
    run, _runner = await pods.started()
    pods.backend.start_error = ComputeError("The Kubernetes API server does not answer.")
    for _ in range(MOST_STARTS):
        await put(pods, run, ComputeState.gone)
    pods.backend.start_error = None
    for _ in range(2):
        await put(pods, run, ComputeState.gone)
    assert (await pods.run(run["id"]))["state"] == "running"
    assert len(pods.backend.requests[f"{run['id']}-1"]) == 3


async def test_a_run_that_cannot_be_started_again_for_too_long_fails_with_what_is_away(
    pods: JobsUnderTest,
) -> None:
    run, _runner = await pods.started()
    pods.studio.context.settings.jobs_start_patience_seconds = 0
    pods.backend.start_error = ComputeError("The Kubernetes API server does not answer.")
    for _ in range(2):
        await put(pods, run, ComputeState.gone)
    ended = await pods.run(run["id"])
    assert ended["state"] == "failed"
    assert ended["message"] == "It could not be started for 0 h: The Kubernetes API server does not answer."


async def test_a_start_that_was_left_half_made_is_completed_once_and_is_no_further_start(
    pods: JobsUnderTest,
) -> None:
    run, _runner = await pods.started()
    pods.backend.start_error = ComputeError("The Kubernetes API server does not answer.")
    await put(pods, run, ComputeState.gone)
    await put(pods, run, ComputeState.starting, "Its container cannot be started: no secret.")
    assert (await pods.run(run["id"]))[
        "message"
    ] == "Not started yet: The Kubernetes API server does not answer."
    pods.backend.start_error = None
    for _ in range(2):
        await put(pods, run, ComputeState.starting, "The image is fetched.")
    assert len(pods.backend.requests[f"{run['id']}-1"]) == 2
    assert (await pods.run(run["id"]))["message"] == "Waiting to start: The image is fetched."
    assert await _starts(pods, run) == 1


async def test_a_studio_completes_the_start_of_a_run_that_it_takes_over_while_that_waits(
    pods: JobsUnderTest,
) -> None:
    run, _runner = await pods.started()
    pods.backend.states[f"{run['id']}-1"] = ComputeState.starting
    await pods.scheduler.close()
    other = Scheduler(pods.studio.context)
    for _ in range(2):
        await pods.look(other)
    await other.close()
    assert len(pods.backend.requests[f"{run['id']}-1"]) == 2
    assert await _starts(pods, run) == 1


async def test_a_run_that_can_never_be_started_fails_at_once_in_the_backends_words(
    pods: JobsUnderTest,
) -> None:
    tokens = set(pods.studio.hub.tokens)
    pods.backend.start_error = NeverStarts("Profile 'gpu' asks for 'x', which a run's pod cannot have.")
    run = await pods.start(await pods.make_job())
    await pods.look()
    ended = await pods.run(run["id"])
    assert (ended["state"], ended["message"]) == (
        "failed",
        "Profile 'gpu' asks for 'x', which a run's pod cannot have.",
    )
    await pods.look()
    assert set(pods.studio.hub.tokens) == tokens


async def test_a_run_whose_pod_was_taken_from_it_says_so_and_is_ended_by_its_timeout(
    pods: JobsUnderTest,
) -> None:
    run, runner = await pods.started(timeout_seconds=600)
    await runner.begin()
    await put(pods, run, ComputeState.starting, "Its Job is suspended.")
    assert (await pods.run(run["id"]))["message"] == ""  # the cluster may tell late that it runs
    await _let_pass(pods, run, timedelta(minutes=5))
    await put(pods, run, ComputeState.starting, "Its Job is suspended.")
    assert (await pods.run(run["id"]))["message"].endswith("where it runs: Its Job is suspended.")
    assert pods.backend.cancelled == []
    await _let_pass(pods, run, timedelta(minutes=12))
    await put(pods, run, ComputeState.starting)
    assert pods.backend.cancelled == [f"{run['id']}-1"]
    await put(pods, run, ComputeState.gone)
    assert (await pods.run(run["id"]))["state"] == "timed_out"


async def test_attempts_that_cannot_be_cleaned_keep_no_later_one_from_it(
    pods: JobsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "_CLEANED_AT_ONCE", 2)
    tokens = set(pods.studio.hub.tokens)
    runs = []
    for name in ("one", "two", "three"):
        run, runner = await pods.started(name=name)
        await runner.result("succeeded")
        runs.append(run)
    pods.backend.states[f"{runs[2]['id']}-1"] = ComputeState.gone
    await pods.look()
    assert pods.backend.removed == [f"{runs[2]['id']}-1"]
    assert set(pods.studio.hub.tokens) == tokens
    pods.backend.states[f"{runs[0]['id']}-1"] = ComputeState.gone
    await pods.look()
    assert pods.backend.removed == [f"{runs[number]['id']}-1" for number in (2, 0)]


async def test_a_runs_token_outlives_its_wait_for_a_place(pods: JobsUnderTest) -> None:
    run, _runner = await pods.started(timeout_seconds=600)
    token = pods.backend.newest(run["id"]).environment[TOKEN]
    patience = pods.studio.context.settings.jobs_start_patience_seconds
    assert pods.studio.hub.tokens[token]["expires_in"] == 600 + patience + 3600


async def test_a_pod_that_stays_though_its_attempt_never_began_is_told_to_end_once_and_not_at_every_look(
    pods: JobsUnderTest,
) -> None:
    run, runner = await pods.started()
    await runner.result("lost")
    for _ in range(3):
        await pods.look()
    assert pods.backend.cancelled == [f"{run['id']}-1"]


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


async def _starts(pods: JobsUnderTest, run: dict[str, Any]) -> int:
    async with pods.studio.context.database.read() as session:
        attempt = await session.get(JobAttemptRow, (run["id"], 1))
    assert attempt is not None, "the run was started"
    return attempt.starts


async def _let_pass(pods: JobsUnderTest, run: dict[str, Any], time: timedelta) -> None:
    async with pods.studio.context.database.write() as session:
        await session.execute(
            update(JobAttemptRow)
            .where(JobAttemptRow.run_id == run["id"])
            .values(started_at=utc_now() - time, created_at=utc_now() - time)
        )
