"""Runs: started, followed, cancelled, tried again; and what they leave."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from onedata.contract.environment import RUN_KEY
from onedata_hub.backends.compute.base import ComputeState
from onedata_hub.studio.jobs.runs_repository import RunRepository
from onedata_hub.studio.jobs.tables import JobRunRow

from tests.hub.studio.jobs.conftest import API, WS, JobsUnderTest, make_due, shift
from tests.hub.studio.jobs.fakes import cell_failure

MINUTE = datetime.now(UTC).replace(second=0, microsecond=0)
JSON = {"Content-Type": "application/json"}


async def test_run_goes_from_queue_to_success_with_progress_and_outputs(any_jobs: JobsUnderTest):
    jobs = any_jobs
    run, runner = await jobs.started(parameters={"days": 3})
    assert (run["state"], run["trigger"], run["created_by"]) == ("queued", "manual", "ann")
    assert (await jobs.run(run["id"]))["state"] == "running"
    reply = await runner.report(1, 2, datasets_read=["team-a/flights@3"])
    assert reply.json() == {"cancel": False}
    assert (await jobs.run(run["id"]))["progress"]["cells_done"] == 1
    await runner.put("executed.ipynb", b"{}")
    assert (await runner.result(datasets_written=["team-a/delays@1"], mlflow_runs=["abc"])).status_code == 204
    await runner.put("executed.html", b"<p>")
    ended = await jobs.run(run["id"])
    assert (ended["state"], ended["message"], ended["attempt"]) == ("succeeded", "", 1)
    assert ended["outputs"] == ["executed.html", "executed.ipynb"]
    assert ended["datasets_read"] == ["team-a/flights@3"]
    assert ended["datasets_written"] == ["team-a/delays@1"]
    assert ended["duration_seconds"] >= 0


async def test_runner_gets_what_the_run_was_due_with_and_secrets_in_its_environment_only(jobs: JobsUnderTest):
    job = await jobs.make_job(
        parameters={"days": 3}, environment={"MODE": "full"}, profile="small", notebook_path="n.ipynb"
    )
    run = await jobs.start(job, days=4)
    await jobs.ann.patch(f"{WS}/jobs/{job['id']}", json={"parameters": {"days": 9}, "environment": {}})
    await jobs.look()
    request = jobs.backend.newest(run["id"])
    spec, environment = request.spec, request.environment
    assert (spec.parameters, spec.user, spec.workspace, spec.attempt) == ({"days": 4}, "ann", "team-a", 1)
    assert spec.notebook_digest == job["notebook_digest"]
    assert (environment["MODE"], environment["ONEDATA_PROFILE"]) == ("full", "small")
    assert environment["ONEDATA_WORKSPACE"] == "team-a"
    assert request.limits.memory_bytes == 2 * 2**30
    token = environment["JUPYTERHUB_API_TOKEN"]
    assert jobs.studio.hub.tokens[token]["owner"] == "ann"
    for secret in (token, environment[RUN_KEY]):
        assert secret not in spec.model_dump_json()
        assert secret not in repr(request)


async def test_token_of_a_run_has_narrow_scopes_and_dies_with_it(jobs: JobsUnderTest):
    _run, runner = await jobs.started()
    token = runner.request.environment["JUPYTERHUB_API_TOKEN"]
    assert set(jobs.studio.hub.tokens[token]["scopes"]) == {
        "access:services!service=studio",
        "access:services!service=mlflow",
        "read:users:name!user=ann",
        "read:users:groups!user=ann",
    }
    await runner.result()
    await jobs.look()
    assert token not in jobs.studio.hub.tokens


async def test_spool_is_dropped_once_the_runner_is_gone(jobs: JobsUnderTest):
    run, runner = await jobs.started()
    reference = f"{run['id']}-1"
    await runner.result()
    await jobs.look()
    assert jobs.backend.removed == []  # it still makes the page
    assert (await runner.put("executed.html", b"<p>")).status_code == 204
    jobs.backend.states[reference] = ComputeState.gone
    await jobs.look()
    assert jobs.backend.removed == [reference]
    assert (await runner.put("executed.html", b"<p>again")).status_code == 410


@pytest.mark.parametrize("key", ["", "x", "é", "a" * 200])
async def test_wrong_key_opens_nothing(jobs: JobsUnderTest, key: str):
    run, runner = await jobs.started()
    runner.key = key
    answers = [await runner.report(), await runner.result(), await runner.put("log.txt", b"x")]
    assert [answer.status_code for answer in answers] == [401] * 3
    assert (await jobs.run(run["id"]))["state"] == "running"


async def test_key_of_one_run_does_not_open_another_nor_a_hub_token(jobs: JobsUnderTest):
    _, first = await jobs.started(name="one")
    second_run, second = await jobs.started(name="two")
    second.key = first.key
    assert (await second.result()).status_code == 401
    second.key = second.request.environment["JUPYTERHUB_API_TOKEN"]
    assert (await second.result()).status_code == 401
    assert (await jobs.run(second_run["id"]))["state"] == "running"


async def test_only_the_hash_of_a_key_is_kept(jobs: JobsUnderTest):
    run, runner = await jobs.started()
    async with jobs.studio.context.database.read() as session:
        attempt = await RunRepository(session).attempt(run["id"], 1)
    assert attempt is not None
    assert attempt.key_hashes == [hashlib.sha256(runner.key.encode()).hexdigest()]


async def test_run_that_was_never_started_is_unknown_to_runners(jobs: JobsUnderTest):
    run = await jobs.start(await jobs.make_job())
    await shift(jobs, run["id"], not_before=datetime.now(UTC) + timedelta(hours=1))
    _, other = await jobs.started(name="other")
    for run_id in (run["id"], "0" * 32):
        other._path = f"/api/v1/runner/runs/{run_id}"
        assert (await other.report()).status_code == 404


async def test_result_told_twice_counts_once_and_later_ones_not_at_all(any_jobs: JobsUnderTest):
    jobs = any_jobs
    run, runner = await jobs.started(retries={"max_retries": 3, "backoff_seconds": 0})
    first = await runner.result("failed", failure=cell_failure())
    again = await runner.result("failed", failure=cell_failure())
    other = await runner.result("succeeded")
    assert [first.status_code, again.status_code, other.status_code] == [204] * 3
    assert (await jobs.run(run["id"]))["attempt"] == 2
    assert (await runner.report()).json() == {"cancel": True}  # its attempt is over: it shall stop


async def test_failing_cell_is_named_in_the_list_and_shown_in_full(jobs: JobsUnderTest):
    run, runner = await jobs.started()
    await runner.result("failed", failure=cell_failure("load the table"))
    listed = (await jobs.runs())[0]
    assert (listed["state"], listed["failing_cell"]) == ("failed", "load the table")
    assert listed["message"] == "ZeroDivisionError: division by zero"
    assert (await jobs.run(run["id"]))["failure"]["traceback"] == "Traceback…"


async def test_failed_attempts_are_retried_with_growing_waits_and_keep_their_outputs(any_jobs: JobsUnderTest):
    jobs = any_jobs
    job = await jobs.make_job(retries={"max_retries": 2, "backoff_seconds": 60, "factor": 3})
    run = await jobs.start(job)
    waits = []
    for attempt in (1, 2, 3):
        await jobs.look()
        runner = jobs.runner(run["id"])
        assert runner.attempt == attempt
        await runner.put("executed.ipynb", f"attempt {attempt}".encode())
        before = datetime.now(UTC)
        await runner.result("failed", failure=cell_failure())
        async with jobs.studio.context.database.write() as session:
            row = await session.get(JobRunRow, run["id"])
            waits.append((row.not_before - before).total_seconds())
            if attempt < 3:
                assert f"Attempt {attempt} failed: ZeroDivisionError: division by zero Attempt" in row.message
            row.not_before = datetime.now(UTC) - timedelta(seconds=1)
    assert [round(wait, -1) for wait in waits[:2]] == [60, 180]
    ended = await jobs.run(run["id"])
    assert (ended["state"], ended["attempt"]) == ("failed", 3)
    assert ended["outputs"] == ["attempts/1/executed.ipynb", "attempts/2/executed.ipynb", "executed.ipynb"]
    for name, content in (("attempts/1/executed.ipynb", b"attempt 1"), ("executed.ipynb", b"attempt 3")):
        assert (await jobs.ann.get(f"{WS}/runs/{run['id']}/outputs/{name}")).content == content


async def test_waiting_retry_is_not_started_early(jobs: JobsUnderTest):
    run, runner = await jobs.started(retries={"max_retries": 1, "backoff_seconds": 3600})
    await runner.result("failed")
    await jobs.look()
    assert (await jobs.run(run["id"]))["state"] == "queued"
    assert len(jobs.backend.requests) == 1


async def test_timeout_is_told_as_such_and_retried(jobs: JobsUnderTest):
    run, runner = await jobs.started(retries={"max_retries": 1, "backoff_seconds": 0})
    await runner.result("timed_out", message="It ran longer than 5 s.")
    await jobs.look()
    await jobs.runner(run["id"]).result("timed_out")
    ended = await jobs.run(run["id"])
    assert (ended["state"], ended["attempt"]) == ("timed_out", 2)
    assert "timeout" in ended["message"]


async def test_hanging_runner_is_ended_after_its_timeout(jobs: JobsUnderTest):
    run, runner = await jobs.started(timeout_seconds=10)
    async with jobs.studio.context.database.write() as session:
        attempt = await RunRepository(session).attempt(run["id"], 1)
        attempt.started_at = datetime.now(UTC) - timedelta(seconds=75)
    await jobs.look()
    assert jobs.backend.cancelled == [f"{run['id']}-1"]
    await runner.result("cancelled")
    assert (await jobs.run(run["id"]))["state"] == "timed_out"


async def test_waiting_run_is_cancelled_at_once(any_jobs: JobsUnderTest):
    jobs = any_jobs
    run = await jobs.start(await jobs.make_job())
    cancelled = (await jobs.ann.post(f"{WS}/runs/{run['id']}/cancel")).json()
    await jobs.look()
    assert (cancelled["state"], cancelled["message"]) == ("cancelled", "Cancelled by ann.")
    assert jobs.backend.requests == {}


async def test_running_run_is_cancelled_through_its_runner(jobs: JobsUnderTest):
    run, runner = await jobs.started(retries={"max_retries": 3})
    asked = (await jobs.ann.post(f"{WS}/runs/{run['id']}/cancel")).json()
    assert asked["state"] == "running"
    assert (await runner.report()).json() == {"cancel": True}
    await runner.result("cancelled")
    ended = await jobs.run(run["id"])
    assert (ended["state"], ended["message"]) == ("cancelled", "Cancelled by ann.")


async def test_runner_that_does_not_listen_is_told_by_the_backend(jobs: JobsUnderTest):
    run, _runner = await jobs.started()
    await jobs.ann.post(f"{WS}/runs/{run['id']}/cancel")
    await jobs.look()
    assert jobs.backend.cancelled == []
    await shift(jobs, run["id"], cancel_requested_at=datetime.now(UTC) - timedelta(seconds=5))
    await jobs.look()
    await jobs.look()
    assert jobs.backend.cancelled == [f"{run['id']}-1"]


async def test_success_that_was_faster_than_the_cancel_stays_a_success(jobs: JobsUnderTest):
    run, runner = await jobs.started()
    await jobs.ann.post(f"{WS}/runs/{run['id']}/cancel")
    await runner.result("succeeded")
    assert (await jobs.run(run["id"]))["state"] == "succeeded"


async def test_cancelling_an_ended_run_changes_nothing(jobs: JobsUnderTest):
    run, runner = await jobs.started()
    await runner.result()
    answer = await jobs.ann.post(f"{WS}/runs/{run['id']}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "succeeded")


async def test_runner_stopped_by_something_else_is_a_failure_that_is_retried(jobs: JobsUnderTest):
    run, runner = await jobs.started(retries={"max_retries": 1, "backoff_seconds": 0})
    await runner.result("cancelled")
    again = await jobs.run(run["id"])
    assert (again["state"], again["attempt"]) == ("queued", 2)
    assert "something other than the studio" in again["message"]


async def test_person_may_try_a_failed_run_again(any_jobs: JobsUnderTest):
    jobs = any_jobs
    run, runner = await jobs.started(retries={"max_retries": 1, "backoff_seconds": 0})
    await runner.result("failed", failure=cell_failure())
    await jobs.look()
    await jobs.runner(run["id"]).result("failed", failure=cell_failure())
    retried = (await jobs.ann.post(f"{WS}/runs/{run['id']}/retry")).json()
    assert (retried["state"], retried["attempt"], retried["failing_cell"]) == ("queued", 3, None)
    await jobs.look()
    await jobs.runner(run["id"]).result("succeeded")
    ended = await jobs.run(run["id"])
    assert (ended["state"], ended["attempt"], ended["failure"]) == ("succeeded", 3, None)


async def test_run_that_succeeded_or_still_runs_is_not_tried_again(jobs: JobsUnderTest):
    run, runner = await jobs.started()
    running = await jobs.ann.post(f"{WS}/runs/{run['id']}/retry")
    await runner.result()
    succeeded = await jobs.ann.post(f"{WS}/runs/{run['id']}/retry")
    assert [answer.status_code for answer in (running, succeeded)] == [409, 409]


async def test_scheduled_runs_run_as_whoever_last_chose_what_runs(jobs: JobsUnderTest):
    bob = jobs.user("bob", "team-a")
    for name, change in (("timed", {"timeout_seconds": 60}), ("changed", {"environment": {"A": "1"}})):
        job = await jobs.make_job(name, schedule={"cron": "* * * * *"})
        await bob.patch(f"{WS}/jobs/{job['id']}", json=change)
        await make_due(jobs, job["id"], MINUTE)
    await jobs.scheduler.make_due_runs()
    listed = (await jobs.ann.get(f"{WS}/jobs")).json()["items"]
    expected = {"timed": "ann", "changed": "bob"}
    assert {job["name"]: job["run_as"] for job in listed} == expected
    assert {run["job_name"]: run["created_by"] for run in await jobs.runs()} == expected


async def test_log_is_read_while_running_and_after(jobs: JobsUnderTest):
    run, runner = await jobs.started()
    path = f"{WS}/runs/{run['id']}/logs"
    assert (await jobs.ann.get(path)).json() == {"text": "", "offset": 0, "next_offset": 0, "complete": False}
    text = "größe: 1\n".encode()
    jobs.backend.logs[f"{run['id']}-1"] = text[:3]  # cut inside the ö
    first = (await jobs.ann.get(path)).json()
    jobs.backend.logs[f"{run['id']}-1"] = text
    second = (await jobs.ann.get(path, params={"offset": first["next_offset"]})).json()
    await runner.put("log.txt", text + b"done\n")
    await runner.result()
    third = (await jobs.ann.get(path, params={"offset": second["next_offset"]})).json()
    beyond = (await jobs.ann.get(path, params={"offset": 10_000})).json()
    assert [part["text"] for part in (first, second, third, beyond)] == ["gr", "öße: 1\n", "done\n", ""]
    assert [part["complete"] for part in (first, second, third, beyond)] == [False, False, True, True]


async def test_outputs_are_served_so_that_they_reach_nothing(jobs: JobsUnderTest):
    run, runner = await jobs.started(name="nightly")
    for name in ("executed.ipynb", "executed.html", "log.txt"):
        await runner.put(name, b"<script>fetch('/hub/api/users')</script>")
    path = f"{WS}/runs/{run['id']}/outputs"
    page = await jobs.ann.get(f"{path}/executed.html")
    notebook = await jobs.ann.get(f"{path}/executed.ipynb")
    saved = await jobs.ann.get(f"{path}/log.txt", params={"download": True})
    policy = page.headers["content-security-policy"]
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert policy.startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert notebook.headers["content-disposition"] == 'attachment; filename="nightly-executed.ipynb"'
    assert saved.headers["content-disposition"] == 'attachment; filename="nightly-log.txt"'


@pytest.mark.parametrize(
    "name",
    ["passwd", "attempts/2/log.txt", "attempts/1/passwd", "..%2F..%2Fx", "attempts/1/..%2F..%2Flog.txt"],
)
async def test_output_that_is_none_is_not_found(jobs: JobsUnderTest, name: str):
    run, runner = await jobs.started()
    await runner.put("log.txt", b"x")
    answer = await jobs.ann.get(f"{WS}/runs/{run['id']}/outputs/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["notes.txt", "..%2Flog.txt", "spec.json", "executed.ipynb%00"])
async def test_runner_may_store_only_a_runners_outputs(jobs: JobsUnderTest, name: str):
    run, runner = await jobs.started()
    assert (await runner.put(name, b"x")).status_code == 404
    assert (await jobs.run(run["id"]))["outputs"] == []


async def test_what_a_runner_says_is_kept_within_bounds(any_jobs: JobsUnderTest):
    jobs = any_jobs
    run, runner = await jobs.started()
    wild = {**cell_failure("n" * 5_000), "traceback": "t" * 500_000, "error_message": "x\0"}
    progress = {"cells_done": 10**12, "cells_total": -5, "current_cell": 10**12, "current_name": "c" * 9_999}
    assert (await runner.report(progress=progress)).status_code == 200
    now = datetime.now(UTC)
    body = {
        "attempt": 1, "progress": progress, "outcome": "failed", "failure": wild, "message": "m\0" * 5_000,
        "started_at": "0001-01-01T00:00:00", "finished_at": "9999-12-31T23:59:59Z",
        "datasets_written": ["not a dataset", "x" * 9_999],
    }  # fmt: skip
    async with runner._client() as client:
        answer = await client.post(f"{runner._path}/result", content=json.dumps(body), headers=JSON)
    assert answer.status_code == 204, answer.text
    ended = await jobs.run(run["id"])
    assert ended["state"] == "failed"
    assert len(ended["message"]) <= 1_000
    assert len(ended["failure"]["traceback"]) <= 100_000
    assert abs((datetime.fromisoformat(ended["started_at"]) - now).total_seconds()) < 60


async def test_run_list_pages_by_id_and_filters_by_job_and_state(any_jobs: JobsUnderTest):
    jobs = any_jobs
    first = await jobs.make_job("one", overlap="queue")
    second = await jobs.make_job("two", overlap="queue")
    made = [(await jobs.start(job))["id"] for job in (first, second, first, first, second)]
    await jobs.ann.post(f"{WS}/runs/{made[2]}/cancel")
    seen, cursor = [], None
    while True:
        page = (
            await jobs.ann.get(f"{WS}/runs", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        ).json()
        seen += [run["id"] for run in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(made, reverse=True)
    assert {run["id"] for run in await jobs.runs(job_id=first["id"])} == {made[0], made[2], made[3]}
    assert [run["id"] for run in await jobs.runs(state="cancelled")] == [made[2]]
    assert await jobs.runs(job_id=second["id"], state="cancelled") == []


async def test_runs_of_a_job_are_listed_in_its_own_workspace_alone(any_jobs: JobsUnderTest):
    jobs = any_jobs
    job = await jobs.make_job()
    runs = [(await jobs.start(job))["id"]]
    elsewhere = f"{API}/workspaces/user-ann/runs"
    assert [run["id"] for run in await jobs.runs(job_id=job["id"])] == runs
    assert [run["id"] for run in await jobs.runs(job_id=job["id"], state="queued")] == runs
    assert await jobs.runs(job_id="no-such-job") == []
    for query in ({"job_id": job["id"]}, {"job_id": job["id"], "state": "queued"}):
        assert (await jobs.ann.get(elsewhere, params=query)).json()["items"] == []
