"""HTTP for runs as they change: server-sent events.

Source: HTML Living Standard, "Server-sent events".
"""

import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Header
from fastapi.responses import StreamingResponse

from onedata_hub.identity import HubUnreachable
from onedata_hub.studio.access import Access, AccessDep, is_member
from onedata_hub.studio.context import Context, ContextDep
from onedata_hub.studio.jobs.live import EndOfFeed, feed
from onedata_hub.studio.routing import api_router

router = api_router("jobs")

HEARTBEAT_SECONDS = 15.0
EVENT_STREAM = "text/event-stream"
_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events `run`, each with a RunSummary",
        "content": {EVENT_STREAM: {"schema": {"type": "string"}}},
    }
}
LastEventId = Annotated[
    str | None,
    Header(description="The id of the last event that was heard: what came after it is told again."),
]


@router.get("/workspaces/{workspace}/runs/events", response_class=StreamingResponse, responses=_ANSWER)
async def listen_to_runs(
    access: AccessDep, context: ContextDep, last_event_id: LastEventId = None
) -> StreamingResponse:
    """The workspace's runs as they change, for as long as one listens: first those that have not ended."""
    # A proxy that gathers an answer before it passes it on would hold events back.
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _events(context, access, last_event_id), media_type=EVENT_STREAM, headers=headers
    )


async def _events(context: Context, access: Access, last_event_id: str | None) -> AsyncIterator[bytes]:
    listener = feed(context).join(context, access.workspace, last_event_id)
    checked = time.monotonic()
    try:
        yield b": live\n\n"
        while True:
            change = await listener.next(HEARTBEAT_SECONDS)
            if time.monotonic() - checked >= HEARTBEAT_SECONDS:
                if not await _may_listen(context, access):
                    return
                checked = time.monotonic()
            yield (
                b": nothing new\n\n"
                if change is None
                else b"id: %b\nevent: run\ndata: %b\n\n" % (change.id.encode(), change.run)
            )
    except EndOfFeed:
        return
    finally:
        feed(context).leave(listener)


async def _may_listen(context: Context, access: Access) -> bool:
    """Ask again whether the token holds and its user is in the workspace. A hub that is away cannot say so."""
    try:
        caller = await context.identity.caller_for_token(access.caller.token)
    except HubUnreachable:
        return False
    return (
        caller is not None and caller.may_access(context.service_name) and is_member(caller, access.workspace)
    )
