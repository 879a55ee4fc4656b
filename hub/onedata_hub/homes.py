"""A user's home folder on one machine: made privately, with the tutorials and templates in it."""

import json
import logging
import shutil
import sys
from pathlib import Path

import onedata_hub
from onedata_hub.naming import safe_slug

EXAMPLE_FOLDERS = {"notebooks": "tutorials", "templates": "templates"}
log = logging.getLogger("onedata.homes")
_DELIVERED = ".onedata-delivered.json"


def home_of(homes: Path, user: str) -> Path:
    """Name a user's home; no two users share one, whatever they are called."""
    return homes / safe_slug(user)


def prepare_home(home: Path) -> None:
    """Make a home for nobody but us, and copy in what is new of the tutorials and templates.

    A file that was delivered once is never written again: people change, move and delete them. A home that is
    full gets them another time.

    Raises:
        OSError: If the home cannot be made.
        PermissionError: If a link stands in its place.
    """
    if home.is_symlink():
        raise PermissionError(f"{home} is a link; a home must be a folder. Remove the link.")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    record = home / _DELIVERED
    delivered = _read_record(record)
    new = [
        (source, target)
        for source, target in _examples()
        if target not in delivered and not (home / target).exists()
    ]
    try:
        for source, target in new:
            _deliver(source, home / target)
            delivered.add(target)
    except OSError as error:
        log.warning("%s does not get the tutorials now: %s", home, error.strerror)
    finally:
        if new:
            _write_record(record, delivered)


def _deliver(source: Path, target: Path) -> None:
    """Copy a file whole, or leave nothing of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(source, target)
    except OSError:
        target.unlink(missing_ok=True)
        raise


def _write_record(record: Path, delivered: set[str]) -> None:
    """Write what was delivered; where there is no room, the record of before stays whole."""
    new = record.with_suffix(".new")
    try:
        new.write_text(json.dumps(sorted(delivered)))
        new.replace(record)
    except OSError:
        new.unlink(missing_ok=True)


def _read_record(path: Path) -> set[str]:
    try:
        return set(json.loads(path.read_text()))
    except (OSError, ValueError):
        return set()


def _examples() -> list[tuple[Path, str]]:
    root = _examples_root()
    return [
        (path, f"{target}/{path.relative_to(root / source)}")
        for source, target in EXAMPLE_FOLDERS.items()
        for path in sorted((root / source).rglob("*"))
        if path.is_file() and not any(part.startswith((".", "_")) for part in path.relative_to(root).parts)
    ]


def _examples_root() -> Path:
    """Give the folder that holds ``notebooks/`` and ``templates/``: the repository, or the wheel's data."""
    repository = Path(onedata_hub.__file__).parent.parent.parent
    return repository if (repository / "notebooks").is_dir() else Path(sys.prefix) / "share" / "onedata"
