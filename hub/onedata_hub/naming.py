"""Safe names for what people and hubs name freely."""

import hashlib
import re

PERSONAL_PREFIX = "user-"
_SAFE = re.compile(r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$")


def safe_slug(name: str, *, longest: int = 40) -> str:
    """Give a name of a-z, 0-9 and '-' that no other name shares.

    A name that is safe already stays as it is; any other becomes what is legible of it
    and eight hex digits of its SHA-256.
    """
    if len(name) <= longest and _SAFE.fullmatch(name) and not re.search(r"-[0-9a-f]{8}$", name):
        return name
    legible = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[: longest - 9].strip("-")
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{legible}-{digest}" if legible else f"x-{digest}"


def personal_workspace(user: str) -> str:
    """Name the workspace that is the user's own."""
    return PERSONAL_PREFIX + safe_slug(user)


def is_workspace_group(group: str) -> bool:
    """Say whether a hub group can be a workspace: a legal name, and nobody's personal one."""
    from onedata.contract.names import WORKSPACE_PATTERN  # keeps pydantic out of the hub's start

    return not group.startswith(PERSONAL_PREFIX) and re.fullmatch(WORKSPACE_PATTERN, group) is not None
