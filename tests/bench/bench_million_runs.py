"""Run lists and run reads with 1,000,000 runs and 100,000 dataset versions in the database.

In the process (the app's own time) and over HTTP (a studio process, one client), each on a
workspace that holds a twentieth of everything and on a job that holds a thousandth.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from onedata.contract.jobs import RunState
from onedata_hub.studio.database import Database, utc_now
from onedata_hub.studio.jobs.leases_repository import LeaseRepository
from onedata_hub.studio.migrate import migrate
from onedata_hub.studio.paging import encode_cursor

from tests.bench.closed_loop import put_load
from tests.bench.content import Content, add_content, job_id, run_id
from tests.bench.harness import Figure, percentile
from tests.bench.studio_process import studio_process
from tests.support.studio import running_studio

WORKSPACES = tuple(f"team-{number:02}" for number in range(20))
WORKSPACE = WORKSPACES[7]
WHOLE = Content(WORKSPACES, datasets=100, versions=50, jobs=50, runs=1_000, columns=2)
SMALL = Content(WORKSPACES, datasets=10, versions=5, jobs=5, runs=100, columns=2)
TARGET_MS = 20
CLIENTS = 1


def _paths(content: Content) -> dict[str, tuple[str, list[str]]]:
    """Give, by key, a title and the paths to ask for by turns."""
    here = f"/workspaces/{WORKSPACE}"
    chance = random.Random(1)
    total = content.jobs * content.runs
    ids = [run_id(WORKSPACE, content, chance.randrange(total)) for _ in range(200)]
    jobs = [job_id(WORKSPACE, number) for number in range(content.jobs)]
    return {
        "list": ("Newest 50 runs", [f"{here}/runs"]),
        "list_deep": ("50 runs from anywhere", [f"{here}/runs?cursor={encode_cursor(one)}" for one in ids]),
        "list_state": ("Newest 50 failed runs", [f"{here}/runs?state={RunState.failed.value}"]),
        "list_job": ("A job's newest 50 runs", [f"{here}/runs?job_id={job}" for job in jobs]),
        "list_jobs": ("50 jobs with their last runs", [f"{here}/jobs"]),
        "detail": ("A run in full", [f"{here}/runs/{one}" for one in ids]),
    }


def measure(quick: bool) -> Iterator[Figure]:
    """Fill a database once, and ask it in both ways."""
    content = SMALL if quick else WHOLE
    runs = len(WORKSPACES) * content.jobs * content.runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/studio.sqlite"
        migrate(url)
        add_content(url, content)
        with asyncio.Runner() as runner:
            for key, title, taken in runner.run(_in_process(folder, url, content, 50 if quick else 400)):
                yield _figure(f"million.process.{key}", f"{title}, in process, p95", taken, runs)
            taken = runner.run(_look_for_work(url, 50 if quick else 400))
            yield _figure("million.claimable", "A scheduler's look for work, p95", taken, runs)
        with studio_process(folder, groups=(WORKSPACE,)) as studio:
            for key, (title, paths) in _paths(content).items():
                load = put_load(
                    studio.api_url, paths, studio.token, seconds=1 if quick else 6, clients=CLIENTS
                )
                yield _figure(f"million.http.{key}", f"{title}, over HTTP, p95", load.taken, runs)


def _figure(key: str, title: str, taken: list[float], runs: int) -> Figure:
    detail = f"{runs:,} runs, p50 {percentile(taken, 0.5) * 1000:.1f} ms, {len(taken)} requests"
    return Figure(key, title, percentile(taken, 0.95) * 1000, "ms", TARGET_MS, detail, strictly=True)


async def _in_process(
    folder: Path, url: str, content: Content, times: int
) -> list[tuple[str, str, list[float]]]:
    found = []
    async with (
        running_studio(folder, database_url=url, identity_cache_seconds=60) as studio,
        studio.user("ann", WORKSPACE) as ann,
    ):
        for key, (title, paths) in _paths(content).items():
            await _ask(ann, paths, 20)
            found.append((key, title, await _ask(ann, paths, times)))
    return found


async def _ask(client: httpx.AsyncClient, paths: list[str], times: int) -> list[float]:
    taken = []
    for number in range(times):
        path = f"/api/v1{paths[number % len(paths)]}"
        started = time.perf_counter()
        answer = await client.get(path)
        taken.append(time.perf_counter() - started)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}: {answer.text[:300]}")
    return taken


async def _look_for_work(url: str, times: int) -> list[float]:
    """Time what a scheduler asks at each turn where nothing is to be done."""
    database, taken = Database(url), []
    for _ in range(times):
        started = time.perf_counter()
        async with database.read() as session:
            leases, now = LeaseRepository(session), utc_now()
            await leases.owned("nobody")
            await leases.claimable(now, 1)
            await leases.has_expired(now)
            await leases.oldest_waiting(now)
            await leases.to_clean(20)
        taken.append(time.perf_counter() - started)
    await database.close()
    return taken
