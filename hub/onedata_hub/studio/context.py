"""What every request stands on, made once at start."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from onedata_hub.identity import HubIdentity
from onedata_hub.studio.database import Database
from onedata_hub.studio.settings import StudioSettings

if TYPE_CHECKING:
    from onedata_hub.backends.compute.base import ComputeBackend
    from onedata_hub.backends.objects.base import ObjectStore
    from onedata_hub.identity.oauth import BrowserLogin


@dataclass
class Context:
    """The studio's parts, by port: each has one adapter behind it."""

    settings: StudioSettings
    database: Database
    identity: HubIdentity
    objects: "ObjectStore"
    compute: "ComputeBackend"
    login: "BrowserLogin | None" = None
    service_name: str = "studio"
    stopping: bool = False

    def stop(self) -> None:
        """Let answers that would go on for ever end; called as soon as the process is asked to stop."""
        self.stopping = True

    async def close(self) -> None:
        """Close what holds connections."""
        await self.compute.close()
        await self.objects.close()
        await self.identity.close()
        await self.database.close()


async def get_context(request: Request) -> Context:
    """Give the running studio's context; async, or FastAPI would hand it to a thread for each request."""
    context: Context = request.app.state.context
    return context


ContextDep = Annotated[Context, Depends(get_context)]
