"""HTTP for server profiles."""

from onedata.contract.profiles import ServerProfiles

from onedata_hub.studio.callers import CallerDep
from onedata_hub.studio.context import ContextDep
from onedata_hub.studio.profiles.service import list_profiles
from onedata_hub.studio.routing import api_router

router = api_router("profiles")


@router.get("/profiles")
def read_profiles(caller: CallerDep, context: ContextDep) -> ServerProfiles:
    """The server profiles that a job may name, and why the caller cannot have one."""
    return list_profiles(context.settings, caller.groups)
