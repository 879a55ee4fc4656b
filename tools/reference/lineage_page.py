"""docs/reference/lineage-names.md, from the contract."""

import onedata.contract.lineage as contract
import onedata.contract.mlflow_tags as tags

from tools.reference.markdown import code, page, table
from tools.reference.sources import REPOSITORY, docstring

_TAGS = "kernels/onedata/contract/mlflow_tags.py"


def mlflow_tags() -> list[tuple[str, str]]:
    """Give the tags that runs carry, each with its words."""
    found = []
    for line in (REPOSITORY / _TAGS).read_text(encoding="utf-8").splitlines():
        name, equals, rest = line.partition(" = ")
        value = getattr(tags, name, None) if equals and name.isupper() else None
        if isinstance(value, str) and value.startswith(tags.PREFIX) and value != tags.PREFIX:
            found.append((value, rest.partition("#")[2].strip()))
    return found


def render() -> str:
    """Write the page."""
    rows = [(code(name + ("…" if name.endswith("/") else "")), words) for name, words in mlflow_tags()]
    return page(
        "Names in lineage",
        docstring(contract.__doc__),
        "Events are OpenLineage RunEvents, sent to `POST /api/v1/workspaces/{workspace}/lineage/events`. "
        "Things under another namespace are kept and shown as `external`.",
        "In the graph a node's id is `<kind>:<workspace>/<name>[@version]`, where kind is one of "
        + ", ".join(code(kind.value) for kind in contract.NodeKind)
        + ". Directions are "
        + ", ".join(code(direction.value) for direction in contract.Direction)
        + ".",
        "## Tags of MLflow runs",
        docstring(tags.__doc__),
        table(["Tag", "What it is"], rows),
    )
