"""Which studio looks after which run: claims, leases and what is left to clean."""

from datetime import datetime

from onedata.contract.jobs import RunState
from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from onedata_hub.studio.jobs.runs_repository import ACTIVE
from onedata_hub.studio.jobs.tables import JobAttemptRow, JobRunRow


class LeaseRepository:
    """What the scheduler asks of the runs' table. Each query walks an index over what is active."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def claimable(self, now: datetime, limit: int, *, for_update: bool = False) -> list[JobRunRow]:
        """Give runs that may start: due, nobody's, and the oldest of their job that has not ended.

        ``for_update`` leaves out those that another studio is about to claim.
        """
        older = aliased(JobRunRow)
        is_behind = exists().where(
            older.job_id == JobRunRow.job_id, older.state.in_(ACTIVE), older.id < JobRunRow.id
        )
        query = (
            select(JobRunRow)
            .where(
                JobRunRow.state == RunState.queued.value,
                JobRunRow.not_before <= now,
                JobRunRow.slot_job_id.is_(None),
                ~is_behind,
            )
            .order_by(JobRunRow.not_before, JobRunRow.id)
            .limit(limit)
        )
        if for_update:
            query = query.with_for_update(skip_locked=True)
        return list(await self.session.scalars(query))

    async def claim(self, run: JobRunRow, owner: str, until: datetime) -> bool:
        """Take a run; False if somebody else has it, or a run of the same job."""
        statement = (
            update(JobRunRow)
            .where(
                JobRunRow.id == run.id,
                JobRunRow.state == RunState.queued.value,
                JobRunRow.slot_job_id.is_(None),
            )
            .values(slot_job_id=run.job_id, owner=owner, lease_until=until)
            .returning(JobRunRow.id)
        )
        try:
            async with self.session.begin_nested():
                return (await self.session.execute(statement)).first() is not None
        except IntegrityError:
            return False

    async def owned(self, owner: str) -> list[JobRunRow]:
        """Give the runs that a studio holds."""
        query = select(JobRunRow).where(JobRunRow.state.in_(ACTIVE), JobRunRow.owner == owner)
        return list(await self.session.scalars(query.order_by(JobRunRow.id)))

    async def extend(self, owner: str, until: datetime) -> None:
        """Say that a studio lives: its leases hold on."""
        await self.session.execute(
            update(JobRunRow)
            .where(JobRunRow.state.in_(ACTIVE), JobRunRow.owner == owner)
            .values(lease_until=until)
            .execution_options(synchronize_session=False)
        )

    async def adopt_expired(self, now: datetime, owner: str, until: datetime, limit: int) -> list[str]:
        """Take over up to ``limit`` runs whose studio has not been heard of."""
        is_expired = and_(
            JobRunRow.state.in_(ACTIVE), JobRunRow.owner.is_not(None), JobRunRow.lease_until < now
        )
        candidates = await self.session.scalars(
            select(JobRunRow.id).where(is_expired).limit(limit).with_for_update(skip_locked=True)
        )
        taken = await self.session.scalars(
            update(JobRunRow)
            .where(JobRunRow.id.in_(list(candidates)), is_expired)
            .values(owner=owner, lease_until=until)
            .returning(JobRunRow.id)
            .execution_options(synchronize_session=False)
        )
        return list(taken)

    async def has_expired(self, now: datetime) -> bool:
        """Say whether a run's studio has not been heard of."""
        query = select(JobRunRow.id).where(
            JobRunRow.state.in_(ACTIVE), JobRunRow.owner.is_not(None), JobRunRow.lease_until < now
        )
        return (await self.session.scalars(query.limit(1))).first() is not None

    async def oldest_waiting(self, now: datetime) -> datetime | None:
        """Say since when the run waits that waits the longest."""
        query = select(func.min(JobRunRow.not_before)).where(
            JobRunRow.state == RunState.queued.value,
            JobRunRow.not_before <= now,
            JobRunRow.slot_job_id.is_(None),
        )
        oldest: datetime | None = await self.session.scalar(query)
        return oldest

    async def to_clean(self, limit: int, *, after: JobAttemptRow | None = None) -> list[JobAttemptRow]:
        """Give ended attempts of which something is left, the oldest first, or the next oldest ``after`` one."""
        query = select(JobAttemptRow).where(
            JobAttemptRow.cleaned_at.is_(None), JobAttemptRow.ended_at.is_not(None)
        )
        if after is not None:
            query = query.where(
                or_(
                    JobAttemptRow.ended_at > after.ended_at,
                    and_(JobAttemptRow.ended_at == after.ended_at, JobAttemptRow.run_id > after.run_id),
                )
            )
        query = query.order_by(JobAttemptRow.ended_at, JobAttemptRow.run_id).limit(limit)
        return list(await self.session.scalars(query))
