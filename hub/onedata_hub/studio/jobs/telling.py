"""What an attempt tells the lineage: the datasets it read and wrote, and the job between them."""

from onedata.contract.lineage import NodeKind
from onedata.contract.names import DatasetRef
from onedata.contract.workspaces import Role

from onedata_hub.identity import Caller
from onedata_hub.studio.access import Access
from onedata_hub.studio.context import Context
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.jobs.tables import JobAttemptRow, JobRunRow
from onedata_hub.studio.lineage.nodes import Node, dataset_node
from onedata_hub.studio.lineage.recording import Telling
from onedata_hub.studio.lineage.service import Say


async def telling_of(
    context: Context, run: JobRunRow, attempt: JobAttemptRow, read: list[str], written: list[str]
) -> Telling | None:
    """Say what an attempt read and wrote, as far as its user may speak for it; None if nothing.

    The names come from the notebook's own process, so they are checked like anybody's.
    """
    here = run.workspace
    sources, targets = _nodes(read, here), _nodes(written, here)
    if not sources and not targets:
        return None
    user = Caller(
        name=attempt.user,
        kind="user",
        admin=attempt.user_is_admin,
        groups=frozenset(attempt.user_groups),
        scopes=frozenset(),
        token="",
    )
    say = Say(context, Access(here, user, Role.editor))
    return Telling(
        told_in=here,
        run=run.id,
        at=utc_now(),
        inputs=await say.vouched(sources, Role.viewer, here),
        outputs=await say.vouched(targets, Role.editor, here),
        job=Node(NodeKind.job, here, run.job_name),
    )


def _nodes(references: list[str], here: str) -> list[Node]:
    found = []
    for text in references:
        try:
            reference = DatasetRef.parse(text)
        except ValueError:
            continue  # the notebook wrote into its session file what is no dataset
        if reference.version is not None:
            found.append(dataset_node(reference, here))
    return found
