"""kill -9 and full disks, on real processes: nothing is lost, nothing happens twice."""

import asyncio
import contextlib
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from onedata.contract.runner import RunnerProcess
from onedata_hub.studio.database import Database
from onedata_hub.studio.jobs.tables import JobRow
from sqlalchemy import update

from tests.hub.studio.jobs.processes import WS, Platform, ended_runs, eventually, make_job, running_platform
from tests.support.disks import fill, small_disk

JOBS = f"{WS}/jobs"
DISK_BYTES = 4 * 2**20
LAST = (datetime.now(UTC) - timedelta(minutes=10)).replace(second=0, microsecond=0)
SCHEDULE = {"cron": f"{LAST.minute} * * * *"}

pytestmark = [pytest.mark.timeout(240), pytest.mark.slow]


def noting(folder: Path, wait_for: str | None = None) -> str:
    """Give a cell that notes its execution, and perhaps waits for a file."""
    source = f"import os, time\nwith open({str(folder / 'executions')!r}, 'a') as f:\n    f.write('x')\n"
    if wait_for:
        source += f"while not os.path.exists({str(folder / wait_for)!r}):\n    time.sleep(0.05)\n"
    return source


def executions(folder: Path) -> int:
    path = folder / "executions"
    return len(path.read_text()) if path.exists() else 0


async def let_due_times_pass(platform: Platform) -> None:
    """Move every job's next due time into the past: so much time has gone by."""
    database = Database(platform.database_url)
    async with database.write() as session:
        await session.execute(update(JobRow).where(JobRow.next_due_at.is_not(None)).values(next_due_at=LAST))
    await database.close()


async def test_studio_killed_between_a_due_time_and_its_run_makes_up_for_it_once(tmp_path: Path):
    async with running_platform(tmp_path) as platform:
        studio = await platform.studio().start()
        async with studio.client() as ann:
            await make_job(ann, "nightly", noting(tmp_path), schedule=SCHEDULE)
            studio.kill()
            await let_due_times_pass(platform)
            platform.hub.gate.clear()
            platform.hub.asked.clear()
            await studio.start()
            await platform.hub.asked.wait()  # the run is made and claimed; its start waits for the hub
            assert len((await ann.get(f"{WS}/runs")).json()["items"]) == 1
            studio.kill()
            platform.hub.gate.set()
            await studio.start()
            [run] = await eventually(lambda: ended_runs(ann), "the run's end")
    assert (run["state"], run["trigger"], run["attempt"]) == ("succeeded", "schedule", 1)
    assert executions(tmp_path) == 1


async def test_run_outlives_a_studio_that_is_killed_and_is_told_when_it_comes_back(tmp_path: Path):
    async with running_platform(tmp_path) as platform:
        studio = await platform.studio().start()
        async with studio.client() as ann:
            job = await make_job(ann, "long", noting(tmp_path, wait_for="go"), "print('done')")
            await ann.post(f"{WS}/jobs/{job['id']}/runs", json={})
            await until(lambda: executions(tmp_path) == 1, "the notebook to begin")
            studio.kill()
            (tmp_path / "go").touch()
            [result] = await files(tmp_path, "spool/*/result.json")
            assert result.exists()
            await studio.start()
            [run] = await eventually(lambda: ended_runs(ann), "the run's end")
            full = await eventually(lambda: with_output(ann, run["id"], "executed.html"), "the page")
            log = (await ann.get(f"{WS}/runs/{run['id']}/logs")).json()
            await until(lambda: not list(tmp_path.glob("spool/*/spec.json")), "the spool to be dropped")
    assert (run["state"], run["attempt"]) == ("succeeded", 1)
    assert executions(tmp_path) == 1
    assert set(full["outputs"]) == {"executed.html", "executed.ipynb", "log.txt"}
    assert "done" in log["text"]


async def test_studio_killed_during_a_run_adopts_it_while_it_still_runs(tmp_path: Path):
    async with running_platform(tmp_path) as platform:
        studio = await platform.studio().start()
        async with studio.client() as ann:
            job = await make_job(ann, "long", noting(tmp_path, wait_for="never"))
            run = (await ann.post(f"{WS}/jobs/{job['id']}/runs", json={})).json()
            await until(lambda: executions(tmp_path) == 1, "the notebook to begin")
            studio.kill()
            await studio.start()
            await ann.post(f"{WS}/runs/{run['id']}/cancel")
            [ended] = await eventually(lambda: ended_runs(ann), "the run's end")
    assert (ended["state"], ended["message"]) == ("cancelled", "Cancelled by ann.")
    assert executions(tmp_path) == 1


async def test_runner_killed_with_its_studio_is_lost_named_and_retried(tmp_path: Path):
    async with running_platform(tmp_path) as platform:
        studio = await platform.studio().start()
        async with studio.client() as ann:
            retries = {"max_retries": 1, "backoff_seconds": 0}
            job = await make_job(ann, "fragile", noting(tmp_path, wait_for="go"), retries=retries)
            run = (await ann.post(f"{WS}/jobs/{job['id']}/runs", json={})).json()
            await until(lambda: executions(tmp_path) == 1, "the notebook to begin")
            studio.kill()
            [lock] = list(tmp_path.glob("spool/*/lock"))
            os.kill(RunnerProcess.model_validate_json(lock.read_bytes()).pid, signal.SIGKILL)
            (tmp_path / "go").touch()
            await studio.start()
            [ended] = await eventually(lambda: ended_runs(ann), "the run's end")
            full = (await ann.get(f"{WS}/runs/{run['id']}")).json()
    assert (ended["state"], ended["attempt"]) == ("succeeded", 2)
    assert executions(tmp_path) == 2
    assert {"attempts/1/executed.ipynb", "executed.ipynb"} <= set(full["outputs"])


async def test_run_that_ends_while_the_disk_is_full_is_told_once_there_is_room(tmp_path: Path):
    with small_disk(tmp_path / "disk", DISK_BYTES) as disk:
        async with running_platform(tmp_path, f"sqlite:///{disk}/studio.sqlite") as platform:
            studio = await platform.studio().start()
            async with studio.client() as ann:
                job = await make_job(ann, "long", noting(tmp_path, wait_for="go"), "print('done')")
                run = (await ann.post(f"{WS}/jobs/{job['id']}/runs", json={})).json()
                await until(lambda: executions(tmp_path) == 1, "the notebook to begin")
                fill(disk / "filler")
                (tmp_path / "go").touch()
                await files(tmp_path, "spool/*/result.json")
                refused = await ann.post(f"{WS}/runs/{run['id']}/cancel")
                while_full = (await ann.get(f"{WS}/runs/{run['id']}")).json()
                (disk / "filler").unlink()
                [ended] = await eventually(lambda: ended_runs(ann), "the run's end")
                full = await eventually(lambda: with_output(ann, run["id"], "executed.html"), "the page")
    assert (refused.status_code, refused.json()["code"]) == (507, "database_full")
    assert while_full["state"] == "running"
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1)
    assert executions(tmp_path) == 1
    assert set(full["outputs"]) == {"executed.html", "executed.ipynb", "log.txt"}


async def test_studio_that_starts_on_a_full_disk_says_so_ends_when_told_and_waits_for_room(tmp_path: Path):
    with small_disk(tmp_path / "disk", DISK_BYTES) as disk:
        async with running_platform(tmp_path, f"sqlite:///{disk}/studio.sqlite") as platform:
            studio = await platform.studio().start()
            async with studio.client() as ann:

                async def answer(path: str) -> Any:
                    with contextlib.suppress(httpx.HTTPError):
                        return await ann.get(path)

                await make_job(ann, "kept", "1 + 1")
                studio.end()  # the last to let go of the database: the next one needs room to open it
                fill(disk / "filler")
                for start in (1, 2):
                    studio.launch()
                    asked = [await eventually(lambda at=at: answer(at), at) for at in ("/health/ready", JOBS)]
                    await until(
                        lambda start=start: studio.log.read_text().count("refuses the scheduler") == start,
                        "a line of this start in the log",
                    )
                    await asyncio.sleep(2)  # ten looks of the scheduler
                    studio.end()
                log = studio.log.read_text()
                studio.launch()
                await eventually(lambda: answer("/health/live"), "the studio to live")
                (disk / "filler").unlink()

                async def kept() -> Any:
                    found = await answer(JOBS)
                    return found.status_code == 200 and found.json()["items"]

                found = await eventually(kept, "room")
    assert [(one.status_code, one.json()["code"]) for one in asked] == [(507, "database_full")] * 2
    assert log.count("refuses the scheduler, which asks again and again: its disk is full") == 2
    assert len(log) < 50_000, "a trace at each look would fill another disk"
    assert [job["name"] for job in found] == ["kept"]


@pytest.mark.parametrize(("kind", "count"), [("sqlite", 20), ("postgresql", 200)])
async def test_two_schedulers_over_many_due_runs_run_each_once_though_one_is_killed(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str, count: int
):
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else None
    light = {"module": "tests.hub.studio.jobs.light_compute", "jobs_max_running": 20}
    async with running_platform(tmp_path, url) as platform:
        api = await platform.studio(**light, parts='["api"]').start()
        async with api.client() as ann:
            for number in range(count):
                await make_job(ann, f"job-{number}", "1 + 1", schedule=SCHEDULE)
            await let_due_times_pass(platform)
            shared = {**light, "public_url": api.url, "parts": '["jobs"]'}
            first = await platform.studio(**shared).start()
            await platform.studio(**shared).start()
            await until(lambda: len(lines(tmp_path)) >= count // 5, "some runs to be executed", seconds=120)
            first.kill()

            async def all_ended() -> list[dict[str, Any]] | None:
                runs = await ended_runs(ann)
                return runs if runs and len(runs) == count else None

            # Asking the studio for hundreds of runs again and again would keep a core busy.
            await until(lambda: len(lines(tmp_path)) >= count, "every run to be executed", seconds=180)
            runs = await eventually(all_ended, "all the ends")
    assert {run["state"] for run in runs} == {"succeeded"}
    assert len({run["job_id"] for run in runs}) == count
    assert sorted(lines(tmp_path)) == sorted(run["id"] for run in runs)


def lines(folder: Path) -> list[str]:
    path = folder / "spool" / "executions"
    return path.read_text().split() if path.exists() else []


async def until(happened: Any, what: str, seconds: float = 60.0) -> None:
    async def look() -> Any:
        return happened()

    await eventually(look, what, seconds)


async def files(folder: Path, pattern: str) -> list[Path]:
    async def look() -> list[Path]:
        return list(folder.glob(pattern))

    found: list[Path] = await eventually(look, pattern)
    return found


async def with_output(client: Any, run_id: str, name: str) -> dict[str, Any] | None:
    run: dict[str, Any] = (await client.get(f"{WS}/runs/{run_id}")).json()
    return run if name in run["outputs"] else None
