"""Workspaces: one for each hub group, and a personal one for each user."""

from enum import StrEnum

from pydantic import BaseModel

from onedata.contract.names import WorkspaceName


class Role(StrEnum):
    """What a member may do; each role may do all that the ones before it may."""

    viewer = "viewer"
    editor = "editor"
    admin = "admin"

    @property
    def rank(self) -> int:
        """The role's place in the order, 0 for the least."""
        return list(Role).index(self)

    def covers(self, needed: "Role") -> bool:
        """Say whether this role may do what ``needed`` may."""
        return self.rank >= needed.rank


class Workspace(BaseModel):
    """A workspace as its reader sees it; ``role`` is the reader's own."""

    name: WorkspaceName
    personal: bool
    role: Role


class Member(BaseModel):
    """One user's role in a workspace."""

    user: str
    role: Role


class MemberUpdate(BaseModel):
    """The role to give a user of the workspace's hub group."""

    role: Role


class Me(BaseModel):
    """Who the caller is, by the hub's word."""

    name: str
    admin: bool
    default_workspace: WorkspaceName
    workspaces: list[Workspace]
