"""The members table."""

from onedata.contract.workspaces import Member, Role
from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.database import utc_now
from onedata_hub.studio.inline import columns_only
from onedata_hub.studio.workspaces.tables import MemberRow

_ROLES_OF = columns_only(
    select(MemberRow.workspace, MemberRow.role).where(MemberRow.user == bindparam("user"))
)


class WorkspaceRepository:
    """Reads and writes roles."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def roles_of(self, user: str) -> dict[str, Role]:
        """Give the roles set for a user, by workspace."""
        rows = await self.session.execute(_ROLES_OF, {"user": user})
        return {workspace: Role(role) for workspace, role in rows}

    async def members(self, workspace: str) -> list[Member]:
        """Give the roles set in a workspace, by user name."""
        rows = await self.session.execute(
            select(MemberRow.user, MemberRow.role)
            .where(MemberRow.workspace == workspace)
            .order_by(MemberRow.user)
        )
        return [Member(user=user, role=Role(role)) for user, role in rows]

    async def set_role(self, workspace: str, user: str, role: Role) -> None:
        """Set a user's role, whatever it was."""
        row = MemberRow(workspace=workspace, user=user, role=role.value, updated_at=utc_now())
        await self.session.merge(row)
        await self.session.flush()

    async def clear_role(self, workspace: str, user: str) -> bool:
        """Go back to the default role; say whether another had been set."""
        result = await self.session.execute(
            delete(MemberRow)
            .where(MemberRow.workspace == workspace, MemberRow.user == user)
            .returning(MemberRow.user)
        )
        return result.first() is not None
