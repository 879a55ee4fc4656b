"""docs/reference/values.md, from the chart's schema and values."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tools.reference.markdown import code, page, table

CHART = Path(__file__).parents[2] / "helm" / "one-data-studio"
_INTRODUCTION = """
The values of the chart `helm/one-data-studio`; see [Install on Kubernetes](../how-to/install-on-kubernetes.md).
A value that stands in no table is refused. Whatever stands below `jupyterhub` goes to Zero to JupyterHub's
chart, which has a reference of its own; the last table names what the platform sets there.
"""


@dataclass(frozen=True)
class Leaf:
    """A value that can be set: its path, type, default and words."""

    path: str
    kind: str
    default: Any
    words: str


def leaves() -> list[Leaf]:
    """Give every value, in the schema's order."""
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    return list(_leaves(schema, _defaults(), ""))


def render() -> str:
    """Write the page."""
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    found = leaves()
    parts = [_INTRODUCTION]
    for name, inner in schema["properties"].items():
        rows = [
            [code(leaf.path), code(leaf.kind), code(_shown(leaf.default)), leaf.words]
            for leaf in found
            if leaf.path.partition(".")[0] == name
        ]
        parts += [f"## {name}", inner["description"], table(["Value", "Type", "Default", "What it is"], rows)]
    preset = [
        [code(path), code(_shown(value))] for path, value in _preset(_defaults()["jupyterhub"], "jupyterhub")
    ]
    parts += ["## What the platform sets of Zero to JupyterHub's", table(["Value", "Default"], preset)]
    return page("Chart values", *parts)


def _defaults() -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    return values


def _leaves(schema: dict[str, Any], values: dict[str, Any], above: str) -> Iterator[Leaf]:
    for name, inner in schema["properties"].items():
        path = f"{above}.{name}".removeprefix(".")
        if "properties" in inner:
            yield from _leaves(inner, values.get(name, {}), path)
        else:
            yield Leaf(path, _kind(inner), values.get(name), inner.get("description", ""))


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(schema["enum"])
    kind = schema["type"]
    if kind == "array":
        return f"list of {_kind(schema['items']) if 'enum' in schema['items'] else schema['items']['type']}"
    return "map" if kind == "object" else str(kind)


def _preset(values: dict[str, Any], above: str) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        path = f"{above}.{name}"
        if isinstance(value, dict) and value:
            yield from _preset(value, path)
        elif not isinstance(value, str) or "\n" not in value:
            yield path, value


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value or '""'
    return json.dumps(value)
