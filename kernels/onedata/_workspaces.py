"""Who I am, and which workspace I work in."""

import os
from typing import TYPE_CHECKING

from onedata._client import client
from onedata.contract.environment import WORKSPACE
from onedata.errors import NotFound

if TYPE_CHECKING:
    from onedata.contract.workspaces import Me, Workspace


def whoami() -> "Me":
    """Say who the platform takes you for: name, workspaces, and your role in each."""
    return client().me()


def workspaces() -> "list[Workspace]":
    """List the workspaces you may use, with your role in each."""
    return list(client().me().workspaces)


def workspace(name: str | None = None) -> str:
    """Give the workspace used where none is named; with a name, change it for this session.

    Raises:
        NotFound: If you have no workspace of that name; says which you have.
    """
    if name is not None:
        known = [workspace.name for workspace in workspaces()]
        if name not in known:
            raise NotFound(
                f"You have no workspace '{name}'. Yours: {', '.join(known)}. "
                "A hub group is a workspace: an administrator adds you to it."
            )
        os.environ[WORKSPACE] = name
    return client().workspace()
