"""Whatever a body holds, the answer is the studio's own word and never a fault."""

import asyncio
import copy
import json
import random
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hub.studio.jobs.conftest import API, WS, JobsUnderTest, running_jobs
from tests.hub.studio.jobs.fakes import cell_failure
from tests.support.notebooks import make_notebook

WILD: list[Any] = [
    "", "x", "\ud800", "a\0b", "\udfff", "é" * 300, "x" * 5_000, None, True, 0, -1, 1e400, float("nan"), 10**30,
    [], {}, ["\ud800"], {"\ud800": 1}, {"a": "\0"}, [[]] * 3,
]  # fmt: skip
JOB: dict[str, Any] = {
    "name": "wild", "notebook": make_notebook("a: int = 1"), "notebook_path": "x", "parameters": {"a": 1},
    "profile": "small", "environment": {"A": "b"}, "overlap": "queue", "timeout_seconds": 5,
    "schedule": {"cron": "0 0 * * *", "timezone": "UTC", "catch_up": "all", "paused": False},
    "retries": {"max_retries": 1}, "notifications": [{"type": "webhook", "url": "http://example.org/", "on": []}],
}  # fmt: skip
RESULT: dict[str, Any] = {
    "attempt": 1, "progress": {"cells_total": 1, "cells_done": 1, "current_cell": 0, "current_name": "x"},
    "datasets_read": ["a"], "datasets_written": ["b@1"], "mlflow_runs": ["c"], "outcome": "failed", "message": "m",
    "started_at": "2026-01-01T00:00:00Z", "finished_at": "2026-01-01T00:00:00Z", "failure": cell_failure(),
}  # fmt: skip


def spoiled(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Put something wild at a place of a body, or a wild name beside the others."""
    body = copy.deepcopy(body)
    place: Any = body
    while True:
        if chance.random() < 0.1:
            place[chance.choice(["\ud800", "\0", "zz"])] = 1
        name = chance.choice(sorted(place))
        inner = place[name][0] if isinstance(place[name], list) and place[name] else place[name]
        if not isinstance(inner, dict) or not inner or chance.random() < 0.3:
            place[name] = chance.choice(WILD)
            return body
        place = inner


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False))
def check_one(
    chance: random.Random, *, runner: asyncio.Runner, jobs: JobsUnderTest, run: dict[str, Any]
) -> None:
    async def ask() -> None:
        job = {name: value for name, value in JOB.items() if name not in ("name", "notebook_path")}
        key = {"Onedata-Run-Key": jobs.runner(run["id"]).key}
        bodies = [
            ("POST", f"{WS}/jobs", spoiled(JOB, chance), {}),
            ("PATCH", f"{WS}/jobs/{run['job_id']}", spoiled(job, chance), {}),
            ("POST", f"{WS}/jobs/{run['job_id']}/runs", spoiled({"parameters": {"a": 1}}, chance), {}),
            ("POST", f"{WS}/notebooks/inspect", spoiled({"notebook": JOB["notebook"]}, chance), {}),
            ("POST", f"{API}/schedules/preview", spoiled(JOB["schedule"], chance), {}),
            ("POST", f"{API}/runner/runs/{run['id']}/report", spoiled(RESULT, chance), key),
            ("POST", f"{API}/runner/runs/{run['id']}/result", spoiled(RESULT, chance), key),
        ]
        for method, path, body, headers in bodies:
            answer = await jobs.ann.request(
                method,
                path,
                content=json.dumps(body),
                headers={"Content-Type": "application/json", **headers},
            )
            assert answer.status_code < 500, (path, body, answer.text)
        for path in (f"{WS}/jobs", f"{WS}/runs", f"{WS}/jobs/{run['job_id']}", f"{WS}/runs/{run['id']}"):
            answer = await jobs.ann.get(path)
            assert answer.status_code == 200, (path, answer.text)

    runner.run(ask())


def test_no_body_is_a_fault(tmp_path: Path, postgres_url: str):
    with asyncio.Runner() as runner:
        context = running_jobs(tmp_path, postgres_url)
        jobs = runner.run(context.__aenter__())
        try:
            run, _ = runner.run(jobs.started(name="base", overlap="queue", retries={"max_retries": 20}))
            check_one(runner=runner, jobs=jobs, run=run)
        finally:
            runner.run(context.__aexit__(None, None, None))
