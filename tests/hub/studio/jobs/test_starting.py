"""Starting runs: again after a loss, later while a part is away, and never where there is no way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from onedata.contract.environment import TOKEN
from onedata_hub.backends.compute.base import ComputeError, ComputeState
from onedata_hub.studio.jobs import tokens
from onedata_hub.studio.jobs.starting import MOST_STARTS

from tests.hub.studio.jobs.conftest import WS, JobsUnderTest, shift, wait_for_starts
from tests.hub.studio.jobs.fakes import Runner, cell_failure


async def look_when_due(jobs: JobsUnderTest, run: dict[str, Any]) -> None:
    """Let the scheduler look when a run that was put off is due."""
    await shift(jobs, run["id"], not_before=datetime.now(UTC) - timedelta(seconds=1))
    await jobs.look()


async def test_lost_runner_is_started_again_until_it_delivers(any_jobs: JobsUnderTest):
    jobs = any_jobs
    run, first = await jobs.started()
    jobs.backend.states[f"{run['id']}-1"] = ComputeState.gone
    await jobs.look()
    starts = jobs.backend.requests[f"{run['id']}-1"]
    second = Runner(jobs.studio, starts[-1])
    assert len(starts) == 2
    assert first.key != second.key
    assert (await first.report()).status_code == 200  # whichever of the two lives may speak
    await second.result("lost", message="The runner was killed, in cell 2 'load'.", failure=cell_failure())
    ended = await jobs.run(run["id"])
    assert (ended["state"], ended["failing_cell"]) == ("failed", "load")
    assert ended["message"] == "The runner was killed, in cell 2 'load'."


async def test_runner_that_never_delivers_is_given_up_after_some_starts(jobs: JobsUnderTest):
    run, _ = await jobs.started()
    reference = f"{run['id']}-1"
    for _ in range(MOST_STARTS + 1):
        jobs.backend.states[reference] = ComputeState.gone
        jobs.scheduler._supervisor._start_again.clear()
        await jobs.scheduler.look()
        await wait_for_starts(jobs.scheduler)
    assert len(jobs.backend.requests[reference]) == MOST_STARTS
    ended = await jobs.run(run["id"])
    assert ended["state"] == "failed"
    assert "ended each time without a result" in ended["message"]


async def test_backend_that_is_away_delays_a_run_and_says_so(any_jobs: JobsUnderTest):
    jobs = any_jobs
    jobs.backend.away = "The cluster does not answer."
    run = await jobs.start(await jobs.make_job())
    await jobs.look()
    waiting = await jobs.run(run["id"])
    assert (waiting["state"], waiting["attempt"]) == ("queued", 1)
    assert waiting["message"] == "Not started yet: The cluster does not answer."
    jobs.backend.away = ""
    await look_when_due(jobs, run)
    started = await jobs.run(run["id"])
    assert (started["state"], started["message"]) == ("running", "")


async def test_hub_that_is_away_delays_a_run_and_says_so(jobs: JobsUnderTest):
    run = await jobs.start(await jobs.make_job())
    jobs.studio.hub.away = True
    await jobs.look()
    jobs.studio.hub.away = False
    assert "Not started yet: JupyterHub" in (await jobs.run(run["id"]))["message"]


async def test_patience_with_an_absent_backend_ends(jobs: JobsUnderTest):
    jobs.studio.context.settings.jobs_start_patience_seconds = 0
    jobs.backend.away = "The cluster does not answer."
    run = await jobs.start(await jobs.make_job())
    await jobs.look()
    await look_when_due(jobs, run)
    ended = await jobs.run(run["id"])
    assert ended["state"] == "failed"
    assert "could not be started for 0 h: The cluster does not answer." in ended["message"]


async def test_delayed_run_can_be_cancelled_and_leaves_no_token(any_jobs: JobsUnderTest):
    jobs = any_jobs
    jobs.backend.away = "away"
    run = await jobs.start(await jobs.make_job())
    before = set(jobs.studio.hub.tokens)
    await jobs.look()
    await jobs.ann.post(f"{WS}/runs/{run['id']}/cancel")
    await jobs.look()
    assert (await jobs.run(run["id"]))["state"] == "cancelled"
    assert set(jobs.studio.hub.tokens) == before


async def test_run_that_is_tried_again_keeps_its_one_token(jobs: JobsUnderTest):
    run = await jobs.start(await jobs.make_job())
    before = set(jobs.studio.hub.tokens)
    for away in ("away", "away", ""):
        jobs.backend.away = away
        await look_when_due(jobs, run)
    (token,) = set(jobs.studio.hub.tokens) - before
    assert jobs.backend.newest(run["id"]).environment[TOKEN] == token


async def test_token_that_is_half_used_up_by_tries_is_not_used_again(
    jobs: JobsUnderTest, monkeypatch: pytest.MonkeyPatch
):
    run = await jobs.start(await jobs.make_job())
    before = set(jobs.studio.hub.tokens)
    monkeypatch.setattr(tokens, "_KEPT", timedelta(0))
    for away in ("away", ""):
        jobs.backend.away = away
        await look_when_due(jobs, run)
    assert len(set(jobs.studio.hub.tokens) - before) == 2
    await Runner(jobs.studio, jobs.backend.newest(run["id"])).result("succeeded")
    await jobs.look()
    assert set(jobs.studio.hub.tokens) == before


async def test_token_of_a_run_that_another_studio_has_taken_meanwhile_is_revoked(
    jobs: JobsUnderTest, monkeypatch: pytest.MonkeyPatch
):
    run = await jobs.start(await jobs.make_job())
    before, identity = set(jobs.studio.hub.tokens), jobs.studio.context.identity
    create = identity.create_token

    async def create_late(*user: str, **asked: Any) -> tuple[str, str]:
        made = await create(*user, **asked)
        assert set(jobs.studio.hub.tokens) != before
        await shift(jobs, run["id"], owner="another")
        return made

    monkeypatch.setattr(identity, "create_token", create_late)
    await jobs.look()
    assert set(jobs.studio.hub.tokens) == before
    assert jobs.backend.requests == {}


async def test_run_cancelled_while_its_first_start_fails_is_cancelled(
    jobs: JobsUnderTest, monkeypatch: pytest.MonkeyPatch
):
    run = await jobs.start(await jobs.make_job())

    async def fail(_: Any) -> str:
        await jobs.ann.post(f"{WS}/runs/{run['id']}/cancel")
        raise ComputeError("The cluster does not answer.")

    monkeypatch.setattr(jobs.backend, "start", fail)
    await jobs.look()
    ended = await jobs.run(run["id"])
    assert (ended["state"], ended["message"]) == ("cancelled", "Cancelled by ann.")


async def test_run_cancelled_before_its_first_start_is_never_started(jobs: JobsUnderTest):
    run = await jobs.start(await jobs.make_job())
    await jobs.scheduler.claim()
    await jobs.ann.post(f"{WS}/runs/{run['id']}/cancel")
    await jobs.look()
    assert (await jobs.run(run["id"]))["state"] == "cancelled"
    assert jobs.backend.requests == {}


async def test_run_cancelled_after_an_interrupted_start_is_ended_by_its_runner(jobs: JobsUnderTest):
    jobs.backend.start_error = RuntimeError("The studio is killed here.")
    run = await jobs.start(await jobs.make_job())
    await jobs.look()
    await jobs.ann.post(f"{WS}/runs/{run['id']}/cancel")
    jobs.backend.start_error = None
    await jobs.look()
    assert (await jobs.run(run["id"]))["state"] == "running"
    await jobs.runner(run["id"]).result("cancelled")
    assert (await jobs.run(run["id"]))["state"] == "cancelled"


async def test_cancelled_run_says_who_cancelled_it_while_its_result_waits_to_be_fetched(jobs: JobsUnderTest):
    run, _runner = await jobs.started()
    await jobs.ann.post(f"{WS}/runs/{run['id']}/cancel")
    jobs.backend.states[f"{run['id']}-1"] = ComputeState.gone
    jobs.backend.start_error = ComputeError("The disk is full.")
    await jobs.look()
    assert (await jobs.run(run["id"]))["message"] == "Cancelled by ann."


async def test_profile_that_is_gone_when_the_run_is_due_fails_it_with_the_known_ones(
    jobs: JobsUnderTest, tmp_path
):
    job = await jobs.make_job(profile="large")
    file = tmp_path / "profiles.yaml"
    file.write_text("- display_name: Tiny\n  slug: tiny\n")
    jobs.studio.context.settings.profiles_file = file
    run = await jobs.start(job)
    await jobs.look()
    ended = await jobs.run(run["id"])
    assert ended["state"] == "failed"
    assert "'large'" in ended["message"]
    assert "Choose one of: tiny." in ended["message"]
