"""Nodes of the graph and their ids: ``<kind>:<workspace>/<name>[@version]``."""

import hashlib
import re
from dataclasses import dataclass, replace

from onedata.contract.lineage import LineageDataset, LineageJob, LineageNode, NodeKind
from onedata.contract.names import WORKSPACE_PATTERN, DatasetRef

from onedata_hub.studio.errors import Invalid

DATA = frozenset({NodeKind.dataset, NodeKind.model})
CODE = frozenset({NodeKind.notebook, NodeKind.job})
_NAMESPACE = "onedata:"
_SHAPE = (
    "Write dataset:<workspace>/<name>[@version], model:<workspace>/<name>[@version], "
    "notebook:<workspace>/<path> or job:<workspace>/<name>."
)


@dataclass(frozen=True, slots=True)
class Node:
    """One node. ``workspace`` is whose it is: an external thing belongs to the workspace that told of it."""

    kind: NodeKind
    workspace: str
    name: str
    version: str | None = None

    @property
    def id(self) -> str:
        """The node's id, as the API writes it."""
        suffix = "" if self.version is None else f"@{self.version}"
        return f"{self.kind.value}:{self.workspace}/{self.name}{suffix}"

    @property
    def digest(self) -> str:
        """What the node's row is found by. JSON-like parts: no two nodes share one."""
        parts = repr((self.kind.value, self.workspace, self.name, self.version))
        return short_digest(parts)

    @property
    def entity(self) -> "Node":
        """The same thing, whatever its version."""
        return replace(self, version=None)

    def to_wire(self) -> LineageNode:
        """Give the node as the API shows it."""
        return LineageNode(
            id=self.id, kind=self.kind, workspace=self.workspace, name=self.name, version=self.version
        )


def short_digest(text: str) -> str:
    """Give 160 bits of the text's SHA-256 in hex."""
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def parse_node(text: str) -> Node:
    """Read a node's id.

    Raises:
        Invalid: If it has another shape; says which shapes there are.
    """
    kind, colon, rest = text.partition(":")
    workspace, slash, name = rest.partition("/")
    known = kind in {member.value for member in NodeKind} and re.fullmatch(WORKSPACE_PATTERN, workspace)
    if not (colon and slash and name and known) or "\x00" in text:
        raise Invalid(f"'{text[:200]}' is not the id of something with lineage. {_SHAPE}")
    if NodeKind(kind) not in DATA:
        return Node(NodeKind(kind), workspace, name)
    return _versioned(NodeKind(kind), workspace, name)


def dataset_node(ref: DatasetRef, workspace: str) -> Node:
    """Give the node of a dataset version; ``workspace`` is whose it is where the reference does not say."""
    version = None if ref.version is None else str(ref.version)
    return Node(NodeKind.dataset, ref.workspace or workspace, ref.name, version)


def data_node(entity: LineageDataset, told_in: str) -> Node:
    """Give the node of an event's input or output, told in a workspace."""
    kind, owner, name = _ours(entity.namespace, entity.name)
    if owner is not None and kind in DATA:
        return _versioned(kind, owner, name)
    return external(told_in, entity.namespace, entity.name)


def code_node(job: LineageJob, told_in: str) -> Node:
    """Give the node of an event's job, told in a workspace."""
    kind, owner, name = _ours(job.namespace, job.name)
    if owner is not None and kind in CODE:
        return Node(kind, owner, name)
    return external(told_in, job.namespace, job.name)


def external(told_in: str, namespace: str, name: str) -> Node:
    """Give the node of something that is not the platform's, or that the teller may not speak for."""
    return Node(NodeKind.external, told_in, f"{namespace}/{name}")


def disowned(node: Node, told_in: str) -> Node:
    """Give the external node that stands for a thing whose workspace the teller has no say in."""
    return external(told_in, f"{_NAMESPACE}{node.workspace}", node.id.partition("/")[2])


def _ours(namespace: str, name: str) -> tuple[NodeKind, str | None, str]:
    """Read ``onedata:<workspace>`` and ``<kind>:<name>``; the workspace is None for anything else."""
    workspace = namespace.removeprefix(_NAMESPACE)
    kind, _, rest = name.partition(":")
    is_ours = namespace.startswith(_NAMESPACE) and re.fullmatch(WORKSPACE_PATTERN, workspace)
    if is_ours and rest and kind in {member.value for member in DATA | CODE}:
        return NodeKind(kind), workspace, rest
    return NodeKind.external, None, name


def _versioned(kind: NodeKind, workspace: str, text: str) -> Node:
    name, at, version = text.rpartition("@")
    return Node(kind, workspace, name, version) if at and name and version else Node(kind, workspace, text)
