"""What is wrong with a home, as the start of a server found it; a server is told of it by its environment."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from onedata.contract.environment import HOME_TROUBLE

Kind = Literal["full", "unwritable", "packages", "config"]
KINDS: tuple[Kind, ...] = ("full", "unwritable", "packages", "config")
_WORDS: dict[Kind, str] = {
    "full": "Your home is full, so nothing can be saved in it. What this server itself writes goes elsewhere and is "
    "lost when it stops.",
    "unwritable": "Your home cannot be written to, so nothing can be saved in it. Ask who runs the platform.",
    "packages": "Packages that you added keep kernels from starting, so they are left out.",
    "config": "Your own settings of Jupyter keep its server from starting, so they are left out.",
}


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong.

    Attributes:
        kind: Which.
        detail: What the system or the program said of it.
    """

    kind: Kind
    detail: str

    @property
    def words(self) -> str:
        """Say it to people."""
        return _WORDS[self.kind]


def written(found: list[Trouble]) -> dict[str, str]:
    """Write what was found as a variable of an environment."""
    return {HOME_TROUBLE: json.dumps([asdict(one) for one in found])}


def read(environment: Mapping[str, str]) -> list[Trouble]:
    """Read what the start found; nothing where it did not look."""
    return [Trouble(**one) for one in json.loads(environment.get(HOME_TROUBLE) or "[]")]
