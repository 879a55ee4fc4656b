"""A studio with jobs, on each database, and what a test does with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from onedata_hub.studio.jobs.scheduler import Scheduler
from onedata_hub.studio.jobs.tables import JobRow, JobRunRow
from sqlalchemy import update

from tests.hub.studio.jobs.fakes import Runner, RunnersByHand
from tests.support.notebooks import make_notebook
from tests.support.studio import StudioUnderTest, running_studio

API = "/api/v1"
WS = f"{API}/workspaces/team-a"


@dataclass
class JobsUnderTest:
    """A studio whose scheduler looks when the test says so, and whose runners are the test's."""

    studio: StudioUnderTest
    backend: RunnersByHand
    scheduler: Scheduler
    ann: httpx.AsyncClient
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def user(self, name: str, *groups: str, admin: bool = False) -> httpx.AsyncClient:
        client = self.studio.user(name, *groups, admin=admin)
        self.clients.append(client)
        return client

    async def make_job(self, name: str = "nightly", **fields: Any) -> dict[str, Any]:
        body = {"name": name, "notebook": make_notebook("days: int = 7", "print(days)"), **fields}
        answer = await self.ann.post(f"{WS}/jobs", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def start(self, job: dict[str, Any], **parameters: Any) -> dict[str, Any]:
        answer = await self.ann.post(f"{WS}/jobs/{job['id']}/runs", json={"parameters": parameters})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def run(self, run_id: str) -> dict[str, Any]:
        return (await self.ann.get(f"{WS}/runs/{run_id}")).json()

    async def runs(self, **query: Any) -> list[dict[str, Any]]:
        return (await self.ann.get(f"{WS}/runs", params=query)).json()["items"]

    async def look(self, scheduler: Scheduler | None = None) -> None:
        """Let the scheduler look twice (claim, then start), and wait for the starts."""
        scheduler = scheduler or self.scheduler
        for _ in range(2):
            await scheduler.look()
            await wait_for_starts(scheduler)

    async def started(self, **fields: Any) -> tuple[dict[str, Any], Runner]:
        """Make a job, run it, and give the run with its runner."""
        run = await self.start(await self.make_job(**fields))
        await self.look()
        return run, self.runner(run["id"])

    def runner(self, run_id: str) -> Runner:
        return Runner(self.studio, self.backend.newest(run_id))


async def wait_for_starts(scheduler: Scheduler) -> None:
    """Wait until no start is on its way. A turn of the loop too: awaiting what is done gives none."""
    while scheduler._starting:
        await asyncio.wait(list(scheduler._starting.values()))
        await asyncio.sleep(0)


@asynccontextmanager
async def running_jobs(folder: Path, database_url: str | None = None) -> AsyncIterator[JobsUnderTest]:
    """Jobs with ann, an editor of team-a; nothing happens by itself."""
    backend = RunnersByHand()
    async with running_studio(folder, database_url=database_url, compute=backend) as studio:
        made = JobsUnderTest(studio, backend, Scheduler(studio.context), studio.user("ann", "team-a"))
        yield made
        await made.scheduler.close()
        for client in [made.ann, *made.clients]:
            await client.aclose()


@pytest.fixture
async def jobs(tmp_path: Path) -> AsyncIterator[JobsUnderTest]:
    """Jobs on SQLite."""
    async with running_jobs(tmp_path) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
async def any_jobs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[JobsUnderTest]:
    """Jobs on each database."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    async with running_jobs(tmp_path, url) as made:
        yield made


async def shift(jobs: JobsUnderTest, run_id: str, **values: object) -> None:
    """Change a run behind everybody's back: let time have passed."""
    async with jobs.studio.context.database.write() as session:
        await session.execute(update(JobRunRow).where(JobRunRow.id == run_id).values(**values))


async def make_due(jobs: JobsUnderTest, job_id: str, due_at: datetime) -> None:
    """Let a job's next due time be in the past."""
    async with jobs.studio.context.database.write() as session:
        await session.execute(update(JobRow).where(JobRow.id == job_id).values(next_due_at=due_at))
