"""Lets every Python of the platform find the packages that a person added in the home.

Imported by ``onedata_packages.pth`` whenever Python starts, so it stays small. The packages come after all others:
what the platform brings is never replaced by them. A Python started with ``-s`` (a person's JupyterLab server,
a run's runner) does without them, as with Python's own user packages.
"""

import os
import sys


def use(packages: str) -> None:
    """Add the packages of an environment, and tell uv of it."""
    if os.environ.get("VIRTUAL_ENV", packages) == packages:
        # `python -m uv`, and so %uv, takes the Python that runs it for the one to add to, unless it is told.
        os.environ.setdefault("UV_PYTHON", packages)
        os.environ.setdefault("UV_CONSTRAINT", os.path.join(packages, "constraints.txt"))  # noqa: PTH118 - pathlib costs each start milliseconds
    import site

    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    site.addsitedir(os.path.join(packages, "lib", version, "site-packages"))  # noqa: PTH118 - as above


def come_last(folder: str) -> None:
    """Put a folder at the end of the path."""
    sys.path[:] = [*(one for one in sys.path if one != folder), folder]


_packages = os.environ.get("ONEDATA_PACKAGES", "")
if _packages and not sys.flags.no_user_site and sys.prefix != _packages:
    use(_packages)
