"""What may have changed in the runs of some workspaces since a moment, in one question."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from onedata.contract.jobs import RunState
from sqlalchemy import Select, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.jobs.mapping import SUMMARY_COLUMNS
from onedata_hub.studio.jobs.tables import AnyRow, JobRunRow

MOST = 2_000  # of each kind, the newest: what a panel shows is among them
_COLUMNS = (*(getattr(JobRunRow, name) for name in SUMMARY_COLUMNS), JobRunRow.workspace)
_ACTIVE = (RunState.queued.value, RunState.running.value)


class LiveRepository:
    """Reads what listeners may want to hear of."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def changed(
        self, workspaces: Iterable[str], since: datetime, watched: Iterable[str]
    ) -> Sequence[AnyRow]:
        """Give runs that have not ended, that ended since a moment, or that are watched.

        A run that ended long ago by its runner's clock, and was settled only now, is found because it was
        watched while it ran.

        Returns:
            Rows of the ``SUMMARY_COLUMNS`` and the workspace; a run may be there twice.
        """
        here = JobRunRow.workspace.in_(sorted(workspaces))
        active = select(*_COLUMNS).where(here, JobRunRow.state.in_(_ACTIVE)).order_by(JobRunRow.id.desc())
        ended = (
            select(*_COLUMNS)
            .where(here, JobRunRow.finished_at >= since)
            .order_by(JobRunRow.finished_at.desc())
        )
        seen = select(*_COLUMNS).where(JobRunRow.id.in_(sorted(watched)))
        query = union_all(*(_first(one) for one in (active, ended, seen)))
        return (await self.session.execute(query)).all()


def _first(query: Select[Any]) -> Select[Any]:
    """Take the first of a query's rows; SQLite takes a LIMIT within a UNION in a subquery alone."""
    return select(query.limit(MOST).subquery())
