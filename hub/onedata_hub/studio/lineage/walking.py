"""Walk the graph from a node, level by level, within bounds and within what the caller may read."""

from collections.abc import Callable
from dataclasses import dataclass, field

from onedata.contract.lineage import LineageEdge, LineageGraph, LineageNode, NodeKind

from onedata_hub.studio.lineage.nodes import CODE, Node
from onedata_hub.studio.lineage.repository import LineageRepository, Step

MOST_NODES = 500
MOST_EDGES = 2_000  # met on one level

MayRead = Callable[[str], bool]


@dataclass
class Walk:
    """One walk: what it has met.

    Data is walked through; notebooks and jobs are shown but not walked through unless the walk
    starts there: a notebook that reads a and writes b today, and reads c and writes d tomorrow,
    does not make d of a. (Inputs have edges of their own to the outputs of the same run.)
    """

    repository: LineageRepository
    may_read: MayRead
    nodes: dict[int, Node] = field(default_factory=dict)
    steps: dict[tuple[int, int], Step] = field(default_factory=dict)
    hidden: dict[int, str] = field(default_factory=dict)
    truncated: bool = False

    async def go(self, roots: dict[int, Node], *, upstream: bool, depth: int) -> None:
        """Walk from the roots, at most ``depth`` edges far."""
        self.nodes.update(roots)
        seen, frontier = set(roots), list(roots)
        for _ in range(depth):
            if not frontier:
                return
            steps = await self.repository.steps(frontier, upstream=upstream, limit=MOST_EDGES + 1)
            if len(steps) > MOST_EDGES:
                self.truncated = True
            frontier = []
            for step in steps[:MOST_EDGES]:
                if not self._take(step):
                    continue
                if step.far not in seen and step.far not in self.hidden and step.node.kind not in CODE:
                    frontier.append(step.far)
                seen.add(step.far)
        if frontier and await self.repository.steps(frontier, upstream=upstream, limit=1):
            self.truncated = True

    def _take(self, step: Step) -> bool:
        """Add an edge and its far node; say no where the walk is full."""
        if step.far not in self.nodes:
            if len(self.nodes) >= MOST_NODES:
                self.truncated = True
                return False
            self.nodes[step.far] = step.node
            if not self.may_read(step.node.workspace):
                self.hidden[step.far] = f"{NodeKind.external.value}:hidden/{len(self.hidden) + 1}"
        self.steps[step.source, step.target] = step
        return True

    def graph(self, root: Node) -> LineageGraph:
        """Give what was met, nearest first. What the caller may not read has no name."""
        return LineageGraph(
            root=root.id,
            nodes=[self._wire(number, node) for number, node in self.nodes.items()] or [root.to_wire()],
            edges=[
                LineageEdge(
                    source=self._id(step.source),
                    target=self._id(step.target),
                    runs=step.runs,
                    last_at=step.last_at,
                )
                for step in self.steps.values()
            ],
            truncated=self.truncated,
        )

    def _id(self, number: int) -> str:
        return self.hidden.get(number) or self.nodes[number].id

    def _wire(self, number: int, node: Node) -> LineageNode:
        if number in self.hidden:
            return LineageNode(id=self.hidden[number], kind=NodeKind.external, workspace="", name="")
        return node.to_wire()
