"""What stands in the documentation is so: its links, its commands, its settings."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from onedata_hub.kubernetes import KubernetesSettings
from onedata_hub.limits import Limits
from onedata_hub.profiles import load_profiles, read_profiles
from onedata_hub.settings import PlatformSettings
from onedata_hub.studio.jobs.parameters_cell import read_parameters_cell

from tests.docs.blocks import ROOT, all_blocks, pages
from tools.reference.command_page import commands
from tools.reference.settings_page import environment_variables, settings_classes, variable_of

KNOWN_NOTES = {
    "": {"python", "console", "text", "yaml"},
    "platform": {"python"},
    "platform: notebook.ipynb": {"python"},
    "platform: dvc": {"python"},
    "notebook": {"python"},
    "parameters": {"python"},
    "onedata.yaml": {"yaml"},
    "profiles": {"yaml"},
    "values": {"yaml"},
}
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.M)
_COMMENT_FREE = re.compile(r"```.*?```", re.S)


def anchors(page: Path) -> set[str]:
    """Name a page's headings as links do."""
    headings = _HEADING.findall(_COMMENT_FREE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path):
    for link in _LINK.findall(_COMMENT_FREE.sub("", page.read_text(encoding="utf-8"))):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name} links to {link}"
        if anchor:
            assert anchor in anchors(target), f"{page.name} links to {link}"


def test_every_page_is_reached_from_an_index():
    linked = {
        (page.parent / unquote(link).partition("#")[0]).resolve()
        for page in pages()
        for link in _LINK.findall(page.read_text(encoding="utf-8"))
        if not link.startswith("http")
    }
    explained = (ROOT / "docs" / "explanation").glob("*.md")
    assert {page.resolve() for page in [*pages(), *explained]} - linked <= {
        (ROOT / "README.md").resolve(),
        *((ROOT / name).resolve() for name in ("CONTRIBUTING.md",)),
    }


def test_every_block_says_how_it_is_meant():
    for block in all_blocks():
        assert block.note in KNOWN_NOTES, block
        assert block.language in KNOWN_NOTES[block.note], block


def test_every_command_in_the_documentation_is_there():
    known = dict(commands())
    seen = 0
    for block in all_blocks():
        for line in block.source.splitlines() if block.language == "console" else []:
            if not line.startswith("onedata "):
                continue
            words = line.partition("#")[0].split()
            name = next((" ".join(words[:size]) for size in (3, 2) if " ".join(words[:size]) in known), None)
            assert name, f"{block.page}: {line}"
            options = {option for parameter in known[name].params for option in parameter.opts}
            asked = {word.partition("=")[0] for word in words if word.startswith("-")}
            assert asked <= options, f"{block.page}: {line} asks for {asked - options}"
            seen += 1
    assert seen > 10


READ = re.compile(r"""environ(?:\.get\(|\[)"(ONEDATA_[A-Z0-9_]+)\"""")  # what tests take from who runs them


def test_every_setting_in_the_documentation_is_there():
    known = {variable_of(thing, name) for thing in settings_classes() for name in thing.model_fields}
    known |= {name for name, _ in environment_variables()}
    known |= {"ONEDATA_CONFIG"}
    known |= {
        name for file in ROOT.joinpath("tests").rglob("*.py") for name in READ.findall(file.read_text())
    }
    for page in pages():
        for name in re.findall(r"\bONEDATA_[A-Z0-9_]+[A-Z0-9]\b", page.read_text(encoding="utf-8")):
            assert name in known, f"{page.name} names {name}"


def test_every_makefile_target_in_the_documentation_is_there():
    targets = set(re.findall(r"^([a-z][a-z0-9-]*)[a-z0-9 -]*:", (ROOT / "Makefile").read_text(), re.M)) | {
        "dev"
    }
    for block in all_blocks():
        for line in block.source.splitlines() if block.language == "console" else []:
            if line.startswith("make "):
                asked = [word for word in line.partition("#")[0].split()[1:] if "=" not in word]
                assert set(asked) <= targets, f"{block.page}: {line}"


def test_settings_files_in_the_documentation_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    blocks = [block for block in all_blocks() if block.note == "onedata.yaml"]
    assert blocks
    for block in blocks:
        given = yaml.safe_load(block.source)
        settings = PlatformSettings(**given)
        assert set(given) <= set(PlatformSettings.model_fields), block
        assert settings.model_fields_set >= set(given)


def test_profiles_in_the_documentation_are_read(tmp_path: Path):
    blocks = [block for block in all_blocks() if block.note == "profiles"]
    assert blocks
    for block in blocks:
        (tmp_path / "profiles.yaml").write_text(block.source)
        profiles = load_profiles(tmp_path / "profiles.yaml")
        assert profiles.select({"profile": "large", "memory": "32g"}).memory_bytes == 32 * 2**30


def test_profiles_in_the_documentations_values_are_read():
    every = [yaml.safe_load(block.source) for block in all_blocks() if block.note == "values"]
    with_profiles = [values for values in every if "jupyterhub" in values]
    assert with_profiles
    for values in every:
        KubernetesSettings.model_validate(values.get("global", {}).get("onedata", {}))
    for values in with_profiles:
        limits = Limits.model_validate(values.get("global", {}).get("onedata", {}).get("limits", {}))
        listed = values["jupyterhub"]["singleuser"]["profileList"]
        profiles = read_profiles(listed, in_pods=True, limits=limits)
        for profile in profiles.by_slug.values():
            for name, option in profile.profile_options.items():
                for choice in option.choices:
                    assert profiles.select({"profile": profile.slug, name: choice}).overrides


def test_parameters_in_the_documentation_are_what_the_studio_reads():
    blocks = [block for block in all_blocks() if block.note == "parameters"]
    assert blocks
    for block in blocks:
        read = {spec.name: spec for spec in read_parameters_cell(block.source)}
        assert [(spec.name, spec.type) for spec in read.values()] == [
            ("day", "date"), ("top", "int"), ("origin", "str"), ("note", "str"),
        ]  # fmt: skip
        assert read["origin"].choices == ["EWR", "JFK", "LGA"]
        assert read["note"].optional
        assert all(spec.help for spec in read.values())
