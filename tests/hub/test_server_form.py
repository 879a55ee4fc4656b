"""The page on which people choose a server."""

from html.parser import HTMLParser

import pytest
import yaml
from onedata_hub.machine import Machine
from onedata_hub.profiles import Profile, Profiles, load_profiles, read_profiles
from onedata_hub.server_form import read_form, render_form

LAPTOP = Machine(cpus=4, memory_bytes=16 * 2**30, gpus=0, limits_memory=True, limits_cpus=True)


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture
def form() -> str:
    return render_form(load_profiles(machine=LAPTOP))


def test_default_profile_is_checked_and_what_cannot_be_had_is_disabled(form: str) -> None:
    radios = {one["value"]: one for one in Elements(form).of("input")}
    assert [value for value, one in radios.items() if "checked" in one] == ["standard"]
    assert [value for value, one in radios.items() if "disabled" in one] == ["gpu"]
    assert "Not available: This machine has no NVIDIA GPU" in form


def test_every_field_has_its_label_and_every_radio_its_words(form: str) -> None:
    page = Elements(form)
    identities = {attributes["id"] for _, attributes in page.found if "id" in attributes}
    fields = page.of("input") + page.of("select")
    assert {one["for"] for one in page.of("label")} == {one["id"] for one in fields}
    assert {one["aria-describedby"] for one in page.of("input")} <= identities
    assert page.of("fieldset")
    assert page.of("legend")


def test_names_are_text_and_not_markup() -> None:
    profile = Profile(display_name="<script>alert(1)</script>", slug="x", description='"><b>')
    form = render_form(Profiles([profile], LAPTOP))
    assert not Elements(form).of("script")
    assert not Elements(form).of("b")


def test_unavailable_default_leaves_the_check_to_another() -> None:
    gpu = Profile(
        display_name="G", default=True, kubespawner_override={"extra_resource_limits": {"nvidia.com/gpu": 1}}
    )
    radios = Elements(render_form(Profiles([gpu, Profile(display_name="S")], LAPTOP))).of("input")
    assert [one["value"] for one in radios if "checked" in one] == ["s"]


def test_system_that_cannot_limit_memory_says_so() -> None:
    mac = Machine(cpus=8, memory_bytes=16 * 2**30, gpus=0, limits_memory=False, limits_cpus=False)
    form = render_form(load_profiles(machine=mac))
    assert "memory without a limit (this system cannot hold it to 2 GB)" in form
    assert "up to 8 CPUs (this system cannot hold it to 1)" in form


def test_form_gives_the_options_of_the_chosen_profile_alone() -> None:
    sent = {
        "profile": ["large"],
        "profile-option-large--memory": ["32g"],
        "profile-option-gpu--gpus": ["one"],
        "_xsrf": ["x"],
    }
    assert read_form(sent) == {"profile": "large", "memory": "32g"}


def test_empty_form_is_no_choice() -> None:
    assert read_form({}) == {}


def test_what_the_form_sends_is_what_the_check_takes(form: str) -> None:
    page = Elements(form)
    sent = {str(one["name"]): ["16g"] for one in page.of("select")} | {"profile": ["large"]}
    assert load_profiles(machine=LAPTOP).select(read_form(sent)).memory_bytes == 16 * 2**30


IN_PODS = """
- {display_name: Small, kubespawner_override: {cpu_limit: 1, mem_limit: 2G}}
- display_name: GPU
  allowed_groups: [ml]
  kubespawner_override: {extra_resource_limits: {nvidia.com/mig-1g.10gb: 2}}
  profile_options:
    image:
      display_name: Image
      unlisted_choice: {enabled: true, display_name: An image of your own, kubespawner_override: {image: "{value}"}}
      choices:
        usual: {display_name: The usual one}
        new: {display_name: The new one, kubespawner_override: {image: "new:1"}}
"""


def in_pods(*groups: str) -> Profiles:
    return read_profiles(yaml.safe_load(IN_PODS), machine=LAPTOP, in_pods=True).of(groups)


def test_form_shows_only_what_a_users_groups_may_have() -> None:
    assert [one["value"] for one in Elements(render_form(in_pods())).of("input")] == ["small"]
    form = render_form(in_pods("ml"))
    assert "2 GPU slices (1g.10gb)" in form
    assert "2 GB of memory" in form


def test_form_asks_for_the_workspace_where_there_is_one_to_choose() -> None:
    form = render_form(in_pods(), workspaces=["team-a", "team-b"], last={"workspace": "team-b"})
    page = Elements(form)
    assert [one["value"] for one in page.of("option") if "selected" in one] == ["team-b"]
    assert [one["value"] for one in page.of("option")] == ["", "team-a", "team-b"]
    (select,) = page.of("select")
    assert select["id"] in [one.get("for") for one in page.of("label")]
    assert select["aria-describedby"] in [one.get("id") for one in page.of("p")]
    assert read_form({str(select["name"]): ["team-b"], "profile": ["small"]}) == {
        "profile": "small",
        "workspace": "team-b",
    }
    assert 'name="workspace"' not in render_form(in_pods())


def test_user_without_any_profile_is_told_whom_to_ask() -> None:
    profiles = read_profiles([{"display_name": "A", "allowed_groups": ["ml"]}], machine=LAPTOP).of([])
    form = render_form(profiles)
    assert "Ask an administrator" in form
    assert Elements(form).of("p") == [{"role": "alert"}]


def test_image_of_ones_own_has_a_field_with_a_label_and_words() -> None:
    page = Elements(render_form(in_pods("ml")))
    [field] = [one for one in page.of("input") if one.get("type") == "text"]
    identities = {attributes["id"] for _, attributes in page.found if "id" in attributes}
    assert field["id"] in {one["for"] for one in page.of("label")}
    assert field["aria-describedby"] in identities
    sent = {"profile": ["gpu"], "profile-option-gpu--image": ["usual"], str(field["name"]): [" mine:1 "]}
    assert in_pods("ml").select(read_form(sent)).overrides["image"] == "mine:1"
    sent[str(field["name"])] = [" "]
    assert read_form(sent) == {"profile": "gpu", "image": "usual"}


def test_what_was_chosen_the_last_time_is_chosen_again_where_it_can_be_had() -> None:
    last = {"profile": "gpu", "image": "new", "image--unlisted-choice": '"><b>'}
    form = render_form(in_pods("ml"), last=last)
    assert [one["value"] for one in Elements(form).of("input") if "checked" in one] == ["gpu"]
    assert [one["value"] for one in Elements(form).of("option") if "selected" in one] == ["new"]
    assert not Elements(form).of("b")
    page = Elements(render_form(in_pods(), last=last))
    assert [one["value"] for one in page.of("input") if "checked" in one] == ["small"]
    for odd in ({"profile": ["gpu"]}, {"profile": {"a": 1}}, {"profile": "gone"}):
        assert render_form(in_pods("ml"), last=odd)


def test_notes_are_among_the_words_of_their_profile() -> None:
    form = render_form(in_pods("ml"), notes=lambda size: [f"<{size.gpus}> free"])
    assert "&lt;2&gt; free" in form
    assert "&lt;0&gt; free" in form
