"""Look into files that are to be published: their columns, their rows, a sample.

This runs beside the copying. Of Parquet only the footers and some row groups are read; CSV, JSON
and Arrow are read once from end to end, since nothing else tells how many rows they hold.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from onedata.contract.datasets import Column, DatasetFormat
from onedata.datasets._formats import NotATable, Place, duckdb_scan, is_marker, is_partitioned, open_arrow
from onedata.datasets._frames import read_frame
from onedata.datasets._profile import profile
from onedata.datasets._sample import MOST_PIECES, PIECE_ROWS, Sampler
from onedata.errors import InvalidInput

SAMPLE_ROWS = MOST_PIECES * PIECE_ROWS
_MOST_GROUPS = 16
_THREADS = 4


@dataclass
class Inspected:
    """What was found: columns with their statistics, and rows. Without a table there are neither."""

    format: DatasetFormat
    columns: list[Column] = field(default_factory=list)
    rows: int | None = None
    why_not: str | None = None
    """Why files that look like a table are none."""


def inspect_files(fmt: DatasetFormat, places: Sequence[Place]) -> Inspected:
    """Look into files; where they are no table after all, they are plain files, and it says why."""
    if fmt is DatasetFormat.files:
        return Inspected(fmt)
    try:
        return _parquet(places) if fmt is DatasetFormat.parquet else _streamed(fmt, places)
    except NotATable as error:
        return Inspected(DatasetFormat.files, why_not=str(error))


def _parquet(places: Sequence[Place]) -> Inspected:
    import pyarrow as pa

    tables = [place for place in places if not is_marker(place.path)]
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="onedata-footers") as pool:
        opened = list(pool.map(_open_parquet, tables))
    footers = [file.metadata for file in opened]
    _refuse_different_schemas(tables, [file.schema_arrow for file in opened])
    rows = sum(footer.num_rows for footer in footers)
    try:
        if rows <= SAMPLE_ROWS or is_partitioned([place.path for place in places]):
            dataset = open_arrow(DatasetFormat.parquet, places)
            schema, sample = dataset.schema, dataset.head(SAMPLE_ROWS)
        else:
            schema, sample = opened[0].schema_arrow, _some_rows(opened, footers)
        columns = profile(schema, sample, footers, complete=sample.num_rows == rows)
    except (pa.ArrowException, OSError) as error:
        raise NotATable(str(error)) from error
    return Inspected(DatasetFormat.parquet, columns, rows)


def _open_parquet(place: Place) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(place.location)
    except (pa.ArrowException, OSError) as error:
        raise NotATable(f"{place.path} cannot be read as Parquet: {error}") from error


def _refuse_different_schemas(places: Sequence[Place], schemas: Sequence[Any]) -> None:
    for place, schema in zip(places, schemas, strict=True):
        if not schema.equals(schemas[0]):
            differing = [field.name for field in schema if field not in list(schemas[0])] or [
                field.name for field in schemas[0] if field not in list(schema)
            ]
            raise NotATable(
                f"{place.path} has other columns than {places[0].path}: {', '.join(differing[:5]) or 'their order'}"
            )


def _some_rows(opened: Sequence[Any], footers: Sequence[Any]) -> Any:
    """Read the first rows of evenly spaced row groups, ``SAMPLE_ROWS`` in all at the most."""
    import pyarrow as pa

    groups = [(file, group) for file, footer in enumerate(footers) for group in range(footer.num_row_groups)]
    count = min(_MOST_GROUPS, len(groups))
    chosen = [groups[(2 * i + 1) * len(groups) // (2 * count)] for i in range(count)]
    each = -(-SAMPLE_ROWS // count)

    def head(place: tuple[int, int]) -> Any:
        file, group = place
        batches = opened[file].iter_batches(each, row_groups=[group], use_threads=False)
        return pa.Table.from_batches(
            [next(batches)] if footers[file].row_group(group).num_rows else [], opened[file].schema_arrow
        )

    tables = [head(place) for place in chosen]
    return pa.concat_tables([table.replace_schema_metadata(None) for table in tables])


def _streamed(fmt: DatasetFormat, places: Sequence[Place]) -> Inspected:
    import duckdb
    import pyarrow as pa

    sampler, rows = Sampler(), 0
    try:
        if fmt is DatasetFormat.arrow:
            source = open_arrow(fmt, places)
        else:
            source = duckdb.connect(":memory:").sql(f"from {duckdb_scan(fmt, places)}")
        frame = read_frame(source)
        for block in frame.blocks:
            sampler.add(block)
            rows += block.num_rows
    except (duckdb.Error, pa.ArrowException, InvalidInput, OSError) as error:
        raise NotATable(str(error).splitlines()[0]) from error
    sample = sampler.table(frame.schema)
    columns = profile(frame.schema, sample, [], complete=sample.num_rows == rows)
    return Inspected(fmt, columns, rows)
