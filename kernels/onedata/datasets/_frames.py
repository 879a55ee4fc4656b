"""Read anything tabular as Arrow, a block of rows at a time.

Blocks have the same number of rows whatever the pieces they came in, and plain types whatever
library made them, so that equal tables become equal files.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from onedata.errors import InvalidInput

BLOCK_ROWS = 16_384
_STREAM_ROWS = 8 * BLOCK_ROWS
TAKES = (
    "a pandas or Polars frame, a pyarrow table, dataset or reader, a DuckDB relation, "
    "a result of od.sql, or the path of a file or folder"
)


@dataclass(frozen=True)
class Frame:
    """A table to publish: its schema, and its rows in blocks of ``BLOCK_ROWS`` (the last may be less)."""

    schema: Any
    blocks: Iterator[Any]
    rows: int | None
    """Rows where the input knows; None for a stream."""
    nbytes: int | None


def is_frame(data: Any) -> bool:
    """Say whether there are rows in it, as far as can be told without importing anything."""
    return _library(data) in ("pandas", "polars", "pyarrow", "duckdb", "_duckdb") or hasattr(
        data, "__arrow_c_stream__"
    )


def read_frame(data: Any) -> Frame:
    """Read a table as blocks.

    Raises:
        InvalidInput: If it is no table, or holds what Parquet cannot.
    """
    import pyarrow as pa

    try:
        source = _to_arrow(data)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise InvalidInput(
            f"The table cannot be written as Arrow: {_first_line(error)} "
            "Give the column one type, for example with .astype(str)."
        ) from error
    _refuse_odd_columns(source.schema.names)
    schema = plain_schema(source.schema)
    if isinstance(source, pa.Table):
        return Frame(schema, _blocks(source.to_batches(), schema), source.num_rows, source.nbytes)
    return Frame(schema, _blocks(source, schema), None, None)


def plain_schema(schema: Any) -> Any:
    """Give the schema with the large and view types of Polars and others as their plain twins."""
    import pyarrow as pa

    return pa.schema([field.with_type(plain_type(field.type)) for field in schema], schema.metadata)


def plain_type(kind: Any) -> Any:
    """Give the plain twin of a type: string for large_string and string_view, and so on inside of lists."""
    import pyarrow as pa
    from pyarrow import types

    if types.is_large_string(kind) or types.is_string_view(kind):
        kind = pa.string()
    elif types.is_large_binary(kind) or types.is_binary_view(kind):
        kind = pa.binary()
    elif types.is_dictionary(kind):
        kind = pa.dictionary(kind.index_type, plain_type(kind.value_type), kind.ordered)
    elif types.is_struct(kind):
        kind = pa.struct([field.with_type(plain_type(field.type)) for field in kind])
    elif any(is_kind(kind) for is_kind in _list_kinds(types)):
        kind = pa.list_(kind.value_field.with_type(plain_type(kind.value_type)).with_name("item"))
    return kind


def _list_kinds(types: Any) -> list[Any]:
    return [types.is_list, types.is_large_list, types.is_list_view, types.is_large_list_view]


def _to_arrow(data: Any) -> Any:
    """Give a pyarrow Table, or a RecordBatchReader for what need not be in memory at once."""
    import pyarrow as pa

    library = _library(data)
    if library == "pandas":
        return _from_pandas(data)
    if library == "polars":
        return _from_polars(data)
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    if isinstance(data, pa.Table | pa.RecordBatchReader):
        return data
    return _to_reader(data)


def _to_reader(data: Any) -> Any:
    import pyarrow as pa

    if hasattr(data, "scanner"):  # a pyarrow.dataset.Dataset
        return data.scanner().to_reader()
    if hasattr(data, "to_arrow_reader"):  # a DuckDB relation, or a result of od.sql
        return data.to_arrow_reader(_STREAM_ROWS)
    if hasattr(data, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(data)
    raise InvalidInput(f"A {type(data).__name__} cannot be published. Give {TAKES}.")


def _from_pandas(data: Any) -> Any:
    import pyarrow as pa

    if not hasattr(data, "columns"):
        raise InvalidInput("A pandas Series is one column. Publish it as a frame: series.to_frame().")
    if not data.columns.is_unique:
        twice = sorted({str(name) for name in data.columns[data.columns.duplicated()]})
        raise InvalidInput(f"The frame has columns of the same name: {', '.join(twice)}. Rename them.")
    # Row numbers that a filter or a sort left behind are no data; every other index is.
    is_row_numbers = data.index.nlevels == 1 and data.index.name is None and data.index.dtype.kind == "i"
    return pa.Table.from_pandas(data, preserve_index=not is_row_numbers)


def _from_polars(data: Any) -> Any:
    import polars as pl

    if isinstance(data, pl.Series):
        raise InvalidInput("A Polars Series is one column. Publish it as a frame: series.to_frame().")
    frame = data.collect() if isinstance(data, pl.LazyFrame) else data
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def _refuse_odd_columns(names: list[str]) -> None:
    if not names:
        raise InvalidInput("The table has no columns.")
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InvalidInput(
            f"The table has columns of the same name: {', '.join(twice)}. Rename them ('as' in SQL)."
        )


def _blocks(batches: Iterable[Any], schema: Any) -> Iterator[Any]:
    """Cut batches of any size into tables of exactly ``BLOCK_ROWS`` rows, each column in one piece."""
    import pyarrow as pa

    waiting: list[Any] = []
    rows = 0
    for batch in batches:
        offset = 0
        while offset < batch.num_rows:
            piece = batch.slice(offset, BLOCK_ROWS - rows)
            waiting.append(piece)
            offset, rows = offset + piece.num_rows, rows + piece.num_rows
            if rows == BLOCK_ROWS:
                yield _one_piece(pa.Table.from_batches(waiting), schema)
                waiting, rows = [], 0
    if waiting:
        yield _one_piece(pa.Table.from_batches(waiting), schema)


def _one_piece(block: Any, schema: Any) -> Any:
    import pyarrow as pa

    try:
        whole = block.unify_dictionaries().combine_chunks()
        # By their text, since equality does not see how the items of a list are called.
        same = list(map(str, whole.schema.types)) == list(map(str, schema.types))
        return whole if same else whole.cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InvalidInput(f"The table cannot be written as Parquet: {_first_line(error)}") from error


def _library(data: Any) -> str:
    return type(data).__module__.partition(".")[0]


def _first_line(error: Exception) -> str:
    line = str(error).splitlines()[0] if str(error) else type(error).__name__
    return line if line.endswith(".") else line + "."
