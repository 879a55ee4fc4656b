"""Lists and reads with 1,000,000 runs and 100,000 dataset versions in the database, on both databases.

Over HTTP, one client, each on a workspace that holds a twentieth of everything.
"""

import asyncio
import contextlib
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from onedata.contract.jobs import RunState
from onedata_hub.studio.database import Database, utc_now
from onedata_hub.studio.jobs.leases_repository import LeaseRepository
from onedata_hub.studio.migrate import migrate
from onedata_hub.studio.paging import encode_cursor

from tests.bench.closed_loop import put_load
from tests.bench.content import Content, add_content, dataset_name, job_id, run_id
from tests.bench.harness import Figure, percentile
from tests.bench.studio_process import studio_process
from tests.support.postgres import running_postgres

WORKSPACES = tuple(f"team-{number:02}" for number in range(20))
WORKSPACE = WORKSPACES[7]
WHOLE = Content(WORKSPACES, datasets=100, versions=50, jobs=50, runs=1_000, columns=2)
SMALL = Content(WORKSPACES, datasets=10, versions=5, jobs=5, runs=100, columns=2)
TARGET_MS = 20
DATABASES = ("SQLite", "PostgreSQL")


def _paths(content: Content) -> dict[str, tuple[str, list[str]]]:
    """Give, by key, a title and the paths to ask for by turns."""
    here = f"/workspaces/{WORKSPACE}"
    chance = random.Random(1)
    total = content.jobs * content.runs
    runs = [run_id(WORKSPACE, content, chance.randrange(total)) for _ in range(200)]
    jobs = [job_id(WORKSPACE, number) for number in range(content.jobs)]
    datasets = [f"{here}/datasets/{dataset_name(number)}" for number in range(content.datasets)]
    version = content.versions // 2
    return {
        "runs_list": ("Newest 50 runs", [f"{here}/runs"]),
        "runs_deep": ("50 runs from anywhere", [f"{here}/runs?cursor={encode_cursor(run)}" for run in runs]),
        "runs_failed": ("Newest 50 failed runs", [f"{here}/runs?state={RunState.failed.value}"]),
        "runs_of_job": ("A job's newest 50 runs", [f"{here}/runs?job_id={job}" for job in jobs]),
        "run_read": ("A run in full", [f"{here}/runs/{run}" for run in runs]),
        "jobs_list": ("50 jobs with their last runs", [f"{here}/jobs"]),
        "datasets_list": ("50 datasets", [f"{here}/datasets"]),
        "datasets_tag": ("Datasets that bear a tag", [f"{here}/datasets?tag=gold"]),
        "dataset_read": ("A dataset in full", datasets),
        "versions_list": ("A dataset's newest 50 versions", [f"{dataset}/versions" for dataset in datasets]),
        "version_read": ("A version in full", [f"{dataset}/versions/{version}" for dataset in datasets]),
    }


@contextlib.contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "SQLite":
        yield f"sqlite:///{folder}/studio.sqlite"
    else:
        with running_postgres() as server:
            yield server.empty_database()


def measure(quick: bool) -> Iterator[Figure]:
    """Fill each database once, and ask everything of it."""
    content = SMALL if quick else WHOLE
    for kind in DATABASES:
        with tempfile.TemporaryDirectory() as name, _database(kind, Path(name)) as url:
            migrate(url)
            add_content(url, content)
            yield from _measure(kind, url, Path(name), content, seconds=1 if quick else 4)


def _measure(kind: str, url: str, folder: Path, content: Content, *, seconds: float) -> Iterator[Figure]:
    runs = len(WORKSPACES) * content.jobs * content.runs

    def figure(key: str, title: str, taken: list[float]) -> Figure:
        detail = f"{runs:,} runs, p50 {percentile(taken, 0.5) * 1000:.1f} ms, {len(taken)} times"
        return Figure(
            f"million.{kind.lower()}.{key}", f"{title}, {kind}, p95", percentile(taken, 0.95) * 1000, "ms",
            TARGET_MS, detail, strictly=True,
        )  # fmt: skip

    yield figure("looks", "A scheduler's look for work", asyncio.run(_look_for_work(url, seconds)))
    with studio_process(folder, database_url=url, groups=(WORKSPACE,)) as studio:
        for key, (title, paths) in _paths(content).items():
            load = put_load(studio.api_url, paths, studio.token, seconds=seconds, clients=1)
            yield figure(key, title, load.taken)


async def _look_for_work(url: str, seconds: float) -> list[float]:
    """Time what a scheduler asks at each turn where nothing is to be done."""
    database, taken = Database(url), []
    until = time.perf_counter() + seconds
    while (started := time.perf_counter()) < until:
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
