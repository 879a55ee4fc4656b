"""Jobs as people define them."""

import json
from typing import Any

import pytest

from tests.hub.studio.jobs.conftest import API, WS, JobsUnderTest
from tests.support.notebooks import make_notebook


async def test_job_shows_what_was_chosen_and_what_the_notebook_takes(any_jobs: JobsUnderTest):
    jobs = any_jobs
    job = await jobs.make_job(
        parameters={"days": 3},
        environment={"MODE": "full"},
        profile="small",
        schedule={"cron": "30 2 * * *", "timezone": "Europe/Berlin"},
        notebook_path="reports/nightly.ipynb",
    )
    assert job["parameters"] == {"days": 3}
    assert job["parameter_specs"][0] | {"help": ""} == {
        "name": "days", "type": "int", "optional": False, "required": False, "default": 7, "choices": None, "help": "",
    }  # fmt: skip
    assert job["kernel"] == "python3"
    assert job["next_due_at"] is not None
    assert (await jobs.ann.get(f"{WS}/jobs/{job['id']}")).json() == job


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"parameters": {"days": "three"}}, "bad_parameters", "takes a whole number"),
        ({"parameters": {"dayz": 3}}, "bad_parameters", "Did you mean 'days'"),
        ({"profile": "a100-2"}, "unknown_profile", "Choose one of: standard, small"),
        ({"notebook": {"cells": []}}, "not_a_notebook", "not a notebook"),
        ({"schedule": {"cron": "0 0 31 2 *"}}, "bad_schedule", "never fires"),
        ({"schedule": {"cron": "0 0 * * *", "timezone": "Mars/Base"}}, "bad_schedule", "Mars/Base"),
        ({"environment": {"ONEDATA_RUN_KEY": "x"}}, "reserved_environment", "ONEDATA_RUN_KEY"),
        ({"environment": {"ld_preload": "x"}}, "reserved_environment", "ld_preload"),
        ({"environment": {"PYTHONPATH": "x"}}, "reserved_environment", "PYTHONPATH"),
        ({"environment": {"Path": "x"}}, "reserved_environment", "Path"),
        ({"environment": {"1X": "x"}}, "bad_environment", "1X"),
        ({"environment": {"A B": "x"}}, "bad_environment", "A B"),
        ({"environment": {"A": "x\0"}}, "invalid", "NUL"),
        ({"environment": {"A": "\ud800"}}, "invalid", "half a character"),
        ({"notifications": [{"type": "mail", "to": "a@example.org"}]}, "no_mail", "ONEDATA_STUDIO_SMTP_HOST"),
        ({"notifications": [{"type": "webhook", "url": "http://"}]}, "bad_url", "with a host"),
        (
            {"notifications": [{"type": "webhook", "url": "http://u:p@example.org/"}]},
            "bad_url",
            "user or password",
        ),
        ({"name": "a..b"}, "invalid", "name"),
        ({"name": "../up"}, "invalid", "name"),
        ({"notebook_path": "a\nb"}, "invalid", "control characters"),
        ({"timeout_seconds": 0}, "invalid", "timeout_seconds"),
        ({"nonsense": 1}, "invalid", "nonsense"),
    ],
)
async def test_bad_job_is_refused_with_a_sentence_and_nothing_kept(
    jobs: JobsUnderTest, fields: dict[str, Any], code: str, words: str
):
    body = {"name": "nightly", "notebook": make_notebook("days: int = 7"), **fields}
    answer = await jobs.ann.post(
        f"{WS}/jobs", content=json.dumps(body), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == code
    assert words in answer.json()["detail"]
    assert (await jobs.ann.get(f"{WS}/jobs")).json()["items"] == []


async def test_schedule_needs_every_parameter_and_a_run_too(jobs: JobsUnderTest):
    notebook = make_notebook("table: str", "print(table)")
    unscheduled = await jobs.make_job("by-hand", notebook=notebook)
    body = {"name": "nightly", "notebook": notebook, "schedule": {"cron": "0 2 * * *"}}
    scheduled = await jobs.ann.post(f"{WS}/jobs", json=body)
    run = await jobs.ann.post(f"{WS}/jobs/{unscheduled['id']}/runs", json={})
    given = await jobs.ann.post(f"{WS}/jobs/{unscheduled['id']}/runs", json={"parameters": {"table": "x"}})
    assert [answer.status_code for answer in (scheduled, run, given)] == [422, 422, 201]
    assert "'table' has no default" in scheduled.json()["detail"]


async def test_name_is_taken_until_the_job_is_deleted(any_jobs: JobsUnderTest):
    jobs = any_jobs
    first = await jobs.make_job("nightly")
    body = {"name": "nightly", "notebook": make_notebook()}
    taken = await jobs.ann.post(f"{WS}/jobs", json=body)
    await jobs.ann.delete(f"{WS}/jobs/{first['id']}")
    again = await jobs.ann.post(f"{WS}/jobs", json=body)
    assert (taken.status_code, taken.json()["code"], again.status_code) == (409, "job_exists", 201)


async def test_change_leaves_absent_fields_and_null_takes_the_schedule_away(any_jobs: JobsUnderTest):
    jobs = any_jobs
    job = await jobs.make_job(parameters={"days": 3}, profile="small", schedule={"cron": "0 2 * * *"})
    path = f"{WS}/jobs/{job['id']}"
    renewed = (await jobs.ann.patch(path, json={"parameters": {"days": 5}})).json()
    unscheduled = (await jobs.ann.patch(path, json={"schedule": None})).json()
    assert renewed["parameters"] == {"days": 5}
    assert (renewed["profile"], renewed["next_due_at"]) == ("small", job["next_due_at"])
    assert (unscheduled["schedule"], unscheduled["next_due_at"]) == (None, None)


async def test_new_notebook_is_checked_against_the_jobs_own_parameters(jobs: JobsUnderTest):
    job = await jobs.make_job(parameters={"days": 3})
    path = f"{WS}/jobs/{job['id']}"
    refused = await jobs.ann.patch(path, json={"notebook": make_notebook("weeks: int = 1")})
    unchanged = (await jobs.ann.get(path)).json()
    both = await jobs.ann.patch(
        path, json={"notebook": make_notebook("weeks: int = 1"), "parameters": {"weeks": 2}}
    )
    assert refused.status_code == 422
    assert unchanged == job
    assert both.json()["notebook_digest"] != job["notebook_digest"]


async def test_notebook_that_moved_is_told_by_its_new_path(jobs: JobsUnderTest):
    path = f"{WS}/jobs/{(await jobs.make_job())['id']}"
    moved = await jobs.ann.patch(path, json={"notebook_path": "weekly/etl.ipynb"})
    refused = await jobs.ann.patch(path, json={"notebook_path": "weekly\n.ipynb"})
    assert moved.json()["notebook_path"] == "weekly/etl.ipynb"
    assert refused.status_code == 422
    assert (await jobs.ann.get(path)).json()["notebook_path"] == "weekly/etl.ipynb"


async def test_paused_schedule_is_not_due_and_comes_back_from_now(jobs: JobsUnderTest):
    job = await jobs.make_job(schedule={"cron": "* * * * *", "paused": True})
    path = f"{WS}/jobs/{job['id']}"
    resumed = (await jobs.ann.patch(path, json={"schedule": {"cron": "* * * * *"}})).json()
    assert job["next_due_at"] is None
    assert resumed["next_due_at"] is not None


async def test_viewer_reads_without_environment_values_and_changes_nothing(jobs: JobsUnderTest):
    job = await jobs.make_job(environment={"DB_HINT": "prod"})
    root = jobs.user("root", admin=True)
    await root.put(f"{WS}/members/vic", json={"role": "viewer"})
    vic = jobs.user("vic", "team-a")
    run = await jobs.start(job)
    seen = (await vic.get(f"{WS}/jobs/{job['id']}")).json()
    writes = [
        await vic.post(f"{WS}/jobs", json={"name": "x", "notebook": make_notebook()}),
        await vic.patch(f"{WS}/jobs/{job['id']}", json={"profile": "small"}),
        await vic.delete(f"{WS}/jobs/{job['id']}"),
        await vic.post(f"{WS}/jobs/{job['id']}/runs", json={}),
        await vic.post(f"{WS}/runs/{run['id']}/cancel"),
        await vic.post(f"{WS}/runs/{run['id']}/retry"),
    ]
    assert seen["environment"] == {"DB_HINT": "***"}
    assert [answer.status_code for answer in writes] == [403] * 6
    assert (await vic.get(f"{WS}/runs/{run['id']}")).json()["state"] == "queued"


async def test_other_workspaces_jobs_and_runs_are_not_there(jobs: JobsUnderTest):
    job = await jobs.make_job()
    run = await jobs.start(job)
    eve = jobs.user("eve", "team-e")
    for path in (
        f"jobs/{job['id']}",
        f"runs/{run['id']}",
        f"runs/{run['id']}/logs",
        f"runs/{run['id']}/outputs/log.txt",
    ):
        assert (await eve.get(f"{WS}/{path}")).status_code == 404
        assert (await eve.get(f"{API}/workspaces/team-e/{path}")).status_code == 404
    assert (await eve.post(f"{API}/workspaces/team-e/jobs/{job['id']}/runs", json={})).status_code == 404
    assert (await eve.post(f"{API}/workspaces/team-e/runs/{run['id']}/cancel")).status_code == 404
    assert (await eve.get(f"{API}/workspaces/team-e/runs")).json()["items"] == []


async def test_jobs_come_by_name_in_pages_with_their_last_run(any_jobs: JobsUnderTest):
    jobs = any_jobs
    for number in range(5):
        job = await jobs.make_job(f"job-{number}", overlap="queue")
        for _ in range(number % 3):
            last = await jobs.start(job)
    first = (await jobs.ann.get(f"{WS}/jobs", params={"limit": 3})).json()
    second = (await jobs.ann.get(f"{WS}/jobs", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    items = first["items"] + second["items"]
    assert [item["name"] for item in items] == [f"job-{number}" for number in range(5)]
    assert [item["last_run"] is not None for item in items] == [False, True, True, False, True]
    assert items[4]["last_run"]["id"] == last["id"]
    found = (await jobs.ann.get(f"{WS}/jobs", params={"search": "b-3"})).json()["items"]
    exact = (await jobs.ann.get(f"{WS}/jobs", params={"name": "job-1"})).json()["items"]
    assert ([j["name"] for j in found], [j["name"] for j in exact]) == (["job-3"], ["job-1"])


async def test_deleting_a_job_cancels_what_waits_and_keeps_the_list(any_jobs: JobsUnderTest):
    jobs = any_jobs
    job = await jobs.make_job()
    run = await jobs.start(job)
    gone = await jobs.ann.delete(f"{WS}/jobs/{job['id']}")
    assert gone.status_code == 204
    assert (await jobs.ann.get(f"{WS}/jobs/{job['id']}")).status_code == 404
    kept = await jobs.run(run["id"])
    assert (kept["state"], kept["message"]) == ("cancelled", "The job was deleted.")
    assert (await jobs.ann.post(f"{WS}/runs/{run['id']}/retry")).status_code == 404


async def test_each_change_leaves_an_audit_row(any_jobs: JobsUnderTest):
    jobs = any_jobs
    job = await jobs.make_job()
    await jobs.ann.patch(f"{WS}/jobs/{job['id']}", json={"parameters": {"days": 1}})
    run = await jobs.start(job)
    await jobs.ann.post(f"{WS}/runs/{run['id']}/cancel")
    await jobs.ann.post(f"{WS}/runs/{run['id']}/retry")
    await jobs.ann.delete(f"{WS}/jobs/{job['id']}")
    root = jobs.user("root", admin=True)
    rows = (await root.get(f"{WS}/audit")).json()["items"]
    assert [(row["user"], row["action"]) for row in reversed(rows)] == [
        ("ann", action)
        for action in ("job.create", "job.update", "run.start", "run.cancel", "run.retry", "job.delete")
    ]


async def test_schedule_preview_says_words_and_next_times(jobs: JobsUnderTest):
    answer = await jobs.ann.post(
        f"{API}/schedules/preview", json={"cron": "0 2 * * 1-5", "timezone": "Europe/Berlin"}
    )
    refused = await jobs.ann.post(f"{API}/schedules/preview", json={"cron": "0 0 30 2 *"})
    assert answer.json()["description"] == "At 02:00 on Monday through Friday (Europe/Berlin)"
    assert len(answer.json()["next_due"]) == 5
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_schedule")


async def test_inspect_keeps_nothing(jobs: JobsUnderTest):
    answer = await jobs.ann.post(
        f"{WS}/notebooks/inspect", json={"notebook": make_notebook("days: int = 7  # back")}
    )
    assert answer.json()["parameters"][0]["help"] == "back"
    assert [info async for info in jobs.studio.context.objects.walk("team-a/")] == []


async def test_defaults_with_characters_that_no_database_takes_are_kept(any_jobs: JobsUnderTest):
    notebook = make_notebook("a: str = '\\x00'\nb: str = '\\ud800'\nc: str = 'é'  # \\u0000")
    job = await any_jobs.make_job(notebook=notebook)
    run = await any_jobs.start(job)
    assert [spec["name"] for spec in job["parameter_specs"]] == ["a", "b", "c"]
    assert (await any_jobs.run(run["id"]))["state"] == "queued"
