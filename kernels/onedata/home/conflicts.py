"""Added packages that do not go with what the platform brings, for instance since its image changed."""

from importlib.metadata import Distribution, distributions
from pathlib import Path

from onedata.home.packages import others_of, site_of


def conflicts_of(packages: Path) -> list[str]:
    """Say in a sentence each what does not fit.

    Args:
        packages: The environment of added packages. The Python that asks has the platform's own.
    """
    from packaging.utils import canonicalize_name

    added = list(distributions(path=[str(site_of(packages))]))
    brought: dict[str, str] = {
        canonicalize_name(one.name): one.version for one in distributions() if not _is_in(one, packages)
    }
    known: dict[str, str] = {canonicalize_name(one.name): one.version for one in added}
    known |= brought
    found: list[str] = []
    for one in sorted(added, key=lambda each: each.name.lower()):
        ours = brought.get(canonicalize_name(one.name))
        if ours is None:
            found += _unmet(one, known)
        elif ours != one.version and one.read_text("REQUESTED") is not None:
            found.append(
                f"{one.name} {one.version} was added, and {ours} is used: the platform brings that one."
            )
    return found


def left_behind(home: Path) -> dict[str, list[str]]:
    """Give what was asked for under other versions of Python, by version: this one does not have it."""
    return {
        place.name: sorted(
            one.name
            for one in distributions(path=[str(site_of(place))])
            if one.read_text("REQUESTED") is not None
        )
        for place in others_of(home)
    }


def _unmet(one: Distribution, known: dict[str, str]) -> list[str]:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    found: list[str] = []
    for line in one.requires or ():
        needed = Requirement(line)
        if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
            continue
        version = known.get(canonicalize_name(needed.name))
        if version is None:
            found.append(f"{one.name} {one.version} needs {needed.name}, which is not here.")
        elif not needed.specifier.contains(version, prereleases=True):
            found.append(
                f"{one.name} {one.version} needs {needed.name}{needed.specifier}; here it is {version}."
            )
    return found


def _is_in(one: Distribution, packages: Path) -> bool:
    return Path(str(one.locate_file(""))).is_relative_to(packages)
