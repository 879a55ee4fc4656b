"""A version's files as this process can open them: in place, or fetched into the cache."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from onedata._client import StudioClient, path_of
from onedata._session import session
from onedata.contract.datasets import Dataset, DatasetVersion, Manifest
from onedata.datasets._cache import ExpiredLocation, cache_folder, fetch
from onedata.datasets._formats import Place, needs_names
from onedata.datasets._refs import Target
from onedata.errors import Busy, DamagedData

_FETCHES = 3


@dataclass(frozen=True)
class LocalVersion:
    """A version, and where each of its files lies on this machine.

    The locations bear no legible names; ``named`` has them under their own.
    """

    info: DatasetVersion
    places: Sequence[Place]

    def to_read(self) -> Sequence[Place]:
        """Give the files under their own names where a reader needs those, and in place otherwise."""
        paths = [place.path for place in self.places]
        return self.named() if needs_names(self.info.format, paths) else self.places

    def named(self) -> Sequence[Place]:
        """Give the files under their own names, as links in a folder of the cache."""
        root = self.folder()
        return [Place(place.path, str(root / place.path)) for place in self.places]

    def folder(self) -> Path:
        """Give a folder in which each file has its own name. It is shared: do not write to it."""
        root = cache_folder() / "named" / self.info.workspace / self.info.digest
        if not all(_leads_to(root / place.path, place.location) for place in self.places):
            _link(root, self.places)
        return root

    def path(self) -> Path:
        """Give the file where the version is one file, else the folder of its files."""
        root = self.folder()
        is_single = not self.info.digest.endswith(".dir")
        return root / self.places[0].path if is_single else root


def open_version(studio: StudioClient, target: Target, *, is_input: bool = True) -> LocalVersion:
    """Find a version's files, fetching what is not here yet, and note that it was read.

    Args:
        studio: Who to ask.
        target: The version; the newest where it names none.
        is_input: Whether what the session makes later may come from it; looking at it alone is no such use.

    Raises:
        NotFound: If there is no such dataset or version.
        DamagedData: If the store lacks a file that the registry names.
    """
    number = target.version or newest_version(studio, target)
    path = target.path + path_of("versions", number, "manifest")
    manifest = Manifest.model_validate(studio.get(path))
    for _ in range(_FETCHES):
        try:
            version = LocalVersion(manifest.version, _places(manifest))
            break
        except ExpiredLocation:
            manifest = Manifest.model_validate(studio.get(path))
    else:
        raise Busy(
            f"The object store refuses the files of {manifest.version.ref}. Check the clocks of both machines."
        )
    if is_input:
        session().record_read(manifest.version.ref)
    return version


def newest_version(studio: StudioClient, target: Target) -> int:
    """Give the number of a dataset's newest version."""
    return Dataset.model_validate(studio.get(target.path)).latest_version


def _places(manifest: Manifest) -> list[Place]:
    if manifest.transfer == "presigned":
        held = fetch(manifest.files, f"Fetching {manifest.version.name}")
        return [Place(file.path, str(held[file.md5])) for file in manifest.files]
    for file in manifest.files:
        if not os.access(file.location, os.R_OK):
            raise DamagedData(
                f"{manifest.version.ref} has '{file.path}' at {file.location}, where this process finds nothing "
                "it can read. A folder store is read on the machine of the studio."
            )
    return [Place(file.path, file.location) for file in manifest.files]


def _leads_to(link: Path, location: str) -> bool:
    try:
        return str(link.readlink()) == location and link.exists()
    except OSError:
        return False


def _link(root: Path, places: Sequence[Place]) -> None:
    """Make the folder of links under another name and swap it in; another process may do so, too."""
    partial = root.with_name(f".{root.name}.{uuid4().hex}")
    for place in places:
        link = partial / place.path
        if ".." in link.parts or not link.is_relative_to(partial):
            raise DamagedData(f"The registry names a file '{place.path}', which leads out of its dataset.")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(place.location)
    old = root.with_name(f".{root.name}.{uuid4().hex}")
    try:
        root.rename(old)
    except FileNotFoundError:
        pass
    else:
        shutil.rmtree(old, ignore_errors=True)
    try:
        partial.rename(root)
    except OSError:  # another process was faster; its links lead to the same bytes
        shutil.rmtree(partial, ignore_errors=True)
