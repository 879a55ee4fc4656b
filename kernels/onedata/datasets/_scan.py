"""Find the files of a folder that is to be published, and refuse what cannot travel.

Hidden files travel like any others (a Zarr store needs its own), except for the litter of
editors and version control: ``.git``, ``.ipynb_checkpoints``, ``__pycache__``, ``.DS_Store``.
A link to a file inside the folder is published as the file it leads to; a link that leads out,
a link to a folder, a pipe, a socket or a device is refused.
"""

import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from onedata.contract.datasets import MAX_FILES
from onedata.errors import InvalidInput

LITTER = frozenset({".git", ".ipynb_checkpoints", "__pycache__", ".DS_Store"})
_LONGEST_PATH = 1_024


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to publish: where it lies, its path in the dataset (POSIX, NFC), its size in bytes."""

    source: Path
    path: str
    size: int


def scan(root: Path) -> list[SourceFile]:
    """List the files to publish of a file or a folder, in the order of their paths.

    Raises:
        InvalidInput: If there are none, too many, or one that cannot travel; says which and why.
    """
    root = root.resolve()
    if not root.exists():
        raise InvalidInput(f"There is no file or folder at {root}.")
    files = sorted(_below(root, root), key=lambda file: file.path) if root.is_dir() else [_single(root)]
    if not files:
        raise InvalidInput(f"The folder {root} holds no files to publish.")
    if len(files) > MAX_FILES:
        raise InvalidInput(
            f"The folder {root} holds {len(files):,} files; a version holds at most {MAX_FILES:,}. "
            "Pack them into fewer: Parquet for tables, tar for the rest."
        )
    _refuse_twins(files)
    return files


def _single(file: Path) -> SourceFile:
    status = file.stat()
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInput(f"{file} is not a plain file.")
    return SourceFile(file, _portable(file.name, file), status.st_size)


def _below(folder: Path, root: Path) -> Iterator[SourceFile]:
    prefix = "" if folder == root else folder.relative_to(root).as_posix() + "/"
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name in LITTER:
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _below(folder / entry.name, root)
            else:
                yield _file(entry, prefix + entry.name, root)


def _file(entry: os.DirEntry[str], path: str, root: Path) -> SourceFile:
    place = Path(entry.path)
    if entry.is_symlink():
        place = _inside(place, root)
    try:
        status = place.stat() if entry.is_symlink() else entry.stat()
    except FileNotFoundError as error:
        raise InvalidInput(f"{entry.path} leads to nothing, or went away while it was published.") from error
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInput(f"{entry.path} is not a plain file; a pipe, socket or device cannot be published.")
    return SourceFile(place, _portable(path, place), status.st_size)


def _inside(link: Path, root: Path) -> Path:
    """Follow a link to a file of the folder.

    Raises:
        InvalidInput: If it leads out of the folder, or to another folder.
    """
    place = link.resolve()
    if not place.is_relative_to(root):
        raise InvalidInput(
            f"{link} is a link that leads out of the folder, to {place}. "
            "Copy the file into the folder, or publish it on its own."
        )
    if place.is_dir():
        raise InvalidInput(f"{link} is a link to a folder. Links to folders can form rings; remove it.")
    return place


def _portable(path: str, place: Path) -> str:
    """Give a path that means the same on every system.

    Raises:
        InvalidInput: If there is none; says why.
    """
    if path.isascii() and path.isprintable() and "\\" not in path and len(path) <= _LONGEST_PATH:
        return path  # nearly all are, and the rest of this takes longer
    composed = unicodedata.normalize("NFC", path)
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in composed) or "\\" in composed:
        raise InvalidInput(
            f"The name of {place!r} holds a control character, a backslash or bytes that are not UTF-8. Rename it."
        )
    if len(composed) > _LONGEST_PATH:
        raise InvalidInput(
            f"The path {composed[:80]}… is longer than {_LONGEST_PATH} characters. Shorten it."
        )
    return composed


def _refuse_twins(files: list[SourceFile]) -> None:
    for first, second in pairwise(files):
        if first.path == second.path:
            raise InvalidInput(
                f"Two files have the name '{first.path}' once their accents are written alike (Unicode NFC): "
                f"{first.source!r} and {second.source!r}. Rename one."
            )
