"""Who is calling, by the hub's word. Shared by the studio and the MLflow service."""

from onedata_hub.identity.caller import Caller
from onedata_hub.identity.hub import HubIdentity, HubUnreachable, UnknownUser

__all__ = ["Caller", "HubIdentity", "HubUnreachable", "UnknownUser"]
