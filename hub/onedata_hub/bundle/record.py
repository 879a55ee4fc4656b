"""What is in a bundle already, and from what it was made: a bundle that was cut off goes on from there."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

_NAME = "bundle.json"
_SUMS = "SHA256SUMS"
_CHUNK = 1 << 20


@dataclass
class Record:
    """The bundle's own file of what it holds.

    Attributes:
        folder: The bundle.
        made_of: The source of each piece, by its path in the bundle: a digest that changes when the source does.
        about: What a reader wants to know of the bundle: date, versions, processor.
    """

    folder: Path
    made_of: dict[str, str] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "Record":
        """Read a bundle's record; an empty one where there is none."""
        file = folder / _NAME
        if not file.exists():
            return cls(folder)
        kept = json.loads(file.read_text())
        return cls(folder, kept["made_of"], kept["about"])

    def has(self, piece: str, source: str) -> bool:
        """Say whether a piece is here and was made of this very source."""
        return self.made_of.get(piece) == source and (self.folder / piece).exists()

    def note(self, piece: str, source: str) -> None:
        """Note that a piece is complete, at once: what comes next may be cut off."""
        self.made_of[piece] = source
        self.write()

    def write(self) -> None:
        """Write the record."""
        text = json.dumps({"about": self.about, "made_of": self.made_of}, indent=2)
        new = self.folder / f"{_NAME}.new"
        new.write_text(text + "\n")
        new.replace(self.folder / _NAME)

    def write_sums(self) -> int:
        """Write the checksum of every file, as ``sha256sum --check`` reads it; give the bundle's bytes."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file() and path.name != _SUMS)
        lines = [f"{digest_of(file)}  {file.relative_to(self.folder).as_posix()}" for file in files]
        (self.folder / _SUMS).write_text("\n".join(lines) + "\n")
        return sum(file.stat().st_size for file in files)


def digest_of(*files: Path) -> str:
    """Give the SHA-256 of files' content, one after the other."""
    state = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                state.update(chunk)
    return state.hexdigest()
