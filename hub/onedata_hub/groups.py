"""Workspaces from the settings as hub groups, and nobody in them who was taken out.

JupyterHub adds the users that its configuration names to a group, and never takes one out again. So we mark the
groups that come from the settings, and take former members out before the hub starts. Groups that an
administrator made at the hub are left alone.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import Connection

_MARK = {"from": "onedata settings"}


def load_groups(workspaces: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """Give the groups for ``c.JupyterHub.load_groups``."""
    return {name: {"users": list(users), "properties": _MARK} for name, users in workspaces.items()}


def drop_former_members(database_url: str, workspaces: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
    """Take those out of the settings' groups whom the settings name no more.

    Args:
        database_url: The hub's database; one that is not there yet has nothing to drop.
        workspaces: The users of each workspace, as the settings have them now.

    Returns:
        (group, user) of each membership that ended.
    """
    wanted = {
        name: {user.lower() for user in users} for name, users in workspaces.items()
    }  # as the hub has names
    engine = create_engine(database_url)
    try:
        with engine.begin() as connection:
            former = [
                (group, user) for group, user in _members(connection) if user not in wanted.get(group, set())
            ]
            for group, user in former:
                _drop(connection, group, user)
    finally:
        engine.dispose()
    return former


def _members(connection: Connection) -> list[tuple[str, str]]:
    """List (group, user) of the groups that came from the settings."""
    tables = inspect(connection)
    if not tables.has_table("user_group_map") or not tables.has_table("groups"):
        return []
    rows = connection.execute(
        text(
            "SELECT g.name, g.properties, u.name FROM user_group_map m "
            "JOIN groups g ON g.id = m.group_id JOIN users u ON u.id = m.user_id"
        )
    )
    return [(group, user) for group, properties, user in rows if _is_ours(properties)]


def _is_ours(properties: Any) -> bool:
    found = json.loads(properties) if isinstance(properties, str) else properties
    return isinstance(found, dict) and found.items() >= _MARK.items()


def _drop(connection: Connection, group: str, user: str) -> None:
    connection.execute(
        text(
            "DELETE FROM user_group_map WHERE group_id = (SELECT id FROM groups WHERE name = :group) "
            "AND user_id = (SELECT id FROM users WHERE name = :user)"
        ),
        {"group": group, "user": user},
    )
