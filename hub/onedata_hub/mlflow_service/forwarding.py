"""What MLflow gets to see of a request: its path below our prefix, the workspace, no credentials."""

from starlette.types import Message, Scope, Send

from onedata_hub.mlflow_service.refusals import Refusal

WORKSPACE_HEADER = "x-mlflow-workspace"  # source: mlflow/utils/workspace_utils.py

# We have looked at the token and at the origin; MLflow has no use for either, and might log them.
# Its own checks of Host and Origin know only localhost, so behind the hub's proxy they would refuse
# the browser of anybody who calls the platform by its name.
_WITHHELD = frozenset(
    {b"authorization", b"cookie", b"origin", b"host", b"x-mlflow-authorization", WORKSPACE_HEADER.encode()}
)


def forwarded(scope: Scope, path: str, workspace: str) -> Scope:
    """Give the request as MLflow shall see it.

    Args:
        scope: The request as it came.
        path: The path below our prefix.
        workspace: The workspace that the caller was admitted to.
    """
    headers = [pair for pair in scope["headers"] if pair[0].lower() not in _WITHHELD]
    headers.append((b"host", b"localhost"))
    headers.append((WORKSPACE_HEADER.encode(), workspace.encode()))
    raw_path = path.encode("utf-8", "surrogateescape")
    return {**scope, "path": path, "raw_path": raw_path, "root_path": "", "headers": headers, "state": {}}


def naming_workspace(send: Send, workspace: str) -> Send:
    """Name the workspace in the answer, so that a client that named none knows where it was."""

    async def naming(message: Message) -> None:
        if message["type"] == "http.response.start":
            header = (WORKSPACE_HEADER.encode(), workspace.encode())
            message = {**message, "headers": [*message.get("headers", ()), header]}
        await send(message)

    return naming


def check_length(scope: Scope, most_bytes: int) -> None:
    """Refuse a body that is longer than ``most_bytes``, or does not say how long it is.

    MLflow holds such bodies in memory. The server keeps senders to the length they announce.

    Raises:
        Refusal: 413 or 411.
    """
    headers = dict(scope["headers"])
    if b"chunked" in headers.get(b"transfer-encoding", b"").lower():
        raise Refusal(411, "INVALID_PARAMETER_VALUE", "Send this request with a Content-Length.")
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > most_bytes:
        raise Refusal.too_large(most_bytes)
