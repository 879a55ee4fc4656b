"""Files from an object store, kept here under their MD5 so that each is fetched once.

The cache lies in ONEDATA_CACHE_DIR, else in ~/.cache/onedata, in DVC's layout. Files arrive under
another name and are renamed when their MD5 is right, so several processes may share it. After a
download, files that nobody has used for an hour are removed, oldest first, until the cache is
smaller than ONEDATA_CACHE_BYTES (50 GB where it is not set).
"""

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from onedata.contract.datasets import GetLocation
from onedata.contract.environment import CACHE_BYTES, CACHE_DIR
from onedata.datasets._hashing import new_md5
from onedata.datasets._progress import Progress
from onedata.datasets._transfer import run_all
from onedata.errors import Busy, DamagedData, InvalidInput

if TYPE_CHECKING:
    import httpx

_DEFAULT_BYTES = 50 * 10**9
_UNUSED_SECONDS = 3600
_THREADS = 8
_TRIES = 4


class ExpiredLocation(Exception):
    """A URL is no longer valid; ask for the manifest anew."""


def cache_folder() -> Path:
    """Give the folder that the cache lies in."""
    told = os.environ.get(CACHE_DIR)
    if told:
        return Path(told).expanduser().absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "onedata"


def fetch(files: Sequence[GetLocation], label: str) -> dict[str, Path]:
    """Make sure that every file is in the cache; give each MD5's path.

    Raises:
        DamagedData: If what arrives is not what the registry names.
        ExpiredLocation: If a URL is no longer valid.
        Busy: If the store does not answer.
    """
    import httpx

    places = {file.md5: cache_folder() / "files" / "md5" / file.md5[:2] / file.md5[2:] for file in files}
    wanted = list({file.md5: file for file in files if not _is_here(places[file.md5], file.size)}.values())
    if wanted:
        with (
            Progress(label, sum(file.size for file in wanted), None) as progress,
            httpx.Client(timeout=httpx.Timeout(120.0, connect=10.0)) as http,
        ):
            run_all(
                lambda file: _fetch_one(http, file, places[file.md5], progress), wanted, progress, _THREADS
            )
        _trim(cache_folder() / "files" / "md5", keep=set(places.values()))
    return places


def _is_here(place: Path, size: int) -> bool:
    """Say whether a whole file is there, and note that it is used."""
    try:
        if place.stat().st_size != size:
            return False
        os.utime(place)
    except OSError:
        return False
    return True


def _fetch_one(http: "httpx.Client", file: GetLocation, place: Path, progress: Progress) -> None:
    import httpx

    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_name(f".{place.name}.{uuid4().hex}")
    said = ""
    try:
        for attempt in range(_TRIES):
            before = progress.done
            try:
                said = _download(http, file, partial, progress)
            except httpx.TransportError as error:
                said = f"{type(error).__name__}: {error}"
            if not said:
                partial.chmod(0o444)
                partial.replace(place)
                return
            progress.tick(min(0, before - progress.done))
            time.sleep(0.2 * 2**attempt)
        raise Busy(f"The object store was asked for '{file.path}' {_TRIES} times. At last: {said}")
    finally:
        partial.unlink(missing_ok=True)


def _download(http: "httpx.Client", file: GetLocation, partial: Path, progress: Progress) -> str:
    """Download into a file; give what went wrong in a way that a later try may better, or nothing."""
    md5 = new_md5()
    with http.stream("GET", file.location) as response:
        if response.status_code == 403:
            raise ExpiredLocation(file.path)
        if not response.is_success:
            return f"it said {response.status_code}"
        with partial.open("wb") as target:
            for chunk in response.iter_bytes(2**20):
                md5.update(chunk)
                target.write(chunk)
                progress.tick(len(chunk))
    if md5.hexdigest() != file.md5:
        raise DamagedData(
            f"'{file.path}' arrived with MD5 {md5.hexdigest()}; the registry names {file.md5}. "
            "The object in the store is damaged: publish the data again, and tell an administrator."
        )
    return ""


def _trim(root: Path, keep: set[Path]) -> None:
    """Remove what nobody has used for an hour, oldest first, until the cache is small enough."""
    told = os.environ.get(CACHE_BYTES, str(_DEFAULT_BYTES))
    if not told.isdigit():
        raise InvalidInput(f"{CACHE_BYTES}={told!r} is not a count of bytes. Write for example 50000000000.")
    held = []
    for place in root.glob("*/*"):
        with suppress(FileNotFoundError):
            held.append((place.stat(), place))
    total = sum(status.st_size for status, _ in held)
    before = time.time() - _UNUSED_SECONDS
    for status, place in sorted(held, key=lambda pair: pair[0].st_mtime):
        if total <= int(told):
            return
        if status.st_mtime < before and place not in keep:
            place.unlink(missing_ok=True)
            total -= status.st_size
