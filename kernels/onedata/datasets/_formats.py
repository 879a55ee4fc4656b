"""Tables in files: which format a set of files has, and how each format is opened.

A folder is a table where all of its files have one format. Files whose names start with '_' are
markers (``_SUCCESS``, ``_metadata``): they travel, but are not read. Folders named ``key=value``
are columns, as Hive writes them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from onedata.contract.datasets import DatasetFormat

_EXTENSIONS = {
    ".parquet": DatasetFormat.parquet,
    ".pq": DatasetFormat.parquet,
    ".csv": DatasetFormat.csv,
    ".tsv": DatasetFormat.csv,
    ".json": DatasetFormat.json,
    ".jsonl": DatasetFormat.json,
    ".ndjson": DatasetFormat.json,
    ".arrow": DatasetFormat.arrow,
    ".feather": DatasetFormat.arrow,
    ".ipc": DatasetFormat.arrow,
}
_PACKED = (".gz", ".zst")  # DuckDB unpacks these by the end of the name
_HIVE = re.compile(r"[^/=]+=[^/]*/")


class NotATable(Exception):
    """The files cannot be read as one table; says why."""


@dataclass(frozen=True)
class Place:
    """A file of a table: its path in the dataset, and where it can be opened under that name."""

    path: str
    location: str


def format_of(paths: Sequence[str]) -> DatasetFormat:
    """Tell the format of a set of files by their names."""
    formats = {_format_of_name(path) for path in paths if not is_marker(path)}
    return formats.pop() if len(formats) == 1 else DatasetFormat.files


def is_marker(path: str) -> bool:
    """Say whether a file is there for a program's sake and holds no rows."""
    return PurePosixPath(path).name.startswith("_")


def table_locations(places: Sequence[Place]) -> list[str]:
    """Give where the files lie that hold rows."""
    return [place.location for place in places if not is_marker(place.path)]


def is_partitioned(paths: Sequence[str]) -> bool:
    """Say whether folders stand for columns: ``year=2013/part-0.parquet``."""
    return any(_HIVE.search(path) for path in paths)


def needs_names(fmt: DatasetFormat, paths: Sequence[str]) -> bool:
    """Say whether the files must be opened under their own names to be read right."""
    return fmt in (DatasetFormat.csv, DatasetFormat.json) or is_partitioned(paths)


def open_arrow(fmt: DatasetFormat, places: Sequence[Place]) -> Any:
    """Open Parquet or Arrow files as one pyarrow Dataset; nothing is read but one schema."""
    import pyarrow.dataset as ds

    locations = table_locations(places)
    options: dict[str, Any] = {}
    if is_partitioned([place.path for place in places]):
        first = next(place for place in places if not is_marker(place.path))
        options = {
            "partitioning": "hive",
            "partition_base_dir": first.location.removesuffix(first.path),
        }
    return ds.dataset(locations, format="ipc" if fmt is DatasetFormat.arrow else "parquet", **options)


def duckdb_scan(fmt: DatasetFormat, places: Sequence[Place]) -> str:
    """Write the table function with which DuckDB reads Parquet, CSV or JSON files."""
    listed = ", ".join(_quoted(location) for location in table_locations(places))
    hive = is_partitioned([place.path for place in places])
    return f"read_{fmt.value}([{listed}], hive_partitioning = {str(hive).lower()})"


def _format_of_name(path: str) -> DatasetFormat:
    name = PurePosixPath(path)
    suffix = name.suffix.lower()
    if suffix in _PACKED:
        inner = _EXTENSIONS.get(PurePosixPath(name.stem).suffix.lower())
        return inner if inner in (DatasetFormat.csv, DatasetFormat.json) else DatasetFormat.files
    return _EXTENSIONS.get(suffix, DatasetFormat.files)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
