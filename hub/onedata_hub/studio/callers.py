"""Every request has a caller: a hub token in the header, or a browser that logged in."""

from typing import Annotated

from fastapi import Depends, Request

from onedata_hub.identity import Caller
from onedata_hub.studio.context import ContextDep
from onedata_hub.studio.errors import Forbidden, Unauthorized


def header_token(request: Request) -> str | None:
    """Read ``Authorization: token …`` or ``Bearer …``."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() in ("token", "bearer") else None


async def current_caller(request: Request, context: ContextDep) -> Caller:
    """Say who sent the request.

    Raises:
        Unauthorized: If there is no token, or the hub does not know it.
        Forbidden: If the token may not be used on this service.
    """
    token = header_token(request)
    if token is None and context.login is not None:
        token = context.login.token(request)
    if token is None:
        raise Unauthorized(
            "This request carries no hub token. Send 'Authorization: token <token>' "
            "with one from `onedata token` or the hub's token page."
        )
    caller = await context.identity.caller_for_token(token)
    if caller is None:
        raise Unauthorized(
            "JupyterHub does not know this token: it has expired or was revoked. Make a new one."
        )
    if not caller.may_access(context.service_name):
        raise Forbidden(
            f"This token of '{caller.name}' lacks the scope access:services!service={context.service_name}. "
            "Make one that has it."
        )
    return caller


CallerDep = Annotated[Caller, Depends(current_caller)]
