"""What is made by hand before an air-gapped installation: its page makes all of it, with every key."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from tests.docs.blocks import ROOT, commands_below
from tests.helm.charts import EXAMPLES, Manifest
from tests.helm.conftest import Render
from tests.helm.pods import containers, pods

_PAGE = ROOT / "docs" / "how-to" / "air-gapped.md"
_CREATE = re.compile(r"create (?:secret (\S+)|configmap) (\S+)(.*)")
_GIVEN = re.compile(r"--from-(?:literal|file)=([^=\s]+)")
_KEYS = {"tls": {"tls.crt", "tls.key"}}


def made_by_the_page() -> dict[str, set[str]]:
    """Give the keys of each Secret and ConfigMap that the page's commands make."""
    commands = commands_below(_PAGE, "Secrets").replace("\\\n", " ")
    return {
        name: _KEYS.get(kind, set()) | set(_GIVEN.findall(rest))
        for kind, name, rest in _CREATE.findall(commands)
    }


def named_by(manifests: list[Manifest]) -> dict[str, set[str]]:
    """Give the Secrets and ConfigMaps that pods take and the release does not make, with the keys they take."""
    made = {one["metadata"]["name"] for one in manifests if one["kind"] in ("Secret", "ConfigMap")}
    found: dict[str, set[str]] = defaultdict(set)
    for _, pod in pods(manifests):
        for name, keys in _taken(pod):
            if name not in made:
                found[name] |= keys
    return dict(found)


def _taken(pod: dict[str, Any]) -> Iterator[tuple[str, set[str]]]:
    spec = pod["spec"]
    for one in spec.get("imagePullSecrets") or ():
        yield one["name"], set()
    for volume in spec.get("volumes") or ():
        for source in (volume.get("secret"), volume.get("configMap")):
            if source:
                name = source.get("secretName") or source["name"]
                yield name, {item["key"] for item in source.get("items") or ()}
    for variable in (one for container in containers(pod) for one in container.get("env") or ()):
        reference = (variable.get("valueFrom") or {}).get("secretKeyRef")
        if reference:
            yield reference["name"], {reference["key"]}


def test_the_page_makes_every_secret_that_the_air_gapped_example_names(render_full: Render):
    named, made = named_by(render_full(EXAMPLES / "air-gapped.yaml")), made_by_the_page()
    assert {"onedata-databases", "onedata-secrets", "onedata-s3", "onedata-login"} <= set(named)
    assert {
        name: keys - made.get(name, set())
        for name, keys in named.items()
        if not keys <= made.get(name, set())
    } == {}
    assert set(named) <= set(made)
