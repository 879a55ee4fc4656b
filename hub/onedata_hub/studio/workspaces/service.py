"""Who the caller is, which workspaces are theirs, and the roles in them."""

from onedata.contract.workspaces import Me, Member, Role, Workspace

from onedata_hub.identity import Caller
from onedata_hub.naming import is_workspace_group, personal_workspace
from onedata_hub.studio.access import DEFAULT_ROLE, Access
from onedata_hub.studio.audit.service import record
from onedata_hub.studio.context import Context
from onedata_hub.studio.errors import Forbidden, NotFound
from onedata_hub.studio.workspaces.repository import WorkspaceRepository


class WorkspaceService:
    """Tells callers of their workspaces; keeps the roles that differ from the default."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def me(self, caller: Caller) -> Me:
        """Say who the caller is and which workspaces are theirs, the personal one first."""
        own = personal_workspace(caller.name)
        async with self.context.database.read() as session:
            roles = await WorkspaceRepository(session).roles_of(caller.name)
        groups = sorted(group for group in caller.groups if is_workspace_group(group))
        shared = [
            Workspace(
                name=group,
                personal=False,
                role=Role.admin if caller.admin else roles.get(group, DEFAULT_ROLE),
            )
            for group in groups
        ]
        mine = Workspace(name=own, personal=True, role=Role.admin)
        return Me(name=caller.name, admin=caller.admin, default_workspace=own, workspaces=[mine, *shared])

    async def members(self, access: Access) -> list[Member]:
        """List the roles that were set in a workspace."""
        async with self.context.database.read() as session:
            return await WorkspaceRepository(session).members(access.workspace)

    async def set_role(self, access: Access, user: str, role: Role) -> Member:
        """Give a user of the hub group a role."""
        self._require_shared(access)
        async with self.context.database.write() as session:
            await WorkspaceRepository(session).set_role(access.workspace, user, role)
            record(session, access, "member.set_role", f"member:{user}", {"role": role.value})
        return Member(user=user, role=role)

    async def clear_role(self, access: Access, user: str) -> None:
        """Give a user the default role back."""
        self._require_shared(access)
        async with self.context.database.write() as session:
            if not await WorkspaceRepository(session).clear_role(access.workspace, user):
                raise NotFound(f"No role was set for '{user}' in workspace '{access.workspace}'.")
            record(session, access, "member.clear_role", f"member:{user}", {})

    def _require_shared(self, access: Access) -> None:
        access.require(Role.admin, "changing roles")
        if not is_workspace_group(access.workspace):
            raise Forbidden(
                f"Workspace '{access.workspace}' is personal: nobody else has a role in it. "
                "Share through a hub group instead."
            )
