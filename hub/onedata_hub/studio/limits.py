"""What stands before every request: the path prefix, and the refusal of bodies that are too large."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onedata_hub.studio.errors import problem_response


class Prefix:
    """ASGI middleware: the app lives under a path of the hub's proxy, which forwards it unshortened."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app = app
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["root_path"] = self.prefix
        await self.app(scope, receive, send)


class BodyLimit:
    """ASGI middleware: at most ``most_bytes`` of request body, by header and by count."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self.app = app
        self.most_bytes = most_bytes
        self.refusal = f"The request's body is over {most_bytes} bytes. Send less, or raise max_body_bytes."

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self.most_bytes:
            response = problem_response(Request(scope), 413, "too_large", self.refusal)
            await response(scope, receive, send)
            return
        seen = 0

        async def count() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.most_bytes:
                raise HTTPException(413, self.refusal)
            return message

        await self.app(scope, count, send)
