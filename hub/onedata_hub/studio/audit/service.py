"""Write audit rows beside what they tell of, and read them back."""

from typing import Any

from onedata.contract.audit import AuditEntry
from onedata.contract.paging import Page
from onedata.contract.workspaces import Role
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.access import Access
from onedata_hub.studio.audit.repository import AuditRepository
from onedata_hub.studio.audit.tables import AuditRow
from onedata_hub.studio.context import Context
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.ids import new_id
from onedata_hub.studio.paging import decode_cursor, encode_cursor


def record(session: AsyncSession, access: Access, action: str, target: str, detail: dict[str, Any]) -> None:
    """Add the audit row of a mutation to the mutation's own transaction.

    Args:
        session: The write session of the mutation.
        access: Who did it, and where.
        action: ``<resource>.<verb>``, such as ``dataset.commit``.
        target: ``<kind>:<name>``, such as ``dataset:flights@3``.
        detail: What changed; never a secret.
    """
    record_as(session, access.workspace, access.caller.name, action, target, detail)


def record_as(
    session: AsyncSession, workspace: str, user: str, action: str, target: str, detail: dict[str, Any]
) -> None:
    """Add the audit row of something that was done on a user's behalf."""
    session.add(
        AuditRow(
            id=new_id(),
            workspace=workspace,
            at=utc_now(),
            user=user,
            action=action,
            target=target[:500],
            detail=detail,
        )
    )


class AuditService:
    """Shows a workspace's audit trail to its admins."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def entries(self, access: Access, *, cursor: str | None, limit: int) -> Page[AuditEntry]:
        """Give a page of entries, newest first. Takes admin."""
        access.require(Role.admin, "reading the audit trail")
        before = decode_cursor(cursor, 1)[0] if cursor else None
        async with self.context.database.read() as session:
            items = await AuditRepository(session).newest(access.workspace, before=before, limit=limit + 1)
        more = len(items) > limit
        items = items[:limit]
        return Page(items=items, next_cursor=encode_cursor(items[-1].id) if more else None)
