"""Windows of rows: the same rows as a full read, whatever the format and wherever they begin."""

from pathlib import Path

import onedata as od
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onedata._session import session
from onedata.datasets.rows import LONGEST_WINDOW, RowReader
from onedata.errors import InvalidInput, NotFound

from tests.kernels.conftest import Served

ROWS = 2_500


def table() -> pa.Table:
    return pa.table({"n": range(ROWS), "word": [f"row {n}" for n in range(ROWS)]})


@pytest.fixture
def many_groups(served: Served, tmp_path: Path) -> RowReader:
    """A Parquet dataset of two files with many row groups each."""
    folder = tmp_path / "groups"
    folder.mkdir()
    pq.write_table(table().slice(0, 1_000), folder / "a.parquet", row_group_size=300)
    pq.write_table(table().slice(1_000), folder / "b.parquet", row_group_size=170)
    od.datasets.publish(folder, "groups")
    return RowReader("groups")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(offset=st.integers(0, ROWS + 50), limit=st.integers(1, ROWS + 50))
def test_every_window_of_parquet_holds_its_rows(many_groups: RowReader, offset: int, limit: int) -> None:
    assert many_groups.read(offset, limit)["n"].to_pylist() == list(range(offset, min(offset + limit, ROWS)))


@pytest.mark.parametrize("name", ["table.csv", "table.jsonl", "table.arrow"])
def test_other_formats_are_read_by_window_too(served: Served, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith("csv"):
        table().to_pandas().to_csv(path, index=False)
    elif name.endswith("jsonl"):
        table().to_pandas().to_json(path, orient="records", lines=True)
    else:
        with pa.ipc.new_file(path, table().schema) as writer:
            writer.write_table(table())
    od.datasets.publish(path, "table")
    reader = RowReader("table@1")
    assert reader.total == ROWS
    assert reader.read(2_000, 3)["word"].to_pylist() == ["row 2000", "row 2001", "row 2002"]
    assert reader.read(ROWS - 1, 10).num_rows == 1
    assert reader.read(ROWS, 10).num_rows == 0


def test_folders_that_stand_for_columns_are_columns(served: Served, tmp_path: Path) -> None:
    for year in (2012, 2013):
        (tmp_path / "flights" / f"year={year}").mkdir(parents=True)
        pq.write_table(table().slice(0, 10), tmp_path / "flights" / f"year={year}" / "part.parquet")
    od.datasets.publish(tmp_path / "flights", "flights")
    window = RowReader("flights").read(8, 4)
    assert window["year"].to_pylist() == [2012, 2012, 2013, 2013]
    assert window["n"].to_pylist() == [8, 9, 0, 1]


def test_looking_at_rows_is_no_use_of_them(served: Served) -> None:
    od.datasets.publish(pd.DataFrame({"a": [1]}), "seen")
    before = session().datasets_read
    RowReader("seen").read(0, 1)
    assert session().datasets_read == before


@pytest.mark.parametrize(("offset", "limit"), [(-1, 10), (0, 0), (0, LONGEST_WINDOW + 1)])
def test_window_that_cannot_be_is_refused(many_groups: RowReader, offset: int, limit: int) -> None:
    with pytest.raises(InvalidInput, match="is no window"):
        many_groups.read(offset, limit)


def test_plain_files_and_unknown_names_are_refused(served: Served, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    od.datasets.publish(tmp_path / "notes.txt", "notes")
    with pytest.raises(InvalidInput, match="no table"):
        RowReader("notes")
    with pytest.raises(NotFound):
        RowReader("nothing")
