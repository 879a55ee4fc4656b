"""What stands before every request: the path prefix, and the refusal of bodies that nothing could keep."""

import json
import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onedata_hub.studio.errors import Invalid, problem_response

_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


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


async def refuse_broken_text(request: Request) -> None:
    """Refuse JSON that is not Unicode text: no file, database or answer could hold it.

    JSON can spell half a character (a lone surrogate), and Python reads it.
    Source: RFC 8259, sections 8.1 and 8.2.

    Raises:
        Invalid: If the body is JSON and not text; says what is wrong.
    """
    kind = request.headers.get("content-type", "application/json")
    if request.method in ("GET", "DELETE", "HEAD") or "json" not in kind:
        return
    body = await request.body()
    try:
        if b"\0" in body:
            raise Invalid("The request's body holds NUL bytes. Send JSON as UTF-8.")
        body.decode()
        if _ESCAPED_SURROGATE.search(body):
            json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        raise Invalid(
            f"The request's body is not UTF-8 at byte {error.start}. Send JSON as UTF-8."
        ) from error
    except UnicodeEncodeError as error:
        half = f"\\u{ord(error.object[error.start]):04x}"
        raise Invalid(f"The request's body holds {half}, half a character. Send whole characters.") from error
    except (ValueError, RecursionError):
        return  # what reads the body next says what is wrong with it
