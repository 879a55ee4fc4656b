"""HTTP for the audit trail."""

from onedata.contract.audit import AuditEntry
from onedata.contract.paging import Page

from onedata_hub.studio.access import AccessDep
from onedata_hub.studio.audit.service import AuditService
from onedata_hub.studio.context import ContextDep
from onedata_hub.studio.paging import DEFAULT_LIMIT, CursorQuery, LimitQuery
from onedata_hub.studio.routing import api_router

router = api_router("audit")


@router.get("/workspaces/{workspace}/audit")
async def list_audit(
    access: AccessDep, context: ContextDep, limit: LimitQuery = DEFAULT_LIMIT, cursor: CursorQuery = None
) -> Page[AuditEntry]:
    """The workspace's audit trail, newest first. Takes admin."""
    return await AuditService(context).entries(access, cursor=cursor, limit=limit)
