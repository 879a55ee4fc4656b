"""What the Lab server does itself: rows, comparisons and publishing, on a real server and studio."""

import time
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pyarrow as pa
import pytest

from tests.extensions.conftest import Lab

LOCAL = "/onedata/local"


def files_of(lab: Lab) -> Path:
    """Give the folder that the file browser shows."""
    with lab.client() as client:
        made = client.post("/api/contents", json={"type": "directory"}).json()
    found = [path for path in Path(lab.folder).rglob(made["name"]) if path.is_dir()]
    return found[0].parent


def publish(lab: Lab, **body: Any) -> dict[str, Any]:
    """Publish a file, and wait for its end."""
    with lab.client() as client:
        begun = client.post(f"{LOCAL}/publications", json={"workspace": "team-a", **body})
        assert begun.status_code == 200, begun.text
        end = time.monotonic() + 30
        while time.monotonic() < end:
            items = client.get(f"{LOCAL}/publications").json()["items"]
            found = next(item for item in items if item["id"] == begun.json()["id"])
            if found["state"] in ("done", "failed"):
                return found
            time.sleep(0.05)
    raise AssertionError(found)


@pytest.fixture(scope="module")
def numbers(lab: Lab) -> str:
    """Two versions of a dataset, published from files of the file browser."""
    root = files_of(lab)
    for count in (400, 1_000):
        pd.DataFrame({"n": range(count), "half": [n / 2 for n in range(count)]}).to_parquet(
            root / "numbers.parquet"
        )
        ended = publish(lab, path="numbers.parquet", name="numbers", description="from a file")
        assert ended["state"] == "done", ended
        assert ended["done_bytes"] <= (ended["total_bytes"] or 0)
    return "team-a/numbers"


def read(lab: Lab, path: str, **query: Any) -> httpx.Response:
    with lab.client() as client:
        return client.get(f"{LOCAL}/{path}", params=query)


def test_window_of_rows_is_read_where_it_is_asked_for(lab: Lab, numbers: str) -> None:
    answer = read(lab, "rows", dataset=f"{numbers}@2", offset=998, limit=5).json()
    assert answer == {
        "offset": 998,
        "total": 1_000,
        "columns": ["n", "half"],
        "rows": [[998, 499.0], [999, 499.5]],
    }


def test_two_versions_are_compared_by_the_library(lab: Lab, numbers: str) -> None:
    answer = read(lab, "compare", dataset=numbers, before=1, after=2).json()
    assert (answer["before"]["rows"], answer["after"]["rows"]) == (400, 1_000)
    assert {one["name"] for one in answer["drift"]} == {"n", "half"}


def test_same_bytes_make_no_new_version(lab: Lab, numbers: str) -> None:
    ended = publish(lab, path="numbers.parquet", name="numbers")
    assert (ended["state"], ended["version"], ended["unchanged"]) == ("done", 2, True)


def test_folder_of_plain_files_says_that_it_is_no_table(lab: Lab) -> None:
    folder = files_of(lab) / "notes"
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    (folder / "b.csv").write_text("x\n1\n")
    ended = publish(lab, path="notes", name="notes")
    assert ended["state"] == "done"
    answer = read(lab, "rows", dataset="team-a/notes@1", offset=0, limit=1)
    assert answer.status_code == 422
    assert "no table" in answer.json()["detail"]


def test_what_cannot_be_published_ends_with_its_sentence(lab: Lab) -> None:
    (files_of(lab) / "empty").mkdir()
    ended = publish(lab, path="empty", name="empty")
    assert ended["state"] == "failed"
    assert "holds no files" in ended["message"]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"path": "../../etc/passwd", "name": "x"}, 404, "no file or folder"),
        ({"path": "/etc/passwd", "name": "x"}, 404, "no file or folder"),
        ({"path": "missing.csv", "name": "x"}, 404, "no file or folder"),
        ({"path": "numbers.parquet", "name": "No Name"}, 422, "is not a dataset reference"),
        ({"path": "numbers.parquet", "name": "x@3"}, 422, "names a version"),
        ({"path": "numbers.parquet"}, 422, "name is missing"),
        ({"path": ["x"], "name": "x"}, 422, "path is missing"),
    ],
)
def test_wrong_wish_to_publish_is_refused_in_words(
    lab: Lab, numbers: str, body: dict[str, Any], status: int, words: str
) -> None:
    with lab.client() as client:
        answer = client.post(f"{LOCAL}/publications", json={"workspace": "team-a", **body})
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"dataset": "team-a/nothing@1", "offset": 0, "limit": 1}, 404, "nothing"),
        ({"dataset": "team-b/theirs@1", "offset": 0, "limit": 1}, 404, "team-b"),
        ({"dataset": "not a name", "offset": 0, "limit": 1}, 422, "is not a dataset reference"),
        ({"dataset": "team-a/numbers@1", "offset": -1, "limit": 1}, 422, "offset"),
        ({"dataset": "team-a/numbers@1", "offset": 0, "limit": "many"}, 422, "limit"),
        ({"dataset": "team-a/numbers@1", "offset": 0, "limit": 10**9}, 422, "no window"),
    ],
)
def test_wrong_window_is_refused_in_words(
    lab: Lab, numbers: str, query: dict[str, Any], status: int, words: str
) -> None:
    answer = read(lab, "rows", **query)
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]


def test_stranger_reads_and_publishes_nothing(lab: Lab, numbers: str) -> None:
    with lab.client(signed_in=False) as stranger:
        rows = stranger.get(f"{LOCAL}/rows", params={"dataset": f"{numbers}@1", "offset": 0, "limit": 1})
        made = stranger.post(f"{LOCAL}/publications", json={})
    assert (rows.status_code, made.status_code) == (403, 403)


def test_values_that_javascript_has_no_type_for_come_as_text() -> None:
    from datetime import date, datetime
    from decimal import Decimal

    from onedata_lab.cells import rows_of

    table = pa.table(
        {
            "big": [2**60], "small": [7], "nan": [float("nan")], "none": pa.array([None], pa.int8()),
            "bytes": [b"\x00\xff"], "day": [date(2026, 1, 2)], "moment": [datetime(2026, 1, 2, 3, 4)],
            "exact": [Decimal("1.10")], "list": [[1, 2]], "flag": [True], "long": ["x" * 1_000],
        }
    )  # fmt: skip
    (row,) = rows_of(table)
    assert row[:-1] == [
        "1152921504606846976", 7, "nan", None, "0x00ff", "2026-01-02", "2026-01-02 03:04:00", "1.10", "[1, 2]", True,
    ]  # fmt: skip
    assert len(row[-1]) == 400
