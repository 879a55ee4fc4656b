"""Turn what a run told into nodes and edges, once however often it is told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.database import utc_now
from onedata_hub.studio.errors import Invalid
from onedata_hub.studio.lineage.nodes import Node, short_digest
from onedata_hub.studio.lineage.repository import LineageRepository, RunSoFar

MOST_EDGES = 10_000  # of one run


@dataclass(frozen=True)
class Telling:
    """What one event says: in this run of this code, these inputs went into these outputs.

    ``run`` names the run within ``told_in``, the workspace that tells.
    """

    told_in: str
    run: str
    at: datetime
    inputs: Collection[Node] = ()
    outputs: Collection[Node] = ()
    job: Node | None = None


async def record_telling(session: AsyncSession, telling: Telling) -> int:
    """Store a telling in the caller's transaction.

    Returns:
        How many edges it counted: none where the run had told the same before.

    Raises:
        Invalid: If the run would have more than ``MOST_EDGES`` edges.
    """
    repository = LineageRepository(session)
    jobs = [telling.job] if telling.job else []
    numbers = await repository.number({*telling.inputs, *telling.outputs, *jobs})
    digest = short_digest(repr((telling.told_in, telling.run)))
    before = await repository.lock_run(digest, utc_now())
    after = RunSoFar(
        before.inputs | {numbers[node] for node in telling.inputs},
        before.outputs | {numbers[node] for node in telling.outputs},
        before.jobs | {numbers[node] for node in jobs},
    )
    if len(after.inputs | after.jobs) * len(after.outputs | after.jobs) > MOST_EDGES:
        raise Invalid(
            f"Run '{telling.run[:100]}' joins {len(after.inputs)} inputs with {len(after.outputs)} outputs; "
            f"lineage keeps {MOST_EDGES} edges of a run. Tell of it as several runs."
        )
    if after == before:
        return 0
    new = after.pairs() - before.pairs()
    await repository.count(new, telling.at)
    await repository.save_run(digest, after, utc_now())
    return len(new)
