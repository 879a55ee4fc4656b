"""What a job chooses within its profile: taken as a server takes it, kept, and what its runs are started with."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.hub.studio.jobs.conftest import API, WS, JobsUnderTest

GIB = 2**30
UNLISTED = "image--unlisted-choice"
IN_PODS = """
- {display_name: Plain, default: true, kubespawner_override: {mem_limit: 1G}}
- display_name: GPU
  profile_options:
    image:
      display_name: Image
      choices:
        torch: {display_name: PyTorch, default: true, kubespawner_override: {image: "site/torch:1"}}
        jax: {display_name: JAX, kubespawner_override: {image: "site/jax:1"}}
        secret: {display_name: Secret, allowed_groups: [lab], kubespawner_override: {image: "site/secret:1"}}
      unlisted_choice: {enabled: true, display_name: Another image, kubespawner_override: {image: "{value}"}}
    memory:
      display_name: Memory
      choices:
        little: {display_name: 2 GB, kubespawner_override: {mem_limit: 2G}}
        much: {display_name: 4 GB, kubespawner_override: {mem_limit: 4G}}
"""


@pytest.fixture
def in_pods(jobs: JobsUnderTest, tmp_path: Path) -> JobsUnderTest:
    """A studio whose runs are pods, so that a profile may choose their image."""
    path = tmp_path / "profiles.yaml"
    path.write_text(IN_PODS)
    settings = jobs.studio.context.settings
    settings.profiles_file, settings.compute = path, "kubernetes"
    return jobs


async def asked_for(jobs: JobsUnderTest, **fields: Any) -> tuple[dict[str, Any], Any]:
    """Run a new job; give the run as the API shows it, and what the backend was asked to start."""
    run, _ = await jobs.started(**fields)
    return await jobs.run(run["id"]), jobs.backend.newest(run["id"])


async def test_a_run_is_started_with_what_its_job_chose(in_pods: JobsUnderTest) -> None:
    chosen = {"image": "jax", "memory": "much"}
    run, request = await asked_for(in_pods, profile="gpu", profile_options=chosen)
    assert (run["profile"], run["profile_options"]) == ("gpu", chosen)
    assert (request.profile["image"], request.limits.memory_bytes) == ("site/jax:1", 4 * GIB)
    assert json.loads(request.environment["ONEDATA_PROFILE_OPTIONS"]) == chosen


async def test_a_run_has_the_image_that_somebody_wrote(in_pods: JobsUnderTest) -> None:
    image = "site/mine@sha256:" + "0" * 64
    _, request = await asked_for(in_pods, profile="gpu", profile_options={UNLISTED: image})
    assert request.profile["image"] == image
    told = json.loads(request.environment["ONEDATA_PROFILE_OPTIONS"])
    assert told == {UNLISTED: image, "memory": "little"}  # with it a job that the run makes has the same


async def test_what_is_not_chosen_is_the_profiles_default(in_pods: JobsUnderTest) -> None:
    run, request = await asked_for(in_pods, profile="gpu")
    assert run["profile_options"] == {}
    assert (request.profile["image"], request.limits.memory_bytes) == ("site/torch:1", 2 * GIB)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"image": "none"}, "has no choice 'none' for 'image'"),
        ({"colour": "red"}, "has no option 'colour'. Its options: image, memory."),
        ({UNLISTED: "no image"}, "cannot be 'no image'"),
        ({"image": "secret"}, "has no choice 'secret' for 'image'. Choose one of: torch, jax."),
    ],
)
async def test_a_choice_that_a_server_could_not_have_is_refused(
    in_pods: JobsUnderTest, options: dict[str, str], said: str
) -> None:
    job = await in_pods.make_job(profile="gpu", profile_options={"image": "jax"})
    refused = await in_pods.ann.patch(f"{WS}/jobs/{job['id']}", json={"profile_options": options})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_profile")
    assert said in refused.json()["detail"]
    kept = (await in_pods.ann.get(f"{WS}/jobs/{job['id']}")).json()
    assert kept["profile_options"] == {"image": "jax"}


async def test_another_profile_leaves_the_choices_of_the_former(in_pods: JobsUnderTest) -> None:
    job = await in_pods.make_job(profile="gpu", profile_options={"image": "jax"})
    changed = await in_pods.ann.patch(f"{WS}/jobs/{job['id']}", json={"profile": "plain"})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["profile"], changed.json()["profile_options"]) == ("plain", {})


async def test_a_run_keeps_what_it_was_due_with_when_its_job_chooses_anew(in_pods: JobsUnderTest) -> None:
    job = await in_pods.make_job(profile="gpu", profile_options={"image": "jax"})
    run = await in_pods.start(job)
    await in_pods.ann.patch(f"{WS}/jobs/{job['id']}", json={"profile_options": {"image": "torch"}})
    await in_pods.look()
    assert in_pods.backend.newest(run["id"]).profile["image"] == "site/jax:1"


async def test_who_chooses_anew_is_whom_the_job_runs_as(in_pods: JobsUnderTest) -> None:
    job = await in_pods.make_job(profile="gpu")
    async with in_pods.studio.user("vic", "team-a") as vic:
        await vic.patch(f"{WS}/jobs/{job['id']}", json={"profile_options": {"image": "jax"}})
        assert (await vic.get(f"{WS}/jobs/{job['id']}")).json()["run_as"] == "vic"


async def test_the_list_of_profiles_says_what_there_is_to_choose(in_pods: JobsUnderTest) -> None:
    plain, gpu = (await in_pods.ann.get(f"{API}/profiles")).json()["profiles"]
    assert plain["options"] == []
    image, memory = gpu["options"]
    assert (image["name"], image["display_name"], image["unlisted"]) == ("image", "Image", "Another image")
    assert image["choices"] == [  # and not the one of other groups
        {"name": "torch", "display_name": "PyTorch", "default": True, "unavailable": None},
        {"name": "jax", "display_name": "JAX", "default": False, "unavailable": None},
    ]
    assert ([one["name"] for one in memory["choices"]], memory["unlisted"]) == (["little", "much"], None)


async def test_where_runs_are_processes_an_image_says_that_it_cannot_be_had(in_pods: JobsUnderTest) -> None:
    in_pods.studio.context.settings.compute = "local"
    image = (await in_pods.ann.get(f"{API}/profiles")).json()["profiles"][1]["options"][0]
    assert {one["unavailable"] for one in image["choices"]} == {
        "Images need containers; here servers are local processes of one environment."
    }
    assert image["unlisted"] is None
