"""One Data Studio in a notebook: ``import onedata as od``.

datasets      publish, load, describe and compare versioned datasets
sql           query datasets by name with DuckDB
experiment    an MLflow run that knows what it read
jobs          run and schedule notebooks
lineage       what a thing came from and what stands on it
workspace     the workspace used where none is named; workspaces() lists them
whoami        who the platform takes you for

Nothing of this is loaded before its first use: the import costs about as much as an empty module.
Source: PEP 562.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as type checkers know it; the module ``typing`` costs as much as all of this
if TYPE_CHECKING:
    from typing import Any

    from onedata import datasets, errors, jobs
    from onedata._experiment import experiment
    from onedata._lineage import lineage
    from onedata._sql import sql
    from onedata._workspaces import whoami, workspace, workspaces

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "datasets",
    "errors",
    "experiment",
    "jobs",
    "lineage",
    "sql",
    "whoami",
    "workspace",
    "workspaces",
]

_MODULES = ("datasets", "errors", "jobs")
_ATTRIBUTES = {
    "experiment": "onedata._experiment",
    "lineage": "onedata._lineage",
    "sql": "onedata._sql",
    "whoami": "onedata._workspaces",
    "workspace": "onedata._workspaces",
    "workspaces": "onedata._workspaces",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"onedata.{name}")
    if name in _ATTRIBUTES:
        value = getattr(import_module(_ATTRIBUTES[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'onedata' has no attribute '{name}'. It has: {', '.join(__all__)}.")


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(shell: Any) -> None:
    """Add ``%%sql`` to a notebook: ``%load_ext onedata``."""
    from onedata._magics import register

    register(shell)
