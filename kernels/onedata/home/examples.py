"""The tutorials and templates that a home is given, each once."""

import json
import shutil
import sys
from pathlib import Path

import onedata

_FOLDERS = {"notebooks": "tutorials", "templates": "templates"}
_DELIVERED = ".onedata-delivered.json"


def deliver_examples(home: Path) -> None:
    """Copy into a home what is new of the tutorials and templates.

    A file that was delivered once is never written again: people change, move and delete them.

    Raises:
        OSError: If they cannot be written, as in a home that is full; it gets them another time.
    """
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
        for source, target in _FOLDERS.items()
        for path in sorted((root / source).rglob("*"))
        if path.is_file() and not any(part.startswith((".", "_")) for part in path.relative_to(root).parts)
    ]


def _examples_root() -> Path:
    """Give the folder that holds ``notebooks/`` and ``templates/``: the repository, or what wheel and image bring."""
    repository = Path(onedata.__file__).parent.parent.parent
    return repository if (repository / "notebooks").is_dir() else Path(sys.prefix) / "share" / "onedata"
