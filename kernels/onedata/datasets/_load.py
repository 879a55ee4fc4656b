"""Load: a version as what the notebook works with."""

from collections.abc import Callable, Sequence
from typing import Any

from onedata.contract.datasets import DatasetFormat
from onedata.datasets._formats import duckdb_scan, is_partitioned, open_arrow, table_locations
from onedata.datasets._local import LocalVersion, open_version
from onedata.datasets._refs import target_of
from onedata.errors import InvalidInput, MissingPackage

KINDS = ("pandas", "polars", "arrow", "duckdb", "torch", "ray", "path")


def load(
    ref: Any,
    version: int | None = None,
    as_: str = "pandas",
    columns: list[str] | None = None,
    workspace: str | None = None,
    limit: int | None = None,
) -> Any:
    """Read a dataset.

    Args:
        ref: ``flights``, ``flights@3``, ``team-a/flights``, or what ``publish`` gave.
        version: Which version; None is the newest.
        as_: ``pandas``, ``polars``, ``arrow`` (a pyarrow Table), ``duckdb`` (a relation, read only as
            far as it is used), ``torch`` (a map-style Dataset of rows), ``ray`` (a Ray Dataset), or
            ``path``: the file, or a folder with the files under their names. It is read-only.
        columns: Only these, in this order.
        workspace: Where it is; None is the session's.
        limit: Only so many rows, from the first.

    Raises:
        NotFound: If there is no such dataset or version.
        InvalidInput: If it is no table, or has no such columns; says what it is and has.
        MissingPackage: If ``torch`` or ``ray`` is asked for and not installed.
    """
    if as_ not in KINDS:
        raise InvalidInput(f"as_={as_!r} is not known. Choose one of: {', '.join(KINDS)}.")
    if limit is not None and limit < 0:
        raise InvalidInput(f"limit={limit} is less than nothing. Give a count of rows.")
    studio, target = target_of(ref, version, workspace)
    found = open_version(studio, target)
    if as_ == "path":
        return found.path()
    check_table(found, columns)
    return _READERS[as_](found, columns, limit)


def check_table(found: LocalVersion, columns: Sequence[str] | None) -> None:
    """Make sure that a version is a table and has some columns.

    Raises:
        InvalidInput: If not.
    """
    info = found.info
    if info.format is DatasetFormat.files:
        raise InvalidInput(
            f"{info.ref} holds {info.files} plain files and no table. "
            f"Load it with as_='path' and open them yourself."
        )
    known = [column.name for column in info.columns]
    unknown = [name for name in columns or () if name not in known]
    if unknown:
        raise InvalidInput(f"{info.ref} has no column '{unknown[0]}'. Its columns: {', '.join(known)}.")


def read_arrow(found: LocalVersion, columns: Sequence[str] | None, limit: int | None) -> Any:
    """Read a version as a pyarrow Table."""
    chosen = list(columns) if columns is not None else None
    if found.info.format in (DatasetFormat.parquet, DatasetFormat.arrow):
        dataset = open_arrow(found.info.format, found.to_read())
        return dataset.to_table(columns=chosen) if limit is None else dataset.head(limit, columns=chosen)
    return _duckdb(found, columns, limit).to_arrow_table()


def _pandas(found: LocalVersion, columns: Sequence[str] | None, limit: int | None) -> Any:
    return read_arrow(found, columns, limit).to_pandas()


def _polars(found: LocalVersion, columns: Sequence[str] | None, limit: int | None) -> Any:
    import polars as pl

    paths = [place.path for place in found.places]
    if found.info.format is not DatasetFormat.parquet or is_partitioned(paths):
        return pl.from_arrow(read_arrow(found, columns, limit))
    locations = table_locations(found.to_read())
    scan = pl.scan_parquet(locations, n_rows=limit, hive_partitioning=False)
    return (scan.select(columns) if columns is not None else scan).collect()


def _duckdb(found: LocalVersion, columns: Sequence[str] | None, limit: int | None) -> Any:
    from onedata._engine import connection, quoted

    names = ", ".join(quoted(name) for name in columns) if columns is not None else "*"
    most = f" limit {limit}" if limit is not None else ""
    if found.info.format is not DatasetFormat.arrow:
        scan = duckdb_scan(found.info.format, found.to_read())
        return connection().sql(f"select {names} from {scan}{most}")  # noqa: S608 - names and paths are quoted
    table = read_arrow(found, columns, limit)
    return connection().from_arrow(table)


def _torch(found: LocalVersion, columns: Sequence[str] | None, limit: int | None) -> Any:
    try:
        from onedata.datasets._torch import ArrowRows
    except ModuleNotFoundError as error:
        raise MissingPackage("torch", "as_='torch'") from error
    return ArrowRows(read_arrow(found, columns, limit))


def _ray(found: LocalVersion, columns: Sequence[str] | None, limit: int | None) -> Any:
    try:
        import ray.data
    except ModuleNotFoundError as error:
        raise MissingPackage("ray[data]", "as_='ray'") from error
    paths = [place.path for place in found.places]
    if found.info.format is not DatasetFormat.parquet or is_partitioned(paths):
        return ray.data.from_arrow(read_arrow(found, columns, limit))
    # Under their own names: Ray takes files without an extension for something else.
    locations = table_locations(found.named())
    dataset = ray.data.read_parquet(
        locations,
        columns=list(columns) if columns is not None else None,
        file_extensions=None,
        partitioning=None,
    )
    return dataset if limit is None else dataset.limit(limit)


_READERS: dict[str, Callable[[LocalVersion, Sequence[str] | None, int | None], Any]] = {
    "pandas": _pandas,
    "polars": _polars,
    "arrow": read_arrow,
    "duckdb": _duckdb,
    "torch": _torch,
    "ray": _ray,
}
