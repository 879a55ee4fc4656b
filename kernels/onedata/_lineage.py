"""Where a dataset, model or notebook came from, and what stands on it."""

from typing import Any, Literal

from onedata._client import StudioClient, client, path_of
from onedata._lineage_drawing import draw
from onedata._lineage_tree import LineageTree
from onedata.errors import InvalidInput

_KINDS = ("dataset", "model", "notebook", "job", "external")
_EXAMPLES = (
    "'flights', 'flights@3', 'team-a/flights@3', 'model:delays@1', 'notebook:etl/clean.ipynb', 'job:nightly'"
)


class Lineage(LineageTree):
    """The graph around one thing. Shows as a tree in a terminal and as a drawing in a notebook.

    Attributes:
        root: The id that was asked for, ``<kind>:<workspace>/<name>[@version]``.
        nodes: Every node met, nearest first. What you may not see has no name.
        edges: What went into what, in how many runs, and when last.
        truncated: Whether there is more than was walked; ask for more ``depth`` or a nearer node.
    """

    def _repr_html_(self) -> str:
        return draw(self)


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
