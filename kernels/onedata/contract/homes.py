"""Where in a person's home the parts find one another."""

import sys
from pathlib import Path

PACKAGES_FOLDER = Path(".local/share/onedata")
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"


def packages_of(home: Path) -> Path:
    """Name the environment of added packages in a home, for this version of Python."""
    return home / PACKAGES_FOLDER / PYTHON
