"""HTTP for who I am, my workspaces and the roles in them."""

from typing import Annotated

from fastapi import Path, Response
from onedata.contract.workspaces import Me, Member, MemberUpdate, Workspace

from onedata_hub.studio.access import AccessDep
from onedata_hub.studio.callers import CallerDep
from onedata_hub.studio.context import ContextDep
from onedata_hub.studio.routing import api_router
from onedata_hub.studio.workspaces.service import WorkspaceService

router = api_router("workspaces")

UserPath = Annotated[str, Path(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f/]+$")]


@router.get("/me")
async def read_me(caller: CallerDep, context: ContextDep) -> Me:
    """Who the caller is, and their workspaces."""
    return await WorkspaceService(context).me(caller)


@router.get("/workspaces")
async def list_workspaces(caller: CallerDep, context: ContextDep) -> list[Workspace]:
    """The caller's workspaces, the personal one first."""
    return (await WorkspaceService(context).me(caller)).workspaces


@router.get("/workspaces/{workspace}")
async def read_workspace(access: AccessDep) -> Workspace:
    """One workspace, with the caller's role."""
    return Workspace(name=access.workspace, personal=access.workspace.startswith("user-"), role=access.role)


@router.get("/workspaces/{workspace}/members")
async def list_members(access: AccessDep, context: ContextDep) -> list[Member]:
    """The roles that were set; the rest of the hub group are editors."""
    return await WorkspaceService(context).members(access)


@router.put("/workspaces/{workspace}/members/{user}")
async def set_member(access: AccessDep, context: ContextDep, user: UserPath, body: MemberUpdate) -> Member:
    """Set a user's role. Takes admin."""
    return await WorkspaceService(context).set_role(access, user, body.role)


@router.delete("/workspaces/{workspace}/members/{user}", status_code=204)
async def clear_member(access: AccessDep, context: ContextDep, user: UserPath) -> Response:
    """Give a user the default role back. Takes admin."""
    await WorkspaceService(context).clear_role(access, user)
    return Response(status_code=204)
