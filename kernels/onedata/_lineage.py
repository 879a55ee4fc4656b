"""Where a dataset, model or notebook came from, and what stands on it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from onedata._client import StudioClient, client, path_of
from onedata.errors import InvalidInput

if TYPE_CHECKING:
    from onedata.contract.lineage import LineageEdge, LineageGraph, LineageNode

Direction = Literal["upstream", "downstream"]

_KINDS = ("dataset", "model", "notebook", "job", "external")
_EXAMPLES = (
    "'flights', 'flights@3', 'team-a/flights@3', 'model:delays@1', 'notebook:etl/clean.ipynb', 'job:nightly'"
)


class Lineage:
    """The graph around one thing. Shows as a tree in a terminal and as a drawing in a notebook.

    Attributes:
        root: The id that was asked for, ``<kind>:<workspace>/<name>[@version]``.
        nodes: Every node met, nearest first. What you may not see has no name.
        edges: What went into what, in how many runs, and when last.
        truncated: Whether there is more than was walked; ask for more ``depth`` or a nearer node.
    """

    def __init__(self, graph: "LineageGraph") -> None:
        self.root: str = graph.root
        self.nodes: list[LineageNode] = graph.nodes
        self.edges: list[LineageEdge] = graph.edges
        self.truncated: bool = graph.truncated
        self._nodes = {node.id: node for node in graph.nodes}

    @property
    def upstream(self) -> "list[LineageNode]":
        """Everything that the root came from, nearest first."""
        return [self._nodes[name] for names in self.levels("upstream")[1:] for name in names]

    @property
    def downstream(self) -> "list[LineageNode]":
        """Everything that stands on the root, nearest first."""
        return [self._nodes[name] for names in self.levels("downstream")[1:] for name in names]

    @property
    def roots(self) -> list[str]:
        """The node asked for; all its versions that have lineage, where none was named."""
        found = [name for name in self._nodes if name == self.root or name.startswith(f"{self.root}@")]
        return found or [self.root]

    def levels(self, direction: Direction) -> list[list[str]]:
        """Give node ids by their distance from the root: first the roots, then one step away, and so on."""
        levels, seen = [self.roots], set(self.roots)
        while levels[-1]:
            step = [near for name in levels[-1] for near in self.next_to(name, direction)]
            fresh = [name for name in dict.fromkeys(step) if name not in seen]
            seen.update(fresh)
            levels.append(fresh)
        return levels[:-1]

    def next_to(self, name: str, direction: Direction) -> list[str]:
        """Give the node ids one step away."""
        if direction == "upstream":
            return [edge.source for edge in self.edges if edge.target == name]
        return [edge.target for edge in self.edges if edge.source == name]

    def label(self, name: str) -> str:
        """Say what a node is, in words."""
        node = self._nodes.get(name)
        if node is None:
            return name.replace(":", " ", 1)
        if not node.name:
            return "something in a workspace that is not yours"
        version = f"@{node.version}" if node.version else ""
        return f"{node.kind.value} {node.workspace}/{node.name}{version}"

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _repr_html_(self) -> str:
        from onedata._lineage_drawing import draw

        return draw(self)

    def _lines(self) -> Iterator[str]:
        yield self.label(self.root)
        parts = [("came from", "upstream"), ("went into", "downstream")]
        for place, (title, direction) in enumerate(parts):
            last = place == len(parts) - 1
            branch, rest = ("└─ ", "   ") if last else ("├─ ", "│  ")
            below = list(self._branches(self.roots, direction, set(self.roots)))
            yield branch + (title if below else f"{title}: nothing recorded")
            yield from (rest + line for line in below)
        if self.truncated:
            yield "… and more: ask with a larger depth, or for a node nearer to what you look for."

    def _branches(self, names: Sequence[str], direction: Any, shown: set[str]) -> Iterator[str]:
        """Draw what is next to the nodes, and below each what is next to it; each node's own once only."""
        near = list(dict.fromkeys(one for name in names for one in self.next_to(name, direction)))
        for place, name in enumerate(near):
            branch, rest = ("└─ ", "   ") if place == len(near) - 1 else ("├─ ", "│  ")
            again = name in shown
            repeats = again and bool(self.next_to(name, direction))
            yield branch + self.label(name) + (" (see above)" if repeats else "")
            if not again:
                shown.add(name)
                yield from (rest + line for line in self._branches([name], direction, shown))


def lineage(
    ref: Any,
    *,
    workspace: str | None = None,
    direction: Literal["upstream", "downstream", "both"] = "both",
    depth: int = 5,
) -> Lineage:
    """Show where a thing came from and what stands on it.

    Args:
        ref: ``flights`` (every version), ``flights@3``, ``team-a/flights@3``, ``model:delays@1``,
            ``notebook:etl/clean.ipynb``, ``job:nightly``, an id out of another graph, or what
            ``od.datasets.publish`` and ``list`` give.
        workspace: Whose it is, where the reference does not say; None takes the session's.
        direction: Which way to walk.
        depth: How many steps away at the most, 1 to 20.

    Raises:
        InvalidInput: If the reference has another shape; says which shapes there are.
        NotFound: If you are not in the workspace.
    """
    from onedata.contract.lineage import LineageGraph

    studio = client()
    owner, node = _node_id(studio, ref, workspace)
    answer = studio.get(path_of("workspaces", owner, "lineage"), node=node, direction=direction, depth=depth)
    return Lineage(LineageGraph.model_validate(answer))


def _node_id(studio: StudioClient, ref: Any, workspace: str | None) -> tuple[str, str]:
    """Give the workspace and the id of the node that a reference means."""
    text = ref if isinstance(ref, str) else getattr(ref, "ref", None)
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput(f"A {type(ref).__name__} names nothing that has lineage. Write {_EXAMPLES}.")
    kind, colon, rest = text.partition(":")
    if not colon:
        kind, rest = "dataset", text
    if kind not in _KINDS or not rest:
        raise InvalidInput(f"'{text}' names nothing that has lineage. Write {_EXAMPLES}.")
    if kind == "dataset":
        rest = _dataset(rest)
    first, slash, below = rest.partition("/")
    # A notebook's path has slashes of its own: its first folder is a workspace only if we know one of that name.
    names_workspace = bool(slash) and (kind != "notebook" or _is_workspace(studio, first))
    if not names_workspace:
        first, below = studio.workspace(workspace), rest
    return first, f"{kind}:{first}/{below}"


def _dataset(text: str) -> str:
    from onedata.contract.names import DatasetRef

    try:
        return str(DatasetRef.parse(text))
    except ValueError as error:
        raise InvalidInput(str(error)) from error


def _is_workspace(studio: StudioClient, name: str) -> bool:
    return name in {workspace.name for workspace in studio.me().workspaces}
