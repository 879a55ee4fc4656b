"""Profiles: one file for pods and local processes, and one check for form, API and jobs."""

import contextlib
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from kubespawner import KubeSpawner
from onedata_hub.machine import Machine
from onedata_hub.profiles import Profile, Profiles, load_profiles, read_profiles
from onedata_hub.server_size import ProfileError, ProfileForbidden, parse_memory

LAPTOP = Machine(cpus=4, memory_bytes=16 * 2**30, gpus=0, limits_memory=True, limits_cpus=True)
GPU_BOX = Machine(cpus=64, memory_bytes=512 * 2**30, gpus=1, limits_memory=True, limits_cpus=True)


def profiles_of(text: str, machine: Machine = LAPTOP) -> Profiles:
    return Profiles([Profile.model_validate(one) for one in yaml.safe_load(text)], machine)


@pytest.fixture
def shipped() -> Profiles:
    return load_profiles(machine=LAPTOP)


def test_no_choice_gives_the_default_profile(shipped: Profiles) -> None:
    assert shipped.select({}).profile == "standard"


def test_first_profile_is_the_default_where_none_is_marked() -> None:
    assert profiles_of("[{display_name: A}, {display_name: B}]").select({}).profile == "a"


@pytest.mark.parametrize(
    "name", ["Large", "GPU (2 × A100)", "标准", "Größe L", "it's ½ of one", "C++ &amp; R"]
)
def test_slug_comes_from_the_name_as_kubespawner_makes_it(name: str) -> None:
    (theirs,) = KubeSpawner._get_initialized_profile_list(None, [{"display_name": name}])
    assert Profile(display_name=name).slug == theirs["slug"]


def test_profiles_with_chinese_names_alone_are_told_apart() -> None:
    assert list(profiles_of("[{display_name: 标准}, {display_name: 大}]").by_slug) == ["biao-zhun", "da"]


def test_choice_is_laid_over_its_profile(shipped: Profiles) -> None:
    size = shipped.select({"profile": "large", "memory": "32g"})
    assert (size.memory_bytes, size.cpus) == (32 * 2**30, 8)


def test_environments_of_profile_and_choice_are_merged() -> None:
    profiles = profiles_of(
        """
        - display_name: A
          kubespawner_override: {environment: {ONE: "1", BOTH: profile}}
          profile_options:
            kind:
              display_name: Kind
              choices:
                x: {display_name: X, kubespawner_override: {environment: {TWO: 2, BOTH: choice}}}
        """
    )
    assert profiles.select({}).environment == {"ONE": "1", "TWO": "2", "BOTH": "choice"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"profile": "huge"}, "There is no profile 'huge'. Choose one of: standard, small, large."),
        ({"profile": 7}, "There is no profile 7."),
        ({"profile": ["small"]}, "There is no profile"),
        ({"profile": "gpu"}, "This machine has no NVIDIA GPU"),
        ({"profile": "large", "memory": "1t"}, "has no choice '1t' for 'memory'. Choose one of: 16g, 32g."),
        ({"profile": "large", "memory": ["16g"]}, "has no choice"),
        ({"profile": "small", "memory": "16g"}, "Profile 'small' has no option 'memory'"),
        ({"profile": "small", "cmd": "rm"}, "Profile 'small' has no option 'cmd'"),
    ],
)
def test_wrong_choice_is_refused_with_what_can_be_had(
    shipped: Profiles, options: dict[str, object], says: str
) -> None:
    with pytest.raises(ProfileError) as refused:
        shipped.select(options)
    assert says in str(refused.value)


def test_machine_with_a_gpu_offers_the_gpu_profile_and_not_two_of_them() -> None:
    profiles = load_profiles(machine=GPU_BOX)
    assert profiles.select({"profile": "gpu"}).gpus == 1
    with pytest.raises(ProfileError, match="It takes 2 GPUs; this machine has 1"):
        profiles.select({"profile": "gpu", "gpus": "two"})


IMAGES = """
- display_name: A
  profile_options:
    image:
      display_name: Image
      unlisted_choice: {enabled: true, display_name: Other, kubespawner_override: {image: "{value}"}}
      choices:
        small: {display_name: Small, kubespawner_override: {image: registry.example.org/small}}
"""


def test_profile_with_images_starts_without_one() -> None:
    assert profiles_of(IMAGES).select({"profile": "a"}).profile == "a"


@pytest.mark.parametrize(
    "options", [{"image": "small"}, {"image--unlisted-choice": "registry.example.org/x"}]
)
def test_image_that_is_asked_for_is_refused_with_the_reason(options: dict[str, object]) -> None:
    with pytest.raises(ProfileError, match="Images need containers"):
        profiles_of(IMAGES).select(options)


def test_what_a_pod_has_and_a_process_has_not_is_named() -> None:
    profiles = profiles_of(
        "[{display_name: A, kubespawner_override: {node_selector: {a: b}, mem_guarantee: 1G}}]"
    )
    assert profiles.ignored_keys(profiles.default) == ["node_selector"]


def test_image_of_ones_own_is_taken_in_pods_if_it_is_one() -> None:
    listed = [Profile.model_validate(one) for one in yaml.safe_load(IMAGES)]
    profiles = Profiles(listed, LAPTOP, in_pods=True)
    image = "registry.example.org/mine@sha256:" + "0" * 64
    size = profiles.select({"image--unlisted-choice": image})
    assert size.overrides == {"image": image}
    assert size.options == {"profile": "a", "image--unlisted-choice": image}
    for wrong in ("two words", ["x"], "a\nb", "-x"):
        with pytest.raises(ProfileError, match="'image--unlisted-choice' of profile 'a' cannot be"):
            profiles.select({"image--unlisted-choice": wrong})


def test_rule_of_the_site_for_images_comes_before_ours() -> None:
    [one] = yaml.safe_load(IMAGES)
    one["profile_options"]["image"]["unlisted_choice"] |= {
        "validation_regex": "^registry.example.org/",
        "validation_message": "Take one of our registry",
    }
    profiles = Profiles([Profile.model_validate(one)], LAPTOP, in_pods=True)
    assert profiles.select({"image--unlisted-choice": "registry.example.org/x"}).overrides
    with pytest.raises(ProfileError, match="Take one of our registry"):
        profiles.select({"image--unlisted-choice": "elsewhere.example.org/x"})


GROUPS = """
limits:
  default: {gpus: 1}
  groups: {ml: {gpus: 4}}
profile_list:
  - {display_name: Big, default: true, allowed_groups: [ml, vision]}
  - display_name: Small
    profile_options:
      kind:
        display_name: Kind
        choices:
          usual: {display_name: Usual}
          new: {display_name: New, allowed_groups: [ml], kubespawner_override: {environment: {NEW: 1}}}
  - display_name: Cards
    kubespawner_override: {extra_resource_limits: {nvidia.com/gpu: 2}}
  - display_name: Closed
    allowed_groups: []
"""


def of_groups(*groups: str) -> Profiles:
    return read_profiles(yaml.safe_load(GROUPS), machine=LAPTOP, in_pods=True).of(groups)


def test_profiles_and_choices_of_other_groups_are_not_in_the_list() -> None:
    assert list(of_groups("ml").by_slug) == ["big", "small", "cards"]
    assert list(of_groups("others").by_slug) == ["small", "cards"]
    assert list(of_groups("others").by_slug["small"].profile_options["kind"].choices) == ["usual"]


def test_default_is_the_first_that_people_may_have() -> None:
    assert of_groups("vision").select({}).profile == "big"
    assert of_groups().select({}).options == {"profile": "small", "kind": "usual"}


def test_profile_of_other_groups_is_forbidden_with_whose_it_is() -> None:
    with pytest.raises(ProfileForbidden) as refused:
        of_groups("others").select({"profile": "big"})
    assert str(refused.value) == "Profile 'big' is for groups ml, vision. Choose one of: small."
    with pytest.raises(ProfileForbidden, match="is for nobody"):
        of_groups("ml").select({"profile": "closed"})


def test_choice_of_other_groups_is_refused() -> None:
    assert of_groups("ml").select({"profile": "small", "kind": "new"}).environment == {"NEW": "1"}
    with pytest.raises(ProfileError, match="Choose one of: usual"):
        of_groups().select({"profile": "small", "kind": "new"})


def test_profile_with_more_gpus_than_a_person_may_have_says_so() -> None:
    assert of_groups("ml").select({"profile": "cards"}).gpus == 2
    with pytest.raises(ProfileError, match="It takes 2 GPUs; your groups have 1 at once"):
        of_groups().select({"profile": "cards"})


def test_who_may_have_none_is_told_whom_to_ask() -> None:
    only = read_profiles([{"display_name": "A", "allowed_groups": ["ml"]}], machine=LAPTOP).of([])
    assert only.default is None
    with pytest.raises(ProfileForbidden, match="Ask an administrator"):
        only.select({})


def test_choice_is_merged_with_its_profile_as_kubespawner_merges() -> None:
    profiles = profiles_of(
        """
        - display_name: A
          kubespawner_override: {extra_resource_limits: {nvidia.com/mig-1g.10gb: 1}}
          profile_options:
            slice:
              display_name: Slice
              choices:
                small: {display_name: Small}
                large:
                  display_name: Large
                  kubespawner_override:
                    extra_resource_limits: {nvidia.com/mig-1g.10gb: null, nvidia.com/mig-3g.40gb: "1"}
        """
    )
    profiles.in_pods = True
    assert profiles.select({}).gpu_kinds == {"nvidia.com/mig-1g.10gb": 1}
    assert profiles.select({"slice": "large"}).gpu_kinds == {"nvidia.com/mig-3g.40gb": 1}


def test_slice_of_a_gpu_cannot_be_had_on_one_machine() -> None:
    profiles = profiles_of(
        "[{display_name: A, kubespawner_override: {extra_resource_limits: {nvidia.com/gpu.shared: 1}}}]",
        GPU_BOX,
    )
    assert profiles.why_unavailable(profiles.by_slug["a"]) == (
        "It takes nvidia.com/gpu.shared, which Kubernetes alone shares out; here servers are local processes."
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[]", "No profile is listed"),
        ("a: b", "at the top"),
        ("[{slug: a}]", "at 0.display_name: Field required"),
        ("[{display_name: A, slug: ../x}]", "may hold a-z"),
        ("[{display_name: A, slug: ''}]", "is not empty"),
        ("[{display_name: ★}]", "at 0: Value error, display_name '★' gives no slug; write one"),
        ("[{display_name: A}, {display_name: a}]", "Two profiles have the slug 'a'"),
        ("[{display_name: A, kubespawner_override: {mem_limit: lots}}]", "no amount of memory"),
        ("[{display_name: A, kubespawner_override: {cpu_limit: -1}}]", "no number above 0"),
        ("[{display_name: A, kubespawner_override: {environment: [1]}}]", "no map of names"),
        (
            "[{display_name: A, kubespawner_override: {extra_resource_limits: {nvidia.com/gpu: x}}}]",
            "no number of GPUs",
        ),
        ("{limits: {default: {gpu: 1}}, profile_list: [{display_name: A}]}", "at limits.default.gpu"),
        ("{limit: {}, profile_list: [{display_name: A}]}", "'limit' is not known beside profile_list"),
        (
            "[{display_name: A, profile_options: {i: {display_name: I, unlisted_choice: {validation_regex: '('}}}}]",
            "is no regular expression",
        ),
        ("[", "cannot be read"),
    ],
)
def test_broken_file_is_refused_with_its_name_and_the_place(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "profiles.yaml"
    path.write_text(text)
    with pytest.raises(ProfileError) as refused:
        load_profiles(path, machine=LAPTOP)
    assert says in str(refused.value)
    assert str(path) in str(refused.value)


def test_file_of_the_chart_with_its_key_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "profiles.yaml"
    path.write_text("profile_list: [{display_name: A}]")
    assert load_profiles(path, machine=LAPTOP).default.slug == "a"


@given(
    st.integers(1, 10**6), st.sampled_from([("", 1), ("K", 2**10), ("M", 2**20), ("G", 2**30), ("T", 2**40)])
)
def test_memory_is_read_as_kubespawner_reads_it(number: int, unit: tuple[str, int]) -> None:
    assert parse_memory(f"{number}{unit[0]}") == number * unit[1]


@given(st.text(max_size=12))
def test_memory_is_a_number_with_a_unit_or_refused(text: str) -> None:
    with contextlib.suppress(ProfileError):
        assert (parse_memory(text) or 0) >= 0


VALUES = st.one_of(st.none(), st.text(max_size=10), st.integers(), st.lists(st.text()))


@given(
    st.dictionaries(
        st.sampled_from(["profile", "memory", "gpus", "cmd"]) | st.text(max_size=10), VALUES, max_size=4
    )
)
def test_whatever_is_posted_is_a_size_or_a_refusal(options: dict[str, object]) -> None:
    profiles = load_profiles(machine=LAPTOP)
    with contextlib.suppress(ProfileError):
        assert profiles.select(options).profile in profiles.by_slug


def test_in_pods_the_cluster_alone_says_what_can_be_had() -> None:
    text = """
    - display_name: GPU
      kubespawner_override: {image: "gpu:1", mem_limit: 2G, extra_resource_limits: {nvidia.com/gpu: 8}}
      profile_options:
        image: {display_name: Image, choices: {other: {display_name: Other, kubespawner_override: {image: "b:1"}}}}
    """
    listed = [Profile.model_validate(one) for one in yaml.safe_load(text)]
    profiles = Profiles(listed, LAPTOP, in_pods=True)
    assert profiles.why_unavailable(listed[0]) is None
    assert profiles.select({"profile": "gpu"}).overrides == {
        "image": "b:1",
        "mem_limit": "2G",
        "extra_resource_limits": {"nvidia.com/gpu": 8},
    }
