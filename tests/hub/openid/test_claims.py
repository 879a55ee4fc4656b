"""What claims mean here: safe names, and no two groups in one workspace."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some
from onedata.contract.names import WORKSPACE_PATTERN
from onedata_hub.openid.claims import ClaimRefused, name_in, subject_in, workspace_of, workspaces_in


@pytest.mark.parametrize(
    ("group", "workspace"),
    [
        ("data", "data"),
        ("/data", "data"),
        ("/team/data", "team--data"),
        ("/team-a/data-1", "team-a--data-1"),
        ("/a/b/c", "a--b--c"),
        ("/user-ann", "user-ann"),  # the hub's group, and never a workspace: see is_workspace_group
    ],
)
def test_plain_groups_keep_their_names(group: str, workspace: str):
    assert workspace_of(group) == workspace


@pytest.mark.parametrize(
    "group", ["/Data", "/data science", "/team--data", "/.._..", "/données", "/a/B", "-", "x" * 80]
)
def test_any_other_group_gets_digits_of_its_own(group: str):
    assert re.fullmatch(r".+-[0-9a-f]{8}", workspace_of(group))
    assert "--" not in workspace_of(group)


_PART = some.text(some.sampled_from("abAB-_.é 01"), min_size=1, max_size=6).filter(
    lambda part: "/" not in part
)
_GROUP = some.lists(_PART, min_size=1, max_size=3).map("/".join)


@given(_GROUP, _GROUP)
def test_two_groups_never_share_a_workspace(one: str, other: str):
    assert (workspace_of(one) == workspace_of(other)) == (one == other)


@given(some.text(min_size=1).filter(lambda group: group.strip("/")))
def test_every_group_becomes_a_legal_name(group: str):
    assert re.fullmatch(WORKSPACE_PATTERN, workspace_of(group))


def test_groups_may_be_within_another_claim_or_have_a_url_for_a_name():
    assert workspaces_in({"realm_access": {"roles": ["data"]}}, "realm_access.roles") == {"data"}
    assert workspaces_in({"https://example.org/groups": ["data"]}, "https://example.org/groups") == {"data"}
    assert workspaces_in({"groups": []}, "groups") == set()


@pytest.mark.parametrize("claims", [{}, {"groups": None}, {"roles": ["data"]}])
def test_missing_claim_is_not_an_empty_one(claims: dict[str, object]):
    assert workspaces_in(claims, "groups") is None


@pytest.mark.parametrize("groups", [{"data": 1}, "data", [1], 3])
def test_claim_that_is_no_list_of_names_says_what_to_do(groups: object):
    with pytest.raises(ClaimRefused, match=r"'groups' is no list.*corrects its mapper"):
        workspaces_in({"groups": groups}, "groups")


def test_person_without_a_name_or_subject_is_refused():
    with pytest.raises(ClaimRefused, match=r"no claim 'preferred_username'.*scope that brings it"):
        name_in({"sub": "1"}, "preferred_username")
    with pytest.raises(ClaimRefused, match="scope openid"):
        subject_in({"preferred_username": "ann"})


def test_address_is_a_name_once_it_is_verified():
    assert name_in({"email": "ann@example.org", "email_verified": True}, "email") == "ann@example.org"
    with pytest.raises(ClaimRefused, match=r"not verified the address ann@example\.org"):
        name_in({"email": "ann@example.org"}, "email")
