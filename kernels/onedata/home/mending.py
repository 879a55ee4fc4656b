"""What a person can have done about a home's trouble. Nothing is lost by it but caches and the trash."""

from collections.abc import Mapping
from pathlib import Path

from onedata.contract.homes import packages_of
from onedata.home.packages import set_aside
from onedata.home.trouble import Kind

_CONFIG_SUFFIXES = (".py", ".json", ".d")


def own_config(home: Path, environment: Mapping[str, str]) -> list[Path]:
    """List the files with which a person changes how Jupyter's server starts."""
    folders = dict.fromkeys(
        [home / ".jupyter", Path(environment.get("JUPYTER_CONFIG_DIR") or home / ".jupyter")]
    )
    found = (one for folder in folders for one in sorted(folder.glob("jupyter*")))
    return [one for one in found if one.suffix in _CONFIG_SUFFIXES]


def put_aside(home: Path, kind: Kind) -> list[tuple[Path, Path]]:
    """Rename what makes the trouble out of the way; the next server starts as if it were not there.

    Args:
        home: The home.
        kind: ``packages`` or ``config``.

    Returns:
        What was renamed, each with its new place.

    Raises:
        OSError: If it cannot be renamed.
    """
    places = [packages_of(home)] if kind == "packages" else own_config(home, {})
    return [(place, set_aside(place)) for place in places if place.exists()]
