"""Names people choose, and references to what they name."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, StringConstraints, WithJsonSchema

NAME_PATTERN = r"^[a-z0-9](?:(?:\.?[a-z0-9_-])*\.?[a-z0-9])?$"  # never two dots in a row
LONGEST_NAME = 100
WORKSPACE_PATTERN = r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$"
NAME_RULE = "1 to 100 of a-z, 0-9, '.', '_' and '-', with a letter or digit first and last and no '..'"
WORKSPACE_RULE = "1 to 63 of a-z, 0-9 and '-', with a letter or digit first and last"


def is_valid_name(text: str) -> bool:
    """Say whether a dataset or job may carry this name."""
    return len(text) <= LONGEST_NAME and re.fullmatch(NAME_PATTERN, text) is not None


def _checked_name(text: str) -> str:
    """Refuse in words: a pattern tells people nothing."""
    if not is_valid_name(text):
        raise ValueError(f"'{text[:100]}' cannot be a name. A name is {NAME_RULE}: flights, flights-2026.")
    return text


ResourceName = Annotated[
    str,
    AfterValidator(_checked_name),
    WithJsonSchema({"type": "string", "pattern": NAME_PATTERN, "minLength": 1, "maxLength": LONGEST_NAME}),
]
WorkspaceName = Annotated[str, StringConstraints(pattern=WORKSPACE_PATTERN)]

_REFERENCE = re.compile(
    r"^(?:(?P<workspace>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)/)?"
    r"(?P<name>[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?)"
    r"(?:@(?P<version>[1-9][0-9]{0,8}))?$"
)


@dataclass(frozen=True)
class DatasetRef:
    """A dataset, perhaps of another workspace, perhaps at one version: ``team-a/flights@3``."""

    name: str
    version: int | None = None
    workspace: str | None = None

    @classmethod
    def parse(cls, text: str) -> "DatasetRef":
        """Read ``[workspace/]name[@version]``.

        Raises:
            ValueError: If the text has another shape; says which shape is meant.
        """
        match = _REFERENCE.fullmatch(text)
        if match is None or ".." in text:
            raise ValueError(
                f"'{text}' is not a dataset reference. Write [workspace/]name[@version], "
                f"where a name is {NAME_RULE}: flights, flights@3 or team-a/flights@3."
            )
        version = match["version"]
        return cls(match["name"], int(version) if version else None, match["workspace"])

    def __str__(self) -> str:
        prefix = f"{self.workspace}/" if self.workspace else ""
        suffix = f"@{self.version}" if self.version else ""
        return f"{prefix}{self.name}{suffix}"
