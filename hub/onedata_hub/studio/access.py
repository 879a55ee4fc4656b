"""A caller in a workspace: what their role lets them do, looked up for each request."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request
from onedata.contract.names import WORKSPACE_PATTERN
from onedata.contract.workspaces import Role

from onedata_hub.identity import Caller
from onedata_hub.naming import is_workspace_group, personal_workspace
from onedata_hub.studio.callers import current_caller
from onedata_hub.studio.context import Context
from onedata_hub.studio.errors import Forbidden, NotFound
from onedata_hub.studio.workspaces.repository import WorkspaceRepository

DEFAULT_ROLE = Role.editor
MLFLOW_SERVICE = "mlflow"


@dataclass(frozen=True)
class Access:
    """A caller in a workspace, with the role that was looked up for this request."""

    workspace: str
    caller: Caller
    role: Role

    def require(self, needed: Role, doing: str) -> None:
        """Let only those pass whose role covers ``needed``.

        Raises:
            Forbidden: Otherwise; says which role they have and which it takes.
        """
        if not self.role.covers(needed):
            raise Forbidden(
                f"You are {self.role.value} in workspace '{self.workspace}', and {doing} takes "
                f"{needed.value}. Ask one of its admins for the role."
            )


async def find_access(context: Context, caller: Caller, workspace: str) -> Access:
    """Look up a caller's role.

    Raises:
        NotFound: If they are not in the workspace. Its existence is not told.
    """
    role = await _role(context, caller, workspace)
    if role is None:
        raise NotFound(
            f"There is no workspace '{workspace}' that you are in. "
            "A workspace is a hub group: ask a hub administrator to add you.",
            code="workspace_not_found",
        )
    return Access(workspace, caller, role)


def is_member(caller: Caller, workspace: str) -> bool:
    """Say whether a caller is in a workspace, in whatever role; every role may read."""
    if caller.kind == "service":
        return caller.name == MLFLOW_SERVICE
    if caller.admin or workspace == personal_workspace(caller.name):
        return True
    return workspace in caller.groups and is_workspace_group(workspace)


async def _role(context: Context, caller: Caller, workspace: str) -> Role | None:
    if not is_member(caller, workspace):
        return None
    if caller.kind == "service":
        return Role.editor
    if caller.admin or workspace == personal_workspace(caller.name):
        return Role.admin
    async with context.database.read() as session:
        roles = await WorkspaceRepository(session).roles_of(caller.name)
    return roles.get(workspace, DEFAULT_ROLE)


WorkspacePath = Annotated[
    str,
    Path(
        alias="workspace",
        pattern=WORKSPACE_PATTERN,
        description="The workspace: a hub group, or user-<name>.",
    ),
]


async def workspace_access(request: Request, workspace: WorkspacePath) -> Access:
    """Look up the caller's role in the workspace that the path names.

    It asks for the caller itself: FastAPI takes 20 microseconds for each dependency of a dependency.
    """
    context: Context = request.app.state.context
    return await find_access(context, await current_caller(request, context), workspace)


AccessDep = Annotated[Access, Depends(workspace_access)]
