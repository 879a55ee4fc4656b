"""The audit table."""

from onedata.contract.audit import AuditEntry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.audit.tables import AuditRow


class AuditRepository:
    """Reads audit rows, newest first."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def newest(self, workspace: str, *, before: str | None, limit: int) -> list[AuditEntry]:
        """Give up to ``limit`` entries older than the id ``before``."""
        query = select(AuditRow).where(AuditRow.workspace == workspace)
        if before is not None:
            query = query.where(AuditRow.id < before)
        rows = await self.session.scalars(query.order_by(AuditRow.id.desc()).limit(limit))
        return [
            AuditEntry(
                id=row.id, at=row.at, user=row.user, action=row.action, target=row.target, detail=row.detail
            )
            for row in rows
        ]
