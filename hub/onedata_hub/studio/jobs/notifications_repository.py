"""The notifications' table."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.jobs.tables import NotificationRow


class NotificationRepository:
    """Reads and writes notifications."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def due(self, now: datetime, limit: int) -> list[NotificationRow]:
        """Give what is to be sent now, the longest due first."""
        query = select(NotificationRow).where(
            NotificationRow.state == "pending", NotificationRow.not_before <= now
        )
        return list(await self.session.scalars(query.order_by(NotificationRow.not_before).limit(limit)))

    async def claim(self, row: NotificationRow, until: datetime) -> bool:
        """Take a notification as it was seen; False if another studio was quicker."""
        taken = await self.session.execute(
            update(NotificationRow)
            .where(
                NotificationRow.id == row.id,
                NotificationRow.state == "pending",
                NotificationRow.not_before == row.not_before,
            )
            .values(not_before=until)
            .returning(NotificationRow.id)
        )
        return taken.first() is not None

    async def note(
        self, notification_id: str, *, state: str, error: str, not_before: datetime, sent_at: datetime | None
    ) -> None:
        """Note how a try went."""
        await self.session.execute(
            update(NotificationRow)
            .where(NotificationRow.id == notification_id)
            .values(
                state=state,
                error=error,
                not_before=not_before,
                sent_at=sent_at,
                tries=NotificationRow.tries + 1,
            )
        )
