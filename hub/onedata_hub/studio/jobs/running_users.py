"""Whose jobs are running now: asked by the idle culler before it stops a server."""

from onedata.contract.jobs import RunningUsers, RunState
from sqlalchemy import select

from onedata_hub.roles import CULLER
from onedata_hub.studio.callers import CallerDep
from onedata_hub.studio.context import ContextDep
from onedata_hub.studio.errors import Forbidden
from onedata_hub.studio.jobs.tables import JobRunRow
from onedata_hub.studio.routing import api_router

router = api_router("jobs")


@router.get("/running-users")
async def list_running_users(caller: CallerDep, context: ContextDep) -> RunningUsers:
    """The users whose jobs are running now, for the idle culler and hub administrators."""
    if not (caller.admin or (caller.kind == "service" and caller.name == CULLER)):
        raise Forbidden(
            "Whose jobs are running, across workspaces, is for hub administrators and the idle culler."
        )
    query = select(JobRunRow.created_by).where(JobRunRow.state == RunState.running.value).distinct()
    async with context.database.read() as session:
        return RunningUsers(users=sorted(await session.scalars(query)))
