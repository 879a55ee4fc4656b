"""Workspaces from the settings: who is taken out of them there is out of them at the hub."""

from pathlib import Path

import pytest
from jupyterhub import orm
from onedata_hub.groups import drop_former_members, load_groups
from sqlalchemy.orm import Session


@pytest.fixture
def hub(tmp_path: Path) -> tuple[str, Session]:
    """A hub's database: ann and bob in team-a, which came from the settings, and in by-hand."""
    url = f"sqlite:///{tmp_path / 'hub.sqlite'}"
    session = orm.new_session_factory(url)()
    users = [orm.User(name="ann"), orm.User(name="bob")]
    properties = load_groups({"team-a": ["ann", "bob"]})["team-a"]["properties"]
    session.add_all([orm.Group(name="team-a", users=list(users), properties=properties)])
    session.add_all([orm.Group(name="by-hand", users=list(users))])
    session.commit()
    return url, session


def members(session: Session, group: str) -> list[str]:
    session.expire_all()
    return sorted(user.name for user in orm.Group.find(session, group).users)


def test_user_whom_the_settings_name_no_more_is_out(hub: tuple[str, Session]) -> None:
    url, session = hub
    assert drop_former_members(url, {"team-a": ["Ann"]}) == [("team-a", "bob")]
    assert members(session, "team-a") == ["ann"]


def test_workspace_that_the_settings_name_no_more_is_empty(hub: tuple[str, Session]) -> None:
    url, session = hub
    drop_former_members(url, {})
    assert members(session, "team-a") == []


def test_group_of_an_administrator_is_left_alone(hub: tuple[str, Session]) -> None:
    url, session = hub
    drop_former_members(url, {})
    assert members(session, "by-hand") == ["ann", "bob"]


def test_unchanged_settings_change_nothing(hub: tuple[str, Session]) -> None:
    assert drop_former_members(hub[0], {"team-a": ["ann", "bob"]}) == []


def test_hub_that_never_ran_has_nothing_to_drop(tmp_path: Path) -> None:
    assert drop_former_members(f"sqlite:///{tmp_path / 'new.sqlite'}", {"team-a": ["ann"]}) == []
