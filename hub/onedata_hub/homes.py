"""A user's home folder on one machine: theirs alone. What is put into it, its server's start does."""

from pathlib import Path

from onedata_hub.naming import safe_slug


def home_of(homes: Path, user: str) -> Path:
    """Name a user's home; no two users share one, whatever they are called."""
    return homes / safe_slug(user)


def prepare_home(home: Path) -> None:
    """Make a home for nobody but us.

    Raises:
        OSError: If the home cannot be made.
        PermissionError: If a link stands in its place.
    """
    if home.is_symlink():
        raise PermissionError(f"{home} is a link; a home must be a folder. Remove the link.")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
