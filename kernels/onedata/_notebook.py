"""Which notebook this kernel runs, and what it holds.

In a job the runner says so. In JupyterLab the server puts the notebook's path into the kernel's
environment (jupyter_server, ``SessionManager.get_kernel_env``), and VS Code into its namespace.
"""

import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from onedata.contract.environment import NOTEBOOK_DIGEST, NOTEBOOK_PATH, NOTEBOOK_SUBMITTED
from onedata.contract.notebooks import notebook_digest

ROOT_DIR = "JUPYTERHUB_ROOT_DIR"  # set by the hub where a server's root is not the home folder


@dataclass(frozen=True)
class Notebook:
    """A notebook's path, as JupyterLab shows it, the digest of what is saved there, and the file itself."""

    path: str | None
    digest: str | None
    file: Path | None = field(default=None, compare=False)


def current_notebook() -> Notebook:
    """Say which notebook this process runs; all parts None outside of one.

    The digest is of the file as last saved: unsaved edits are not in it.
    """
    told = os.environ.get(NOTEBOOK_PATH)
    if told is not None:
        file = os.environ.get(NOTEBOOK_SUBMITTED)
        return Notebook(told or None, os.environ.get(NOTEBOOK_DIGEST) or None, Path(file) if file else None)
    found = _session_path() or _vscode_path()
    if found is None:
        return Notebook(None, None)
    return Notebook(portable_path(found), digest_of_file(found), found)


def portable_path(path: Path) -> str:
    """Give a notebook's path below the server's root, or the home folder, as JupyterLab shows it."""
    for root in (os.environ.get(ROOT_DIR), str(Path.home())):
        if root and path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return path.as_posix()


def digest_of_file(path: Path) -> str | None:
    """Give the digest of a saved notebook; None where there is no readable notebook."""
    try:
        stat = path.stat()
        key = (str(path), stat.st_mtime_ns, stat.st_size)
        if key not in _digests:
            _digests.clear()
            _digests[key] = notebook_digest(json.loads(path.read_bytes()))
        return _digests[key]
    except (OSError, ValueError, AttributeError):
        return None


_digests: dict[tuple[str, int, int], str] = {}


def _session_path() -> Path | None:
    named = os.environ.get("JPY_SESSION_NAME", "")
    if not named.endswith(".ipynb"):
        return None  # a console or a terminal
    if Path(named).is_absolute():
        return Path(named)
    return Path(os.environ.get(ROOT_DIR) or Path.home(), named)


def _vscode_path() -> Path | None:
    main = sys.modules.get("__main__")
    named = getattr(main, "__vsc_ipynb_file__", None)
    return Path(named) if isinstance(named, str) else None
