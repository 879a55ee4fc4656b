"""Versioned datasets: publish, load, describe, compare.

publish(data, "flights")        make a new version of a frame, a query, a file or a folder
load("flights", version=2)      read one as pandas, Polars, Arrow, DuckDB, Ray, torch or files
list(), versions("flights")     what there is
describe("flights")             schema, statistics, versions, lineage
compare("flights", 1, 2)        what changed between two versions
update("flights", tags=[…])     change its words; its bytes never change
delete("flights")               refused while something stands on it

A version never changes. Its bytes lie in DVC's own layout, so `dvc` reads them too.
Nothing heavy is imported before the first call.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onedata.datasets._compare import compare
    from onedata.datasets._describe import describe
    from onedata.datasets._load import load
    from onedata.datasets._publish import publish
    from onedata.datasets._registry import delete, list, update, versions

__all__ = ["compare", "delete", "describe", "list", "load", "publish", "update", "versions"]

_HOMES = {
    "compare": "_compare",
    "delete": "_registry",
    "describe": "_describe",
    "list": "_registry",
    "load": "_load",
    "publish": "_publish",
    "update": "_registry",
    "versions": "_registry",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'onedata.datasets' has no attribute '{name}'.")
    value = getattr(import_module(f"onedata.datasets.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> Any:
    return sorted(__all__)
