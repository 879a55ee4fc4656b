"""The jobs table."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.jobs.tables import JobRow, JobRunRow


class JobRepository:
    """Reads and writes jobs; a deleted one is as good as gone."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get(self, workspace: str, job_id: str) -> JobRow | None:
        """Give a workspace's job."""
        query = select(JobRow).where(
            JobRow.id == job_id, JobRow.workspace == workspace, JobRow.deleted_at.is_(None)
        )
        return (await self.session.scalars(query)).first()

    async def lock(self, job_id: str) -> JobRow | None:
        """Give a job whose row nobody else writes until this transaction ends, deleted or not."""
        query = select(JobRow).where(JobRow.id == job_id).with_for_update()
        return (await self.session.scalars(query.execution_options(populate_existing=True))).first()

    async def id_of_name(self, workspace: str, name: str) -> str | None:
        """Give the id of the job that has a name."""
        query = select(JobRow.id).where(
            JobRow.workspace == workspace, JobRow.name == name, JobRow.deleted_at.is_(None)
        )
        return (await self.session.scalars(query)).first()

    async def page(
        self, workspace: str, *, name: str | None, search: str | None, after: str | None, limit: int
    ) -> list[JobRow]:
        """Give jobs by name, from the one after ``after`` on."""
        query = select(JobRow).where(JobRow.workspace == workspace, JobRow.deleted_at.is_(None))
        if name:
            query = query.where(JobRow.name == name)
        if search:
            query = query.where(JobRow.name.contains(search, autoescape=True))
        if after is not None:
            query = query.where(JobRow.name > after)
        return list(await self.session.scalars(query.order_by(JobRow.name).limit(limit)))

    async def last_runs(self, job_ids: list[str]) -> dict[str, JobRunRow]:
        """Give the newest run of each of the jobs that has run, by the job's id."""
        newest = (
            select(func.max(JobRunRow.id))
            .where(JobRunRow.job_id == JobRow.id)
            .correlate(JobRow)
            .scalar_subquery()
        )
        ids = list(
            await self.session.scalars(select(newest).select_from(JobRow).where(JobRow.id.in_(job_ids)))
        )
        runs = await self.session.scalars(select(JobRunRow).where(JobRunRow.id.in_([i for i in ids if i])))
        return {run.job_id: run for run in runs}

    async def due(self, now: datetime, limit: int) -> list[str]:
        """Give the ids of jobs that are due, the longest due first."""
        query = select(JobRow.id).where(JobRow.next_due_at <= now).order_by(JobRow.next_due_at).limit(limit)
        return list(await self.session.scalars(query))

    async def advance(self, job_id: str, expected: datetime, next_due_at: datetime | None) -> bool:
        """Move a job's next due time on, if it still is what was seen. False if it is not."""
        result = await self.session.execute(
            update(JobRow)
            .where(JobRow.id == job_id, JobRow.next_due_at == expected)
            .values(next_due_at=next_due_at)
            .returning(JobRow.id)
        )
        return result.first() is not None
