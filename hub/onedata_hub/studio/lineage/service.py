"""Lineage: take events, answer for graphs, and tell other resources what stands on a thing."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from onedata.contract.datasets import Source
from onedata.contract.lineage import Direction, LineageEvent, LineageGraph, NodeKind
from onedata.contract.names import DatasetRef
from onedata.contract.workspaces import Role
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.access import Access, find_access, is_member
from onedata_hub.studio.audit.service import record
from onedata_hub.studio.context import Context
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.errors import Invalid, NotFound
from onedata_hub.studio.lineage.nodes import Node, code_node, data_node, dataset_node, disowned, parse_node
from onedata_hub.studio.lineage.recording import Telling, record_telling
from onedata_hub.studio.lineage.repository import LineageRepository
from onedata_hub.studio.lineage.walking import MOST_NODES, Walk

RUNS_KEPT = timedelta(days=90)  # how long after its last event a run may still be told of again


class Say:
    """Which workspaces a caller has a say in, each asked for once."""

    def __init__(self, context: Context, access: Access) -> None:
        self._context = context
        self._access = access
        self._roles: dict[str, Role | None] = {access.workspace: access.role}

    async def has(self, workspace: str, needed: Role) -> bool:
        """Say whether the caller's role in a workspace covers one."""
        if workspace not in self._roles:
            try:
                self._roles[workspace] = (
                    await find_access(self._context, self._access.caller, workspace)
                ).role
            except NotFound:
                self._roles[workspace] = None
        role = self._roles[workspace]
        return role is not None and role.covers(needed)

    async def vouched(self, nodes: Iterable[Node], needed: Role, told_in: str) -> list[Node]:
        """Give the nodes; those of workspaces where the caller lacks the role as external things.

        Otherwise anybody could say that something of theirs stands on a stranger's dataset, and
        so keep the stranger from deleting it.
        """
        return [node if await self.has(node.workspace, needed) else disowned(node, told_in) for node in nodes]


class LineageService:
    """Answers the lineage endpoints."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def take(self, access: Access, event: LineageEvent) -> None:
        """Store an OpenLineage event. Telling the same again changes nothing."""
        access.require(Role.editor, "recording lineage")
        _refuse_unstorable(event)
        here = access.workspace
        say = Say(self.context, access)
        telling = Telling(
            told_in=here,
            run=event.run.runId,
            at=_moment(event.eventTime),
            inputs=await say.vouched((data_node(one, here) for one in event.inputs), Role.viewer, here),
            outputs=await say.vouched((data_node(one, here) for one in event.outputs), Role.editor, here),
            job=(await say.vouched([code_node(event.job, here)], Role.editor, here))[0],
        )
        async with self.context.database.write() as session:
            counted = await record_telling(session, telling)
            if counted and telling.job:
                detail = {"run": telling.run, "edges": counted, "event": event.eventType}
                record(session, access, "lineage.record", telling.job.id, detail)

    async def graph(self, access: Access, text: str, direction: Direction, depth: int) -> LineageGraph:
        """Walk from a node; one without a version stands for all its versions."""
        root = parse_node(text)
        if not is_member(access.caller, root.workspace):
            raise NotFound(
                f"There is no workspace '{root.workspace}' that you are in, so its lineage is not yours to see.",
                code="workspace_not_found",
            )
        async with self.context.database.read() as session:
            repository = LineageRepository(session)
            walk = Walk(repository, partial(is_member, access.caller))
            roots = await repository.find(root, MOST_NODES)
            if direction in (Direction.upstream, Direction.both):
                await walk.go(roots, upstream=True, depth=depth)
            if direction in (Direction.downstream, Direction.both):
                await walk.go(roots, upstream=False, depth=depth)
        return walk.graph(root)


async def source_telling(context: Context, access: Access, source: Source, upload_id: str) -> Telling:
    """Say what a dataset version's source tells: its inputs and notebook, as far as the caller may speak.

    Its output is added with ``record_version``, once the version has its number.

    A job run's versions share the run's id, so that its own events count nothing twice.
    """
    here = access.workspace
    read = [dataset_node(DatasetRef.parse(text), here) for text in source.inputs]
    notebook = source.notebook_path
    return Telling(
        told_in=here,
        run=source.job_run_id or f"upload:{upload_id}",
        at=utc_now(),
        inputs=await Say(context, access).vouched(read, Role.viewer, here),
        job=Node(NodeKind.notebook, here, notebook) if notebook else None,
    )


async def record_version(session: AsyncSession, telling: Telling, name: str, version: int) -> None:
    """Store what made a dataset version, in the version's own transaction."""
    output = dataset_node(DatasetRef(name, version), telling.told_in)
    await record_telling(session, replace(telling, outputs=[output]))


async def dependents(session: AsyncSession, workspace: str, dataset: str, limit: int = 500) -> list[Node]:
    """Give the datasets, models and jobs that were made of a dataset or read it, nearest only.

    Notebooks are left out: having been looked at is no claim on a dataset. So are the dataset's
    own other versions.
    """
    repository = LineageRepository(session)
    own = Node(NodeKind.dataset, workspace, dataset)
    roots = list(await repository.find(own, MOST_NODES))
    steps = await repository.steps(roots, upstream=False, limit=limit)
    standing = {NodeKind.dataset, NodeKind.model, NodeKind.job}
    found = {step.node: None for step in steps if step.node.kind in standing and step.node.entity != own}
    return list(found)


async def forget_job(session: AsyncSession, workspace: str, job: str) -> None:
    """Drop a deleted job's place in the graph, in the deletion's own transaction."""
    await LineageRepository(session).forget(Node(NodeKind.job, workspace, job))


async def prune(context: Context, now: datetime) -> int:
    """Forget which events old runs have told; the edges stay. Give the number of runs."""
    async with context.database.write() as session:
        return await LineageRepository(session).prune_runs(now - RUNS_KEPT)


def _refuse_unstorable(event: LineageEvent) -> None:
    texts = [event.run.runId, event.job.namespace, event.job.name]
    texts += [text for one in (*event.inputs, *event.outputs) for text in (one.namespace, one.name)]
    if any("\x00" in text for text in texts):
        raise Invalid("A name in the event holds a NUL character, which no database stores. Send it without.")


def _moment(told: datetime) -> datetime:
    """Read an event's time: UTC where it names no zone, and never in the future."""
    now = utc_now()
    try:
        at = told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except OverflowError as error:
        raise Invalid(
            f"The event's time {told.isoformat()} is no moment in UTC. Send one that is."
        ) from error
    return min(at, now)
