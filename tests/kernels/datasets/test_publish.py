"""Publishing to a real studio, on a folder and on S3."""

import os
import warnings
from pathlib import Path

import duckdb
import onedata as od
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from onedata._client import client
from onedata._session import session
from onedata.contract import environment
from onedata.datasets import _parts, _transfer
from onedata.errors import Conflict, InvalidInput, NotAllowed, NotFound, OneDataError

from tests.kernels.conftest import ANN, Served
from tests.kernels.datasets.publishing import FRAME, folder_of, leftovers


@pytest.mark.parametrize(
    "data",
    [
        FRAME,
        pl.from_pandas(FRAME),
        pa.Table.from_pandas(FRAME),
        pa.Table.from_pandas(FRAME).to_batches()[0],
        duckdb.from_df(FRAME),
    ],
    ids=["pandas", "polars", "table", "batch", "duckdb"],
)
def test_a_frame_becomes_a_version_with_its_columns(served_both: Served, data: object) -> None:
    made = od.datasets.publish(data, "numbers")
    assert (made.ref, made.version, made.rows, made.unchanged) == (f"{ANN}/numbers@1", 1, 5, False)
    assert [(column.name, column.type) for column in made.columns] == [("n", "int64"), ("s", "string")]
    assert made.columns[0].stats.max == 4
    assert repr(made).startswith(f"{ANN}/numbers@1: 5 rows, 2 columns, ")


def test_the_same_bytes_make_no_version(served_both: Served) -> None:
    first = od.datasets.publish(FRAME, "numbers")
    again = od.datasets.publish(FRAME.copy(), "numbers")
    assert (again.unchanged, again.version, again.digest) == (True, 1, first.digest)
    assert "unchanged" in repr(again)
    assert od.datasets.publish(FRAME.head(2), "numbers").version == 2
    assert [one.version for one in od.datasets.versions("numbers")] == [2, 1]


def test_a_folder_is_kept_as_it_is(served_both: Served, tmp_path: Path) -> None:
    files = {"a.txt": b"1", "b/c.bin": os.urandom(20 * 2**20), "b/é.txt": b"", ".hidden": b"3"}
    made = od.datasets.publish(folder_of(tmp_path / "data", files), "things")
    assert (made.info.files, made.info.format.value, made.rows) == (4, "files", None)
    there = od.datasets.load("things", as_="path")
    assert {path: (there / path).read_bytes() for path in files} == files


def test_one_file_is_a_dataset_of_one_file(served_both: Served, tmp_path: Path) -> None:
    path = folder_of(tmp_path, {"model.bin": b"weights"}) / "model.bin"
    made = od.datasets.publish(path, "model")
    assert not made.digest.endswith(".dir")
    there = od.datasets.load("model", as_="path")
    assert (there.name, there.read_bytes()) == ("model.bin", b"weights")


def test_files_that_are_equal_travel_once(served_both: Served, tmp_path: Path) -> None:
    made = od.datasets.publish(folder_of(tmp_path / "d", {"a": b"same", "b": b"same", "c": b"other"}), "d")
    assert made.info.files == 3
    assert (od.datasets.load("d", as_="path") / "b").read_bytes() == b"same"


@pytest.mark.parametrize("kind", ["parquet", "csv", "csv.gz", "json", "jsonl", "feather"])
def test_files_of_tables_are_tables(served: Served, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"t.{kind}"
    if kind == "parquet":
        FRAME.to_parquet(path)
    elif kind.startswith("csv"):
        FRAME.to_csv(path, index=False)
    elif kind.startswith("json"):
        FRAME.to_json(path, orient="records", lines=kind == "jsonl")
    else:
        feather.write_feather(pa.Table.from_pandas(FRAME), path)
    made = od.datasets.publish(path, "t")
    assert (made.rows, made.info.format.value) == (
        5,
        {"csv.gz": "csv", "jsonl": "json", "feather": "arrow"}.get(kind, kind),
    )
    assert [column.type for column in made.columns] == ["int64", "string"]
    assert made.columns[0].stats.mean == 2.0
    pd.testing.assert_frame_equal(made.load(), FRAME)


def test_folders_named_after_values_are_columns(served_both: Served, tmp_path: Path) -> None:
    for year, rows in ((2013, [1, 2]), (2014, [3])):
        place = tmp_path / "d" / f"year={year}"
        place.mkdir(parents=True)
        pq.write_table(pa.table({"x": rows}), place / "p.parquet")
    (tmp_path / "d" / "_SUCCESS").touch()
    made = od.datasets.publish(tmp_path / "d", "parts")
    assert ([column.name for column in made.columns], made.rows) == (["x", "year"], 3)
    assert od.datasets.load("parts", as_="arrow").to_pydict() == {"x": [1, 2, 3], "year": [2013, 2013, 2014]}
    assert od.sql("select sum(x) from parts where year = 2013").fetchall() == [(3,)]


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"a.parquet": b"PAR1 nothing PAR1"}, "a.parquet cannot be read as Parquet"),
        ({"a.json": b"{"}, "kept as plain files"),
    ],
)
def test_what_only_looks_like_a_table_is_kept_as_files_and_says_why(
    served: Served, tmp_path: Path, files: dict[str, bytes], why: str
) -> None:
    with pytest.warns(UserWarning, match=why):
        made = od.datasets.publish(folder_of(tmp_path / "d", files), "d")
    assert (made.info.format.value, made.columns) == ("files", [])


def test_files_with_different_columns_are_no_table(served: Served, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    pq.write_table(pa.table({"a": [1]}), tmp_path / "d" / "1.parquet")
    pq.write_table(pa.table({"b": [1]}), tmp_path / "d" / "2.parquet")
    with pytest.warns(UserWarning, match="2.parquet has other columns than 1.parquet: b"):
        assert od.datasets.publish(tmp_path / "d", "d").info.format.value == "files"


def test_files_of_mixed_kinds_are_files_without_a_word(served: Served, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = od.datasets.publish(folder_of(tmp_path / "d", {"a.csv": b"x\n1\n", "b.txt": b"t"}), "d")
    assert made.info.format.value == "files"


def test_large_parquet_is_profiled_from_footers_and_a_sample(served: Served, tmp_path: Path) -> None:
    rows = 300_000
    whole = pa.table({"n": pa.array(range(rows)), "s": pa.array([str(i % 7) for i in range(rows)])})
    pq.write_table(whole, tmp_path / "a.parquet", row_group_size=10_000)
    n, s = (column.stats for column in od.datasets.publish(tmp_path / "a.parquet", "big").columns)
    assert (n.exact, n.min, n.max, n.null_count) == (True, 0, rows - 1, 0)
    assert 50_000 < n.sampled_rows <= 131_072 + 16
    assert n.mean == pytest.approx(rows / 2, rel=0.1)
    assert s.distinct == 7


def test_words_travel_along(served: Served) -> None:
    od.datasets.publish(
        FRAME,
        "numbers",
        description="Counts.",
        tags=["a", "b"],
        message="first",
        column_descriptions={"n": "a count"},
    )
    found = od.datasets.describe("numbers")
    assert (found.dataset.description, found.dataset.tags) == ("Counts.", ["a", "b"])
    assert (found.version.message, found.columns[0].description) == ("first", "a count")
    od.datasets.publish(FRAME.head(1), "numbers")
    assert od.datasets.describe("numbers").dataset.description == "Counts."


def test_another_workspace_takes_it_where_i_am_an_editor(served: Served) -> None:
    assert od.datasets.publish(FRAME, "team-a/numbers").ref == "team-a/numbers@1"
    assert od.datasets.publish(FRAME, "others", workspace="team-a").ref == "team-a/others@1"


def test_a_workspace_that_is_not_mine_is_not_there(served: Served) -> None:
    with pytest.raises(NotFound):
        od.datasets.publish(FRAME, "team-b/numbers")


def test_a_viewer_cannot_publish(served: Served) -> None:
    od.datasets.publish(FRAME, "team-a/numbers")
    served.become("root", "team-a")
    served.studio.hub.users["root"]["admin"] = True
    served.studio.hub.add_user("eve", "team-a")
    client().request("PUT", "/workspaces/team-a/members/eve", json={"role": "viewer"})
    served.become("eve", "team-a")
    with pytest.raises(NotAllowed, match="editor"):
        od.datasets.publish(FRAME, "team-a/numbers")
    assert len(od.datasets.load("team-a/numbers")) == 5


@pytest.mark.parametrize("name", ["../x", "a/b/c", "UPPER", "", "x..y", "a b", "x@0"])
def test_a_name_with_tricks_is_refused_before_anything_is_sent(served: Served, name: str) -> None:
    with pytest.raises(InvalidInput, match="is not a dataset reference"):
        od.datasets.publish(FRAME, name)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "x@2"}, "Publish makes the next one itself"),
        ({"name": "team-a/x", "workspace": "user-ann"}, "Keep one"),
        ({"name": "x", "column_descriptions": {"nope": "?"}}, "not a column. Columns: n, s"),
        ({"name": "x", "tags": ["\n"]}, "tags"),
        ({"name": "x", "message": "m" * 3000}, "message"),
        ({"name": "x", "data": [1, 2]}, "A list cannot be published"),
        ({"name": "x", "data": "/nowhere/at/all"}, "no file or folder at /nowhere/at/all"),
    ],
)
def test_bad_arguments_are_refused_and_leave_nothing(served: Served, arguments: dict, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        od.datasets.publish(**{"data": FRAME, **arguments})
    assert od.datasets.list() == []
    assert leftovers(served) == []


def test_the_source_is_kept(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    od.datasets.publish(FRAME, "raw")
    served.new_session()
    monkeypatch.setenv(environment.NOTEBOOK_PATH, "etl.ipynb")
    monkeypatch.setenv(environment.NOTEBOOK_DIGEST, "d1")
    monkeypatch.setenv(environment.RUN_ID, "r1")
    made = od.datasets.publish(od.datasets.load("raw").head(1), "clean")
    source = made.info.source
    assert (source.notebook_path, source.notebook_digest, source.job_run_id) == ("etl.ipynb", "d1", "r1")
    assert source.inputs == [f"{ANN}/raw@1"]
    assert session().datasets_written == [f"{ANN}/clean@1"]


def test_a_query_brings_its_own_inputs_and_no_others(served: Served) -> None:
    od.datasets.publish(FRAME, "raw")
    od.datasets.publish(FRAME, "other")
    od.datasets.load("other")
    made = od.datasets.publish(od.sql("select n from raw order by n"), "clean")
    assert made.info.source.inputs == [f"{ANN}/raw@1"]
    assert od.datasets.publish(od.sql("select n from raw order by n"), "clean").unchanged


def test_progress_is_told_to_who_asks(
    served_both: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onedata.datasets._progress.SHOWN_AFTER", 0)
    monkeypatch.setattr("onedata.datasets._progress.REDRAW", 0)
    told: list[tuple[int, int | None]] = []
    size = 30 * 2**20
    path = folder_of(tmp_path, {"a.bin": os.urandom(size)}) / "a.bin"
    od.datasets.publish(path, "a", progress=lambda done, total: told.append((done, total)))
    assert told
    assert all(total == size and 0 <= done <= size for done, total in told)


def test_a_relation_is_streamed_in_parts(served_both: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_parts, "PART_BYTES", 2**20)
    monkeypatch.setattr(_parts, "GROUP_BYTES", 2**19)
    made = od.datasets.publish(od.sql("select range as n from range(500000)"), "many")
    assert made.info.files > 2
    assert od.sql("select count(*), sum(n) from many").fetchall() == [(500_000, 499_999 * 250_000)]


def test_the_hub_token_never_travels_to_the_object_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, served_both: Served
) -> None:
    if served_both.studio.context.objects.transfer == "folder":
        made = _transfer.FolderTransfer(tmp_path)
        assert not hasattr(made, "_http")
        return
    made = _transfer.PresignedTransfer(client(), ANN, "0" * 32)
    assert "authorization" not in made._http.headers
    made.close()


def test_a_staging_folder_that_is_not_here_is_a_clear_refusal() -> None:
    from onedata.contract.datasets import Upload

    upload = Upload.model_validate(
        {
            "id": "u",
            "name": "x",
            "transfer": "folder",
            "staging": "/nowhere",
            "expires_at": "2026-01-01T00:00:00Z",
        }
    )
    with pytest.raises(OneDataError, match="cannot write to /nowhere"):
        _transfer.transfer_for(client(), ANN, upload)


def test_a_dataset_that_others_stand_on_is_not_deleted(served: Served) -> None:
    od.datasets.publish(FRAME, "raw")
    od.datasets.publish(od.sql("from raw"), "clean")
    with pytest.raises(Conflict, match="clean"):
        od.datasets.delete("raw")
    od.datasets.delete("clean")
    od.datasets.delete("raw")
    assert od.datasets.list() == []
