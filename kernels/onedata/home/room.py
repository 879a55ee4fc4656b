"""How much room a home has, where it went, and what can be removed without loss."""

import contextlib
import os
import shutil
import stat
import time
from dataclasses import dataclass
from pathlib import Path

# What programs fetch again by themselves, and what people have thrown away already.
CACHES = (".cache/uv", ".cache/pip", ".local/share/Trash")
_ENOUGH_BYTES = 262_144  # what the first minutes of a server write: settings, a workspace, a notebook's draft


@dataclass(frozen=True)
class Room:
    """The room of a home's file system, in bytes."""

    used_bytes: int
    total_bytes: int
    free_bytes: int


@dataclass(frozen=True)
class Folder:
    """What a folder of a home takes on the disk.

    Attributes:
        path: Below the home.
        size_bytes: Of all in it; of what was seen in time, where ``is_whole`` is false.
    """

    path: str
    size_bytes: int
    is_whole: bool = True


def room_of(home: Path) -> Room:
    """Measure a home's file system; what root alone may use counts as used."""
    found = os.statvfs(home)
    total, free = found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize
    return Room(total - free, total, free)


def why_unwritable(home: Path) -> OSError | None:
    """Try to write to a home what a server writes; None if that can be done."""
    probe = home / f".onedata-probe-{os.getpid()}"
    try:
        with probe.open("wb") as file:
            file.write(bytes(_ENOUGH_BYTES))
            file.flush()
            os.fsync(file.fileno())  # a network file system tells of its quota only here
    except OSError as error:
        return error
    finally:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)
    return None


def largest_folders(home: Path, count: int = 5, seconds: float = 5.0) -> list[Folder]:
    """Find what takes most of a home: its folders and large files; hidden folders are looked into once more.

    Args:
        home: The home.
        count: How many to give.
        seconds: When to stop looking; what was not seen whole is then marked.
    """
    deadline = time.monotonic() + seconds
    device = home.stat().st_dev
    found = [_measured(home, place, device, deadline) for place in _places(home)]
    return sorted(found, key=lambda one: one.size_bytes, reverse=True)[:count]


def freeable_bytes(home: Path, seconds: float = 5.0) -> int:
    """Measure what ``free`` would remove."""
    deadline = time.monotonic() + seconds
    places = [home / name for name in CACHES]
    return sum(
        _measured(home, place, home.stat().st_dev, deadline).size_bytes for place in places if place.is_dir()
    )


def free(home: Path) -> int:
    """Remove caches and what is in the trash; give how many bytes are free now that were not."""
    before = room_of(home).free_bytes
    for name in CACHES:
        if not (home / name).is_symlink():
            shutil.rmtree(home / name, ignore_errors=True)
    return max(0, room_of(home).free_bytes - before)


def _places(home: Path) -> list[Path]:
    places: list[Path] = []
    for one in _listed(home):
        is_hidden_folder = one.name.startswith(".") and one.is_dir() and not one.is_symlink()
        places += _listed(one) if is_hidden_folder else [one]
    return places


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _measured(home: Path, place: Path, device: int, deadline: float) -> Folder:
    total, waiting, is_whole = 0, [place], True
    while waiting:
        if time.monotonic() > deadline:
            is_whole = False
            break
        one = waiting.pop()
        try:
            status = one.lstat()
            if status.st_dev == device:  # what is mounted in a home is not in its room
                total += status.st_blocks * 512
                if stat.S_ISDIR(status.st_mode):
                    waiting += list(one.iterdir())
        except OSError:  # it went while we looked, or is not ours to look at
            continue
    return Folder(str(place.relative_to(home)), total, is_whole)
