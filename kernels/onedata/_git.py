"""The commit that is checked out, read from git's own files: no process, no library.

Source: gitrepository-layout(5).
"""

import re
from pathlib import Path

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_MOST_SYMBOLIC = 5


def commit_of(folder: Path) -> str | None:
    """Give the commit checked out around a folder; None outside of a repository or before a commit."""
    try:
        git = _git_folder(folder.resolve())
        return _resolve(git, "HEAD") if git else None
    except OSError:
        return None


def _git_folder(folder: Path) -> Path | None:
    for parent in (folder, *folder.parents):
        found = parent / ".git"
        if found.is_dir():
            return found
        if found.is_file():  # a linked work tree or a submodule
            _, _, target = found.read_text().partition("gitdir: ")
            return (parent / target.strip()) if target else None
    return None


def _resolve(git: Path, name: str, depth: int = 0) -> str | None:
    for folder in (git, _common_folder(git)):
        path = folder / name
        if path.is_file():
            text = path.read_text().strip()
            if _COMMIT.fullmatch(text):
                return text
            if text.startswith("ref: ") and depth < _MOST_SYMBOLIC:
                return _resolve(git, text.removeprefix("ref: "), depth + 1)
    return _packed(_common_folder(git), name)


def _common_folder(git: Path) -> Path:
    pointer = git / "commondir"
    return git / pointer.read_text().strip() if pointer.is_file() else git


def _packed(git: Path, name: str) -> str | None:
    packed = git / "packed-refs"
    if not packed.is_file():
        return None
    for line in packed.read_text().splitlines():
        commit, _, reference = line.partition(" ")
        if reference == name and _COMMIT.fullmatch(commit):
            return commit
    return None
