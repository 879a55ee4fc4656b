"""The values, their schema and their words are the same thing."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from onedata_hub.login import OPENID

from tests.helm.charts import CHART, EXAMPLES, NAMESPACE, ROOT, Helm, Manifest, RenderingFailed
from tests.helm.conftest import Render
from tests.helm.pods import containers, pods
from tests.helm.test_services import hub_values, studio_file
from tests.helm.variants import ELSEWHERE, with_namespaces
from tools.reference.values_page import leaves

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
ABOUT = yaml.safe_load((CHART / "Chart.yaml").read_text())


def described(schema: dict[str, Any], path: str = "") -> Iterator[str]:
    for name, inner in schema["properties"].items():
        place = f"{path}.{name}".removeprefix(".")
        yield place
        if "properties" in inner:
            yield from described(inner, place)


def given(values: dict[str, Any], schema: dict[str, Any], path: str = "") -> Iterator[str]:
    for name, value in values.items():
        place = f"{path}.{name}".removeprefix(".")
        inner = schema["properties"].get(name)
        if inner is None and schema["additionalProperties"] is not False:
            continue  # a map that people fill, or the hub's own values
        yield place
        if inner is not None and "properties" in inner and isinstance(value, dict):
            yield from given(value, inner, place)


def test_schema_and_values_know_the_same_keys():
    assert sorted(described(SCHEMA)) == sorted(given(VALUES, SCHEMA))


def test_every_level_of_ours_refuses_what_it_does_not_know():
    def closed(schema: dict[str, Any], path: str) -> Iterator[str]:
        if "properties" in schema:
            if schema.get("additionalProperties") is not False:
                yield path
            for name, inner in schema["properties"].items():
                yield from closed(inner, f"{path}.{name}")

    # `global` and `jupyterhub` are shared with the hub's chart, which has a schema of its own.
    assert list(closed(SCHEMA, "")) == [".global", ".jupyterhub"]


def test_every_value_has_its_words():
    for leaf in leaves():
        assert leaf.words.endswith("."), leaf.path


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"studios": {}}, "studios"),
        ({"studio": {"api": {"replica": 2}}}, "replica"),
        ({"global": {"onedata": {"idleTimeout": 5}}}, "idleTimeout"),
        ({"global": {"onedata": {"limits": {"groups": {"ml": {"gpu": 1}}}}}}, "gpu"),
        ({"global": {"onedata": {"limits": {"default": {"hours": 0}}}}}, "hours"),
        ({"database": {"type": "mysql"}}, "cloudnative-pg"),
        ({"mlflow": {"storage": {"size": "20 GB"}}}, "20 GB"),
        ({"image": {"digest": "abc"}}, "digest"),
        ({"global": {"onedata": {"namespaces": {"team-a": "Data A"}}}}, "Data A"),
        ({"global": {"onedata": {"namespaces": {"Team A": "data-a"}}}}, "Team A"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(render_lone: Render, values: dict[str, Any], said: str):
    with pytest.raises(RenderingFailed, match=said):
        render_lone(ELSEWHERE, values)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"studio": {"api": {"replicas": 2}}}, "Set database.type to postgresql or cloudnative-pg"),
        ({"database": {"type": "postgresql"}}, "database.postgresql.existingSecret"),
        ({"global": {"onedata": {"objects": {"type": "s3"}}}}, "global.onedata.objects.s3.bucket"),
        ({"hub": {"apiUrl": ""}}, "hub.apiUrl"),
        ({"hub": {"tokensSecret": ""}}, "hub.services.studio.apiToken"),
        ({"global": {"onedata": {"publicUrl": ""}}}, "global.onedata.publicUrl"),
        ({"global": {"onedata": {"namespaces": {"a": "data-a"}}}}, "Set global.onedata.objects.type to s3"),
        (with_namespaces({"a": NAMESPACE}), f"{NAMESPACE} is the release's own namespace"),
        (with_namespaces({"a": "data", "b": "data"}), "two workspaces have one namespace"),
    ],
)
def test_values_that_do_not_go_together_say_what_to_write(
    render_lone: Render, values: dict[str, Any], said: str
):
    with pytest.raises(RenderingFailed, match=said):
        render_lone(ELSEWHERE, values)


def test_the_hub_must_be_at_the_root(render_full: Render):
    with pytest.raises(RenderingFailed, match="baseUrl must be /"):
        render_full({"jupyterhub": {"hub": {"baseUrl": "/jupyter/"}}})


def test_images_of_hub_and_services_are_one(render_full: Render):
    hub = VALUES["jupyterhub"]["hub"]["image"]
    assert (hub["name"], hub["tag"]) == (VALUES["image"]["name"], ABOUT["appVersion"])
    assert VALUES["jupyterhub"]["singleuser"]["image"]["tag"] == ABOUT["appVersion"]


def test_helm_finds_nothing_to_say_of_the_chart(helm: Helm, lone_chart: Path, tmp_path: Path):
    values = tmp_path / "values.json"
    values.write_text(json.dumps(ELSEWHERE))
    helm.run("lint", "--strict", "--quiet", str(lone_chart), "-f", str(values))


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_helm_finds_nothing_to_say_of_the_examples(helm: Helm, full_chart: Path, example: Path):
    helm.run("lint", "--strict", "--quiet", str(full_chart), "-f", str(example))


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_examples_are_taken_by_both_schemas(render_full: Render, example: Path):
    assert render_full(example)


def test_without_a_way_out_every_image_is_the_sites_own(render_full: Render):
    manifests = render_full(EXAMPLES / "air-gapped.yaml")
    named = {container["image"] for _, pod in pods(manifests) for container in containers(pod)}
    run, server = studio_file(manifests, "pod.yaml")["image"], hub_values(manifests)["singleuser"]["image"]
    assert run == f"{server['name']}:{server['tag']}"
    profiles = json.dumps(hub_values(manifests)["singleuser"]["profileList"])
    assert '"image"' not in profiles  # a choice of images would be one more to look at here
    assert len(named | {run}) >= 3
    assert [image for image in named | {run} if not image.startswith("registry.example.org/")] == []


def reachable(manifests: list[Manifest]) -> bool:
    """Say whether more than a port-forward leads to the platform."""
    return any(
        one["kind"] in ("Ingress", "HTTPRoute")
        or (one["kind"] == "Service" and one["spec"].get("type", "ClusterIP") != "ClusterIP")
        for one in manifests
    )


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_example_lets_people_in_unchecked_and_one_that_is_open_asks_a_provider(
    render_full: Render, example: Path
):
    manifests = render_full(example)
    authenticator = hub_values(manifests)["hub"]["config"]["JupyterHub"]["authenticator_class"]
    assert authenticator != "dummy"
    assert not reachable(manifests) or authenticator == OPENID


def test_the_examples_of_a_team_and_of_a_site_without_a_way_out_are_open(render_full: Render):
    found = {path.stem: reachable(render_full(path)) for path in EXAMPLES.glob("*.yaml")}
    assert found == {"air-gapped": True, "keycloak": False, "one-node": False, "team": True}


def blocks_of_the_page(name: str) -> list[dict[str, Any]]:
    page = (ROOT / "docs" / "how-to" / f"{name}.md").read_text(encoding="utf-8")
    return [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S)]


@pytest.mark.parametrize(
    ("page", "count"),
    [("install-on-kubernetes", 8), ("profiles-on-kubernetes", 4), ("namespaces-for-workspaces", 1)],
)
def test_values_in_the_documentation_are_taken(render_full: Render, page: str, count: int):
    blocks = blocks_of_the_page(page)
    assert len(blocks) == count
    for block in blocks:
        assert render_full(block)
