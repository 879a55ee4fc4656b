"""The graph around one thing: its levels, its words, and a tree of them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from onedata.contract.lineage import LineageEdge, LineageGraph, LineageNode

Direction = Literal["upstream", "downstream"]


class LineageTree:
    """The graph around one thing, told as a tree.

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
