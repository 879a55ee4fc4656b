"""The example values: a hub starts with each, and they name what there is."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.helm.charts import CHART, EXAMPLES, ROOT
from tests.helm.conftest import Render
from tests.helm.hub_configuration import hub_settings

_SIZES = ["one-node", "team", "air-gapped"]
_IMAGES = {folder.name for folder in (ROOT / "images").iterdir() if (folder / "Dockerfile").exists()}


def example(name: str) -> Path:
    return EXAMPLES / f"{name}.yaml"


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("beside", [[], ["keycloak"]], ids=["alone", "with keycloak.yaml"])
def test_a_hub_takes_the_values_of_each_example(
    render_full: Render, full_chart: Path, tmp_path: Path, size: str, beside: list[str]
):
    manifests = render_full(*map(example, [size, *beside]))
    settings = hub_settings(manifests, full_chart, tmp_path)
    has_provider = bool(beside) or size != "one-node"
    expected = "onedata_hub.openid.OpenIDAuthenticator" if has_provider else "shared-password"
    assert settings["JupyterHub"]["authenticator_class"] == expected


@pytest.mark.parametrize("size", _SIZES)
def test_with_keycloak_groups_alone_say_who_comes_in_and_who_administers(
    render_full: Render, full_chart: Path, tmp_path: Path, size: str
):
    settings = hub_settings(render_full(example(size), example("keycloak")), full_chart, tmp_path)
    assert not settings["Authenticator"].get("allow_all")
    assert not settings["Authenticator"].get("admin_users")
    assert settings["OpenIDAuthenticator"]["allowed_groups"]
    assert settings["OpenIDAuthenticator"]["admin_groups"]


def images_in(values: Any) -> set[str]:
    """Give the images that values name, by name and tag or in one."""
    if isinstance(values, list):
        return set().union(*map(images_in, values))
    if not isinstance(values, dict):
        return set()
    found = set().union(*map(images_in, values.values()))
    image = values.get("image")
    if isinstance(image, dict):
        found.add(":".join(part for part in (image.get("name"), image.get("tag")) if part))
    elif image:
        found.add(str(image))
    return found


@pytest.mark.parametrize(
    "file", [*EXAMPLES.glob("*.yaml"), CHART / "values.yaml"], ids=lambda file: file.stem
)
def test_every_image_that_values_name_is_one_of_ours_with_the_charts_version_or_none(file: Path):
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"]
    named = [
        re.fullmatch(r"(?:registry\.example\.org/)?one-data-studio/([a-z-]+)(?::(.+))?", image)
        for image in images_in(yaml.safe_load(file.read_text()))
        if image
    ]
    assert all(named)
    assert {one[1] for one in named if one} <= _IMAGES
    assert {one[2] for one in named if one} <= {version, None}


def test_a_profile_with_gpus_has_the_image_with_cuda():
    values = yaml.safe_load(example("team").read_text())
    given = [one["kubespawner_override"] for one in values["jupyterhub"]["singleuser"]["profileList"]]
    images = {"extra_resource_limits" in one: one.get("image", "") for one in given}
    assert "/notebook-gpu:" in images[True]
    assert images[False] == ""
