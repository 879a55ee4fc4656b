"""The tables of runs and their attempts, as people and runners see them."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from onedata.contract.jobs import RunState
from sqlalchemy import bindparam, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.inline import columns_only
from onedata_hub.studio.jobs.mapping import DETAIL_COLUMNS, SUMMARY_COLUMNS
from onedata_hub.studio.jobs.tables import AnyRow, JobAttemptRow, JobRow, JobRunDetailRow, JobRunRow
from onedata_hub.studio.upsert import insert_into

_SUMMARY = tuple(getattr(JobRunRow, name) for name in SUMMARY_COLUMNS)
_DETAIL = tuple(getattr(JobRunDetailRow, name) for name in DETAIL_COLUMNS)
# What every reader asks is built once (see ``inline``).
_READ = columns_only(
    select(*_SUMMARY, JobRunRow.workspace, *_DETAIL)
    .join(JobRunDetailRow, JobRunDetailRow.run_id == JobRunRow.id)
    .where(JobRunRow.id == bindparam("run_id"), JobRunRow.workspace == bindparam("workspace"))
)


@cache
def _page(*, job: bool, state: bool, before: bool) -> Any:
    """Build the query of a list; each of the three is a condition that may be there, and its parameter."""
    query = select(*_SUMMARY)
    if job:
        # A job's runs are in its workspace. Asked for both, PostgreSQL would read all of the workspace's.
        is_here = exists().where(JobRow.id == bindparam("job"), JobRow.workspace == bindparam("workspace"))
        query = query.where(JobRunRow.job_id == bindparam("job"), is_here)
    else:
        query = query.where(JobRunRow.workspace == bindparam("workspace"))
    if state:
        query = query.where(JobRunRow.state == bindparam("state"))
    if before:
        query = query.where(JobRunRow.id < bindparam("before"))
    return columns_only(query.order_by(JobRunRow.id.desc()).limit(bindparam("limit")))


ACTIVE = (RunState.queued.value, RunState.running.value)


class RunRepository:
    """Reads and writes runs."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, run: dict[str, Any], detail: dict[str, Any]) -> bool:
        """Insert a run; False, and nothing changed, if its job has one for this due time."""
        statement = insert_into(self.session, JobRunRow.__table__).values(**run)
        statement = statement.on_conflict_do_nothing(index_elements=["job_id", "scheduled_for"])
        added = await self.session.execute(statement.returning(JobRunRow.id))
        if added.first() is None:
            return False
        self.session.add(JobRunDetailRow(run_id=run["id"], **detail))
        await self.session.flush()
        return True

    async def get(self, workspace: str, run_id: str) -> JobRunRow | None:
        """Give a workspace's run."""
        query = select(JobRunRow).where(JobRunRow.id == run_id, JobRunRow.workspace == workspace)
        return (await self.session.scalars(query)).first()

    async def lock(self, run_id: str) -> JobRunRow | None:
        """Give a run whose row nobody else writes until this transaction ends."""
        query = select(JobRunRow).where(JobRunRow.id == run_id).with_for_update()
        return (await self.session.scalars(query.execution_options(populate_existing=True))).first()

    async def detail(self, run_id: str) -> JobRunDetailRow:
        """Give the rest of a run that is there."""
        query = select(JobRunDetailRow).where(JobRunDetailRow.run_id == run_id)
        return (await self.session.scalars(query)).one()

    async def page(
        self, workspace: str, *, job_id: str | None, state: str | None, before: str | None, limit: int
    ) -> Sequence[AnyRow]:
        """Give runs as lists show them, the newest first, from the one before ``before`` on."""
        given = {"workspace": workspace, "job": job_id, "state": state, "before": before, "limit": limit}
        query = _page(job=job_id is not None, state=state is not None, before=before is not None)
        return (await self.session.execute(query, given)).all()

    async def read(self, workspace: str, run_id: str) -> AnyRow | None:
        """Give what a workspace's run is shown with, of both tables."""
        given = {"workspace": workspace, "run_id": run_id}
        return (await self.session.execute(_READ, given)).first()

    async def active_of(self, job_id: str) -> list[JobRunRow]:
        """Give a job's runs that have not ended, the oldest first."""
        query = select(JobRunRow).where(JobRunRow.job_id == job_id, JobRunRow.state.in_(ACTIVE))
        return list(await self.session.scalars(query.order_by(JobRunRow.id)))

    async def count_active(self, job_id: str) -> int:
        """Count a job's runs that have not ended."""
        query = select(func.count()).where(JobRunRow.job_id == job_id, JobRunRow.state.in_(ACTIVE))
        return int(await self.session.scalar(query) or 0)

    async def attempts(self, run_id: str) -> list[JobAttemptRow]:
        """Give a run's attempts, the newest first."""
        query = select(JobAttemptRow).where(JobAttemptRow.run_id == run_id)
        return list(await self.session.scalars(query.order_by(JobAttemptRow.attempt.desc())))

    async def close_attempts(self, run_id: str, outcome: str, now: datetime) -> None:
        """End the attempts of a run that have not ended."""
        await self.session.execute(
            update(JobAttemptRow)
            .where(JobAttemptRow.run_id == run_id, JobAttemptRow.ended_at.is_(None))
            .values(ended_at=now, outcome=outcome)
        )

    async def attempt(self, run_id: str, attempt: int) -> JobAttemptRow | None:
        """Give one attempt of a run."""
        query = select(JobAttemptRow).where(JobAttemptRow.run_id == run_id, JobAttemptRow.attempt == attempt)
        return (await self.session.scalars(query.execution_options(populate_existing=True))).first()
