"""The profiles that a job may name: as the platform's file has them, and as a job is checked by them."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.notebooks import make_notebook
from tests.support.studio import StudioUnderTest

API = "/api/v1"
MORE_GPUS_THAN_ANY_MACHINE = """
- display_name: Tiny
  slug: tiny
  description: For a look.
  kubespawner_override: {cpu_limit: 0.5, mem_limit: 512M}
- display_name: Wide
  default: true
  profile_options:
    memory:
      display_name: Memory
      choices:
        64g: {display_name: 64 GB, kubespawner_override: {mem_limit: 64G}}
- display_name: GPUs
  kubespawner_override: {extra_resource_limits: {nvidia.com/gpu: "999"}}
"""


@pytest.fixture
def file(studio: StudioUnderTest, tmp_path: Path) -> Path:
    """The platform's own file of profiles."""
    path = tmp_path / "profiles.yaml"
    path.write_text(MORE_GPUS_THAN_ANY_MACHINE)
    studio.context.settings.profiles_file = path
    return path


async def listed(studio: StudioUnderTest) -> list[dict[str, Any]]:
    async with studio.user("vic") as vic:  # in no workspace but their own
        answer = await vic.get(f"{API}/profiles")
    assert answer.status_code == 200, answer.text
    return answer.json()["profiles"]


async def test_shipped_profiles_are_listed_where_no_file_is_named(studio: StudioUnderTest) -> None:
    found = await listed(studio)
    assert [one["name"] for one in found] == ["standard", "small", "large", "gpu"]
    assert found[0] == {
        "name": "standard", "display_name": "Standard", "default": True, "memory_bytes": 8 * 2**30, "cpus": 2.0,
        "gpus": 0, "unavailable": None, "options": [],
        "description": "Notebooks, SQL and models on tables of a few gigabytes.",
    }  # fmt: skip


@pytest.mark.usefixtures("file")
async def test_limits_are_those_of_the_default_choices(studio: StudioUnderTest) -> None:
    limits = {one["name"]: (one["memory_bytes"], one["cpus"], one["gpus"]) for one in await listed(studio)}
    assert limits == {"tiny": (512 * 2**20, 0.5, 0), "wide": (64 * 2**30, None, 0), "gpus": (None, None, 999)}


@pytest.mark.usefixtures("file")
async def test_profile_that_cannot_be_had_says_why_and_no_job_takes_it(studio: StudioUnderTest) -> None:
    reasons = {one["name"]: one["unavailable"] for one in await listed(studio)}
    assert (reasons["tiny"], reasons["wide"]) == (None, None)
    async with studio.user("ann", "team-a") as ann:
        taken = {}
        for name in reasons:
            job = {"name": name, "notebook": make_notebook("days: int = 7"), "profile": name}
            taken[name] = await ann.post(f"{API}/workspaces/team-a/jobs", json=job)
    assert [one.status_code for one in taken.values()] == [201, 201, 422]
    assert reasons["gpus"] in taken["gpus"].json()["detail"]


async def test_file_is_read_again_when_it_changes(studio: StudioUnderTest, file: Path) -> None:
    await listed(studio)
    file.write_text("- display_name: One\n")
    assert [(one["name"], one["default"]) for one in await listed(studio)] == [("one", True)]


async def test_profile_of_other_groups_says_whose_it_is_and_no_job_takes_it(
    studio: StudioUnderTest, file: Path
) -> None:
    file.write_text(
        """
        limits: {default: {gpus: 0}}
        profile_list:
          - {display_name: Big, default: true, allowed_groups: [ml]}
          - {display_name: Small}
        """
    )
    job = {"name": "one", "notebook": make_notebook("days: int = 7")}
    async with studio.user("vic", "team-a") as vic:
        shown = (await vic.get(f"{API}/profiles")).json()["profiles"]
        refused = await vic.post(f"{API}/workspaces/team-a/jobs", json=job | {"profile": "big"})
        without = await vic.post(f"{API}/workspaces/team-a/jobs", json=job)
    assert [(one["name"], one["default"], one["unavailable"]) for one in shown] == [
        ("big", False, "It is for group ml."),
        ("small", True, None),
    ]
    assert (refused.status_code, refused.json()["code"]) == (403, "profile_of_other_groups")
    assert without.status_code == 201
    async with studio.user("ann", "team-a", "ml") as ann:
        taken = await ann.post(f"{API}/workspaces/team-a/jobs", json=job | {"name": "two", "profile": "big"})
        assert taken.status_code == 201
    async with studio.user("vic", "team-a") as vic:  # as whom it would run from then on
        change = {"parameters": {"days": 8}}
        changed = await vic.patch(f"{API}/workspaces/team-a/jobs/{taken.json()['id']}", json=change)
    assert changed.status_code == 403


@pytest.mark.parametrize("content", ["not: a list", None])
async def test_broken_file_is_a_sentence(studio: StudioUnderTest, file: Path, content: str | None) -> None:
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    async with studio.user("ann") as ann:
        answer = await ann.get(f"{API}/profiles")
    assert answer.status_code == 503
    assert str(file) in answer.json()["detail"]
    assert "onedata doctor" in answer.json()["detail"]


async def test_stranger_is_refused(studio: StudioUnderTest) -> None:
    async with studio.client() as stranger:
        assert (await stranger.get(f"{API}/profiles")).status_code == 401
