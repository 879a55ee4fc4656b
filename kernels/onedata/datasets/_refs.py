"""Which dataset is meant: a name, a reference, or something that knows its own."""

from dataclasses import dataclass
from typing import Any

from onedata._client import StudioClient, client, path_of
from onedata.contract.names import DatasetRef
from onedata.errors import InvalidInput


@dataclass(frozen=True)
class Target:
    """A dataset of a workspace, perhaps at one version."""

    workspace: str
    name: str
    version: int | None

    @property
    def path(self) -> str:
        """The dataset's path in the studio's API."""
        return path_of("workspaces", self.workspace, "datasets", self.name)

    def __str__(self) -> str:
        return str(DatasetRef(self.name, self.version, self.workspace))


def target_of(
    ref: Any, version: int | None = None, workspace: str | None = None
) -> tuple[StudioClient, Target]:
    """Find out what is meant, and by which studio.

    Args:
        ref: ``flights``, ``flights@3``, ``team-a/flights@3``, or what publish and list give.
        version: The version, where the reference names none.
        workspace: The workspace, where the reference names none.

    Raises:
        InvalidInput: If it is no reference, or the reference and the arguments say different things.
    """
    text = ref if isinstance(ref, str) else _own_ref(ref)
    try:
        parsed = DatasetRef.parse(text)
    except ValueError as error:
        raise InvalidInput(str(error)) from error
    _refuse_contradiction(text, "version", parsed.version, version)
    _refuse_contradiction(text, "workspace", parsed.workspace, workspace)
    if version is not None and (isinstance(version, bool) or not isinstance(version, int) or version < 1):
        raise InvalidInput(f"version={version!r} is not a version. Versions are 1, 2, 3 and so on.")
    studio = client()
    return studio, Target(
        studio.workspace(parsed.workspace or workspace), parsed.name, parsed.version or version
    )


def _own_ref(thing: Any) -> str:
    ref = getattr(thing, "ref", None)
    if isinstance(ref, str):
        return ref
    name, workspace = getattr(thing, "name", None), getattr(thing, "workspace", None)
    if isinstance(name, str) and isinstance(workspace, str):
        return f"{workspace}/{name}"
    raise InvalidInput(
        f"A {type(thing).__name__} names no dataset. Write [workspace/]name[@version]: 'flights@3'."
    )


def _refuse_contradiction(text: str, what: str, told: Any, asked: Any) -> None:
    if told is not None and asked is not None and told != asked:
        raise InvalidInput(f"'{text}' names the {what} {told}, but {what}={asked!r} was given too. Keep one.")
