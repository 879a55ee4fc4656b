"""The jobs table."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.inline import columns_only
from onedata_hub.studio.jobs.mapping import LISTED_COLUMNS, SUMMARY_COLUMNS
from onedata_hub.studio.jobs.tables import AnyRow, JobRow, JobRunRow
from onedata_hub.studio.patterns import containing

_NEWEST = (
    select(func.max(JobRunRow.id)).where(JobRunRow.job_id == JobRow.id).correlate(JobRow).scalar_subquery()
)
# One look at the end of an index for each job, however many runs it has.
_LAST_RUNS = columns_only(
    select(*(getattr(JobRunRow, name) for name in SUMMARY_COLUMNS)).where(
        JobRunRow.id.in_(select(_NEWEST).where(JobRow.id.in_(bindparam("job_ids", expanding=True))))
    )
)


@cache
def _page(*, name: bool, search: bool, after: bool) -> Any:
    """Build the query of a list; each of the three is a condition that may be there, and its parameter."""
    query = select(*(getattr(JobRow, column) for column in LISTED_COLUMNS))
    query = query.where(JobRow.workspace == bindparam("workspace"), JobRow.deleted_at.is_(None))
    if name:
        query = query.where(JobRow.name == bindparam("name"))
    if search:
        query = query.where(JobRow.name.like(bindparam("search"), escape="/"))
    if after:
        query = query.where(JobRow.name > bindparam("after"))
    return columns_only(query.order_by(JobRow.name).limit(bindparam("limit")))


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
    ) -> Sequence[AnyRow]:
        """Give jobs as lists show them, by name, from the one after ``after`` on."""
        given = {
            "workspace": workspace,
            "name": name,
            "search": containing(search) if search else None,
            "after": after,
            "limit": limit,
        }
        query = _page(name=bool(name), search=bool(search), after=after is not None)
        return (await self.session.execute(query, given)).all()

    async def last_runs(self, job_ids: list[str]) -> dict[str, AnyRow]:
        """Give the newest run of each of the jobs that has run, as lists show it, by the job's id."""
        runs = await self.session.execute(_LAST_RUNS, {"job_ids": job_ids})
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
