"""Frames as Parquet: the same rows are the same bytes."""

import datetime as dt
import decimal
import functools
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onedata.datasets import _frames, _parts
from onedata.datasets._frames import BLOCK_ROWS, is_frame, read_frame
from onedata.datasets._parts import Written, write_parts
from onedata.datasets._progress import Progress
from onedata.datasets._transfer import FolderTransfer
from onedata.errors import InvalidInput

ROWS = 3 * BLOCK_ROWS + 5


def write(data: Any, folder: Path) -> Written:
    folder.mkdir()
    return write_parts(read_frame(data), FolderTransfer(folder), Progress("", None, show=False))


def digests(data: Any, folder: Path) -> list[str]:
    return [file.md5 for file in write(data, folder).files]


@functools.cache
def table(rows: int = ROWS) -> pa.Table:
    random = np.random.default_rng(0)
    return pa.table(
        {
            "n": np.arange(rows),
            "x": pa.array(random.normal(size=rows), mask=np.arange(rows) % 7 == 0),
            "s": pa.array([f"k{i % 100}" for i in range(rows)]),
            "l": pa.array([[i, i + 1] for i in range(rows)]),
        }
    )


def test_the_same_frame_is_the_same_bytes(tmp_path: Path) -> None:
    frame = table().to_pandas()
    assert digests(frame, tmp_path / "a") == digests(frame.copy(), tmp_path / "b")


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, ROWS), max_size=6))
def test_the_pieces_a_table_comes_in_do_not_show(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    folder, whole = tmp_path_factory.mktemp("cuts"), table()
    ends = [0, *sorted(cuts), ROWS]
    pieces = pa.concat_tables([whole.slice(low, high - low) for low, high in pairwise(ends)])
    assert digests(pieces, folder / "a") == digests(whole, folder / "b")


def test_streams_frames_and_libraries_of_equal_rows_are_equal_bytes(tmp_path: Path) -> None:
    plain = table().replace_schema_metadata(None)
    frame = pl.from_arrow(plain)
    found = {
        "table": plain,
        "reader": plain.to_reader(1000),
        "polars": frame,
        "lazy": frame.lazy(),
        "duckdb": duckdb.sql("from plain"),
        "dataset": ds.dataset(plain),
    }
    first, *rest = [digests(data, tmp_path / name) for name, data in found.items()]
    assert rest == [first] * len(rest)


def test_other_rows_are_other_bytes(tmp_path: Path) -> None:
    assert digests(table(), tmp_path / "a") != digests(table(ROWS - 1), tmp_path / "b")


def test_row_groups_and_parts_end_at_their_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = table()
    monkeypatch.setattr(_parts, "GROUP_ROWS", BLOCK_ROWS)
    monkeypatch.setattr(_parts, "PART_BYTES", 2 * whole.slice(0, BLOCK_ROWS).nbytes)
    written = write(whole, tmp_path / "a")
    assert [file.path for file in written.files] == ["part-00000.parquet", "part-00001.parquet"]
    assert [footer.num_row_groups for footer in written.footers] == [2, 2]
    assert pq.read_table(tmp_path / "a").equals(whole)
    assert written.rows == ROWS


def test_what_is_written_is_what_is_read_back(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "when": pd.to_datetime(["2013-01-01 05:00", None]).tz_localize("America/New_York"),
            "cat": pd.Categorical(["a", "b"], ["b", "a"], ordered=True),
            "dec": [decimal.Decimal("1.50"), None],
            "day": [dt.date(2013, 1, 1), None],
            "int": pd.array([1, None], "Int64"),
            "é\"'": [True, False],
        },
        index=pd.Index(["x", "y"], name="key"),
    )
    write(frame, tmp_path / "a")
    pd.testing.assert_frame_equal(pq.read_table(tmp_path / "a").to_pandas(), frame)


def test_row_numbers_without_a_name_are_no_data(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2, 3]})
    write(frame[frame.a > 1], tmp_path / "a")
    assert pq.read_table(tmp_path / "a").column_names == ["a"]


def test_a_frame_without_rows_keeps_its_schema(tmp_path: Path) -> None:
    written = write(pd.DataFrame({"a": pd.Series([], dtype="int64")}), tmp_path / "a")
    assert (written.rows, len(written.files)) == (0, 1)
    assert pq.read_table(tmp_path / "a").schema.field("a").type == pa.int64()


def test_a_stream_is_never_held_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_parts, "PART_BYTES", 1)  # a part for each row group
    monkeypatch.setattr(_parts, "GROUP_ROWS", BLOCK_ROWS)
    schema = pa.schema({"n": pa.int64()})
    batches = 100

    def produce() -> Any:
        for _ in range(batches):
            yield pa.record_batch([pa.array(np.zeros(BLOCK_ROWS, "int64"))], schema=schema)

    before = pa.total_allocated_bytes()
    most = 0

    def watch(done: int, total: int | None) -> None:
        nonlocal most
        most = max(most, pa.total_allocated_bytes() - before)

    folder = tmp_path / "a"
    folder.mkdir()
    progress = Progress("", None, show=watch)
    progress._drawn_at = -1e9
    monkeypatch.setattr("onedata.datasets._progress.REDRAW", 0)
    reader = pa.RecordBatchReader.from_batches(schema, produce())
    written = write_parts(read_frame(reader), FolderTransfer(folder), progress)
    assert written.rows == batches * BLOCK_ROWS
    assert 0 < most < 20 * BLOCK_ROWS * 8


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pd.Series([1]), "Series is one column"),
        (pl.Series([1]), "Series is one column"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "columns of the same name: a"),
        (pa.table([[1], [2]], names=["a", "a"]), "columns of the same name: a"),
        (pd.DataFrame({"a": [1, "x"]}), "Give the column one type"),
        (pd.DataFrame(), "no columns"),
    ],
)
def test_what_cannot_be_a_table_is_refused_with_what_to_do(data: Any, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        read_frame(data)


def test_a_type_that_parquet_lacks_is_refused(tmp_path: Path) -> None:
    odd = pa.table({"a": pa.array([None, None], pa.month_day_nano_interval())})
    with pytest.raises(InvalidInput, match="cannot be written as Parquet"):
        write(odd, tmp_path / "a")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (pd.DataFrame(), True),
        (pl.LazyFrame(), True),
        (pa.table({}), True),
        ([1], False),
        ("x", False),
        (3, False),
    ],
)
def test_frames_are_told_from_other_things(data: Any, expected: bool) -> None:
    assert is_frame(data) is expected


def test_large_and_view_types_become_plain() -> None:
    odd = pa.schema(
        {
            "a": pa.large_string(),
            "b": pa.string_view(),
            "c": pa.large_list(pa.large_binary()),
            "d": pa.struct({"e": pa.large_string()}),
            "f": pa.dictionary(pa.int8(), pa.large_string()),
            "g": pa.int8(),
        }
    )
    assert _frames.plain_schema(odd).types == [
        pa.string(),
        pa.string(),
        pa.list_(pa.binary()),
        pa.struct({"e": pa.string()}),
        pa.dictionary(pa.int8(), pa.string()),
        pa.int8(),
    ]
