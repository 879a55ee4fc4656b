"""The lineage tables."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from onedata.contract.lineage import NodeKind
from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.lineage.nodes import Node
from onedata_hub.studio.lineage.tables import EdgeRow, NodeRow, RunRow
from onedata_hub.studio.upsert import insert_into

T = TypeVar("T")

Pair = tuple[int, int]

_NOTHING_LOADED: dict[str, Any] = {"synchronize_session": False}  # no objects in the session to keep true
_AT_ONCE = 500  # rows in one statement: far below the 32,766 variables that SQLite takes


@dataclass(frozen=True, slots=True)
class RunSoFar:
    """The nodes that one run's events have named."""

    inputs: frozenset[int]
    outputs: frozenset[int]
    jobs: frozenset[int]

    def pairs(self) -> set[Pair]:
        """Give the edges that follow: inputs into outputs and into the code, the code into outputs."""
        before, after = self.inputs | self.jobs, self.outputs | self.jobs
        return {
            (source, target)
            for source in before
            for target in after
            if source != target and not (source in self.jobs and target in self.jobs)
        }


@dataclass(frozen=True, slots=True)
class Step:
    """An edge as a walk meets it: its figures, and the node at its far end."""

    source: int
    target: int
    runs: int
    last_at: datetime
    far: int
    node: Node


class LineageRepository:
    """Reads and writes nodes and edges."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def number(self, nodes: Collection[Node]) -> dict[Node, int]:
        """Give the number of each node, adding those that are new."""
        by_digest = {node.digest: node for node in nodes}
        for digests in _batches(sorted(by_digest)):  # in one order, so that writers never lock crosswise
            rows = [_row(by_digest[digest]) for digest in digests]
            await self.session.execute(
                insert_into(self.session, NodeRow.__table__).on_conflict_do_nothing(
                    index_elements=["digest"]
                ),
                rows,
            )
        found: dict[Node, int] = {}
        for digests in _batches(sorted(by_digest)):
            query = select(NodeRow.digest, NodeRow.id).where(NodeRow.digest.in_(digests))
            found |= {by_digest[digest]: number for digest, number in await self.session.execute(query)}
        return found

    async def lock_run(self, digest: str, at: datetime) -> RunSoFar:
        """Give what a run has told so far; other writers about the same run wait."""
        empty = {"digest": digest, "inputs": "[]", "outputs": "[]", "jobs": "[]", "updated_at": at}
        await self.session.execute(
            insert_into(self.session, RunRow.__table__)
            .values(empty)
            .on_conflict_do_nothing(index_elements=["digest"])
        )
        query = select(RunRow.inputs, RunRow.outputs, RunRow.jobs).where(RunRow.digest == digest)
        row = (await self.session.execute(query.with_for_update())).one()
        return RunSoFar(*(frozenset(json.loads(numbers)) for numbers in row))

    async def save_run(self, digest: str, run: RunSoFar, at: datetime) -> None:
        """Keep what a run has told."""
        values = {
            "inputs": json.dumps(sorted(run.inputs)),
            "outputs": json.dumps(sorted(run.outputs)),
            "jobs": json.dumps(sorted(run.jobs)),
            "updated_at": at,
        }
        await self.session.execute(update(RunRow).where(RunRow.digest == digest).values(values))

    async def count(self, pairs: Collection[Pair], at: datetime) -> None:
        """Count one run more on each edge, adding those that are new."""
        statement = insert_into(self.session, EdgeRow.__table__)
        told = statement.excluded.last_at
        newest = case((told > EdgeRow.last_at, told), else_=EdgeRow.last_at)
        statement = statement.on_conflict_do_update(
            index_elements=["source", "target"], set_={"runs": EdgeRow.runs + 1, "last_at": newest}
        )
        for batch in _batches(sorted(pairs)):
            rows = [
                {"source": source, "target": target, "runs": 1, "last_at": at} for source, target in batch
            ]
            await self.session.execute(statement, rows)

    async def find(self, node: Node, limit: int) -> dict[int, Node]:
        """Give the rows of a node; of all its versions, newest row first, where it names none."""
        query = select(NodeRow.id, NodeRow.kind, NodeRow.workspace, NodeRow.name, NodeRow.version)
        if node.version is None:
            query = query.where(NodeRow.entity == node.digest).order_by(NodeRow.id.desc()).limit(limit)
        else:
            query = query.where(NodeRow.digest == node.digest)
        rows = await self.session.execute(query)
        return {row.id: _node(row.kind, row.workspace, row.name, row.version) for row in rows}

    async def steps(self, numbers: Sequence[int], *, upstream: bool, limit: int) -> list[Step]:
        """Give the edges that lead to (``upstream``) or from any of the nodes, the latest first."""
        near, far = (EdgeRow.target, EdgeRow.source) if upstream else (EdgeRow.source, EdgeRow.target)
        found: list[Step] = []
        for batch in _batches(numbers):
            query = (
                select(
                    EdgeRow.source,
                    EdgeRow.target,
                    EdgeRow.runs,
                    EdgeRow.last_at,
                    NodeRow.id,
                    NodeRow.kind,
                    NodeRow.workspace,
                    NodeRow.name,
                    NodeRow.version,
                )
                .join(NodeRow, NodeRow.id == far)
                .where(near.in_(batch))
                .order_by(EdgeRow.last_at.desc(), NodeRow.id.desc())
                .limit(limit - len(found))
            )
            for row in await self.session.execute(query):
                node = _node(row.kind, row.workspace, row.name, row.version)
                found.append(Step(row.source, row.target, row.runs, row.last_at, row.id, node))
            if len(found) >= limit:
                break
        return found

    async def forget(self, entity: Node) -> None:
        """Remove a thing, all its versions, and every edge it has."""
        numbers = select(NodeRow.id).where(NodeRow.entity == entity.digest)
        edges = delete(EdgeRow).where(or_(EdgeRow.source.in_(numbers), EdgeRow.target.in_(numbers)))
        await self.session.execute(edges.execution_options(**_NOTHING_LOADED))
        nodes = delete(NodeRow).where(NodeRow.entity == entity.digest)
        await self.session.execute(nodes.execution_options(**_NOTHING_LOADED))

    async def prune_runs(self, before: datetime) -> int:
        """Drop what runs told that have been silent since a moment; say how many."""
        statement = delete(RunRow).where(RunRow.updated_at < before).returning(RunRow.digest)
        gone = await self.session.execute(statement.execution_options(**_NOTHING_LOADED))
        return len(gone.all())


def _node(kind: str, workspace: str, name: str, version: str | None) -> Node:
    return Node(NodeKind(kind), workspace, name, version)


def _row(node: Node) -> dict[str, str | None]:
    return {
        "digest": node.digest,
        "entity": node.entity.digest,
        "kind": node.kind.value,
        "workspace": node.workspace,
        "name": node.name,
        "version": node.version,
    }


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))
