"""Who may do what in which workspace."""

from onedata_hub.naming import personal_workspace

from tests.support.studio import StudioUnderTest

API = "/api/v1"


async def test_me_lists_the_personal_workspace_first(studio: StudioUnderTest):
    async with studio.user("ann", "team-b", "team-a") as ann:
        me = (await ann.get(f"{API}/me")).json()
    assert me["default_workspace"] == "user-ann"
    assert [(w["name"], w["role"]) for w in me["workspaces"]] == [
        ("user-ann", "admin"),
        ("team-a", "editor"),
        ("team-b", "editor"),
    ]


async def test_group_named_like_a_personal_workspace_is_no_way_in(studio: StudioUnderTest):
    studio.hub.add_user("ann")
    async with studio.user("eve", "user-ann") as eve:
        answer = await eve.get(f"{API}/workspaces/user-ann")
        names = [w["name"] for w in (await eve.get(f"{API}/workspaces")).json()]
    assert answer.status_code == 404
    assert names == ["user-eve"]


async def test_outsider_cannot_tell_a_workspace_from_none(studio: StudioUnderTest):
    studio.hub.add_user("ann", "team-a")
    async with studio.user("eve") as eve:
        there = await eve.get(f"{API}/workspaces/team-a")
        nowhere = await eve.get(f"{API}/workspaces/team-x")
    assert there.status_code == nowhere.status_code == 404
    assert there.json()["detail"].replace("team-a", "") == nowhere.json()["detail"].replace("team-x", "")


async def test_role_given_by_an_admin_holds_and_can_be_taken_back(studio: StudioUnderTest):
    async with studio.user("root", admin=True) as root, studio.user("ann", "team-a") as ann:
        await root.put(f"{API}/workspaces/team-a/members/ann", json={"role": "viewer"})
        viewer = (await ann.get(f"{API}/workspaces/team-a")).json()["role"]
        gone = await root.delete(f"{API}/workspaces/team-a/members/ann")
        again = (await ann.get(f"{API}/workspaces/team-a")).json()["role"]
    assert (viewer, gone.status_code, again) == ("viewer", 204, "editor")


async def test_editor_may_not_change_roles(studio: StudioUnderTest):
    async with studio.user("ann", "team-a") as ann:
        answer = await ann.put(f"{API}/workspaces/team-a/members/ann", json={"role": "admin"})
    assert answer.status_code == 403
    assert "takes admin" in answer.json()["detail"]


async def test_personal_workspace_has_no_other_members(studio: StudioUnderTest):
    async with studio.user("ann") as ann:
        answer = await ann.put(f"{API}/workspaces/user-ann/members/bob", json={"role": "viewer"})
    assert answer.status_code == 403


async def test_change_of_role_leaves_an_audit_row_and_a_refusal_none(studio: StudioUnderTest):
    async with studio.user("root", admin=True) as root, studio.user("ann", "team-a") as ann:
        await ann.put(f"{API}/workspaces/team-a/members/ann", json={"role": "admin"})
        await root.put(f"{API}/workspaces/team-a/members/ann", json={"role": "viewer"})
        trail = (await root.get(f"{API}/workspaces/team-a/audit")).json()
        refused = await ann.get(f"{API}/workspaces/team-a/audit")
    assert [(e["user"], e["action"], e["target"]) for e in trail["items"]] == [
        ("root", "member.set_role", "member:ann")
    ]
    assert refused.status_code == 403


async def test_audit_trail_comes_in_pages_without_gaps(studio: StudioUnderTest):
    async with studio.user("root", admin=True) as root:
        for number in range(7):
            await root.put(f"{API}/workspaces/team-a/members/u{number}", json={"role": "viewer"})
        seen, cursor = [], None
        while True:
            query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
            page = (await root.get(f"{API}/workspaces/team-a/audit", params=query)).json()
            seen += [entry["target"] for entry in page["items"]]
            cursor = page.get("next_cursor")
            if cursor is None:
                break
    assert seen == [f"member:u{number}" for number in reversed(range(7))]


def test_names_that_are_not_safe_become_distinct_slugs():
    names = ["ann", "Ann", "ann.", "ann@x", "王", "李", "a" * 80, "a" * 81, "ann-0123abcd"]
    slugs = {personal_workspace(name) for name in names}
    assert len(slugs) == len(names)
    assert all(len(slug) <= 63 for slug in slugs)
