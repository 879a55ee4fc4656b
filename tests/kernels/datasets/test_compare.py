"""Comparing versions: schema, rows, drift."""

import datetime as dt

import numpy as np
import onedata as od
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onedata.datasets._drift import drift_words, stability_index
from onedata.errors import InvalidInput, NotFound

from tests.kernels.conftest import Served
from tests.kernels.datasets.test_describe import checked

ROWS = 5_000


def frame(seed: int = 0, shift: float = 0.0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "delay": random.normal(shift, 1, ROWS),
            "month": random.integers(1, 13, ROWS),
            "carrier": random.choice(["UA", "B6", "AA"], ROWS),
            "tail": [f"N{i}" for i in range(ROWS)],
            "at": pd.Timestamp("2013-01-01") + pd.to_timedelta(random.integers(0, 10**6, ROWS), "s"),
            "late": random.random(ROWS) < 0.2,
        }
    )


def drift_of(served: Served, before: object, after: object) -> dict:
    od.datasets.publish(before, "d")
    od.datasets.publish(after, "d")
    return {one.name: one for one in od.datasets.compare("d", 1, 2).drift}


def test_two_draws_of_one_distribution_are_steady(served_both: Served) -> None:
    found = drift_of(served_both, frame(1), frame(2))
    assert {one.words for name, one in found.items() if name != "tail"} == {"steady"}
    assert all(one.value < 0.05 for name, one in found.items() if name != "tail")
    assert found["tail"].words == "mostly unique values, not measured"


def test_what_has_moved_is_found_and_named(served: Served) -> None:
    after = frame(2, shift=1.0).assign(month=7, late=True, carrier="UA")
    after["at"] += pd.Timedelta(days=30)
    found = drift_of(served, frame(1), after)
    assert {name: one.words for name, one in found.items() if name != "tail"} == dict.fromkeys(
        ["delay", "month", "carrier", "at", "late"], "strong drift"
    )
    assert found["carrier"].value == pytest.approx(2 / 3, abs=0.03)
    assert found["late"].value == pytest.approx(0.8, abs=0.03)
    assert od.datasets.compare("d", 1, 2).drifted[0].value == max(
        one.value for one in found.values() if one.value
    )


def test_values_that_went_missing_are_drift(served: Served) -> None:
    after = frame(1)
    after.loc[: ROWS // 2, ["delay", "carrier"]] = None
    found = drift_of(served, frame(1), after)
    assert (found["delay"].words, found["carrier"].words) == ("strong drift", "strong drift")
    assert found["month"].words == "steady"


def test_infinite_values_are_counted_as_missing(served: Served) -> None:
    found = drift_of(served, frame(1), frame(1).assign(delay=np.inf))
    assert found["delay"].words == "strong drift"


def test_the_schema_is_compared(served: Served) -> None:
    od.datasets.publish(frame(1), "d")
    od.datasets.publish(
        frame(1).drop(columns="late").assign(new=1, month=frame(1).month.astype(float), tail=1), "d"
    )
    found = od.datasets.compare("d", 1, 2)
    assert (found.added, found.removed) == (["new"], ["late"])
    assert [(one.name, one.before, one.after) for one in found.changed] == [
        ("month", "int64", "double"),
        ("tail", "string", "int64"),
    ]
    assert {one.name for one in found.drift} == {"delay", "month", "carrier", "at"}


def test_it_shows_as_text_and_as_html(served: Served) -> None:
    od.datasets.publish(frame(1), "d")
    od.datasets.publish(frame(2, 1.0).head(100).rename(columns={"late": "<late>"}), "d")
    found = od.datasets.compare("d", 1, 2)
    text = repr(found)
    assert text.startswith("user-ann/d: version 1 to 2\n")
    assert "Rows: 5,000 to 100 rows (-4,900, -98.0%)" in text
    assert "Columns added: <late>" in text
    assert "delay    strong drift" in text
    shown = found._repr_html_()
    checked(shown)
    assert "&lt;late&gt;" in shown
    assert shown.count("<svg") == 3


def test_a_version_is_the_same_as_itself(served: Served) -> None:
    od.datasets.publish(frame(1), "d")
    found = od.datasets.compare("d", 1, 1)
    assert (found.drift, found.added) == ([], [])
    assert "The same bytes." in repr(found)


def test_every_type_can_be_compared(served: Served) -> None:
    odd = pa.table(
        {
            "day": pa.array([dt.date(2020, 1, 1), None]),
            "time": pa.array([dt.time(1, 2), None]),
            "list": [[1], None],
            "struct": [{"a": 1}, None],
            "bytes": [b"a", None],
            "null": [None, None],
            "cat": pa.array(["a", "b"]).dictionary_encode(),
            "dec": pa.array([1, None], pa.decimal128(5, 2)),
            'odd " name': [1, 2],
        }
    )
    od.datasets.publish(odd, "d")
    od.datasets.publish(odd.slice(0, 1), "d")
    od.datasets.publish(odd.slice(0, 0), "d")
    assert len(od.datasets.compare("d", 1, 2).drift) == 9
    assert {one.words for one in od.datasets.compare("d", 1, 3).drift} <= {
        "no rows to compare",
        "not measured",
    }


def test_arrow_files_and_csv_can_be_compared(served: Served, tmp_path: object) -> None:
    for n, name in ((1, "a"), (2, "b")):
        feather.write_feather(pa.table({"n": [n] * 10}), tmp_path / f"{name}.feather")
        od.datasets.publish(tmp_path / f"{name}.feather", "arrow")
        (tmp_path / f"{name}.csv").write_text("n\n" + f"{n}\n" * 10)
        od.datasets.publish(tmp_path / f"{name}.csv", "csv")
    assert [one.words for one in od.datasets.compare("arrow", 1, 2).drift] == ["strong drift"]
    assert [one.words for one in od.datasets.compare("csv", 1, 2).drift] == ["strong drift"]


def test_what_cannot_be_compared_is_refused(served: Served, tmp_path: object) -> None:
    od.datasets.publish(frame(1), "d")
    with pytest.raises(NotFound, match="has no version 2"):
        od.datasets.compare("d", 1, 2)
    with pytest.raises(InvalidInput, match=r"compare\('d', 1, …\)"):
        od.datasets.compare("d@1", 1, 2)
    (tmp_path / "a.txt").write_text("x")
    od.datasets.publish(tmp_path / "a.txt", "d")
    with pytest.raises(InvalidInput, match="no table"):
        od.datasets.compare("d", 1, 2)


SHARES = st.lists(st.floats(0, 1), min_size=2, max_size=10)


@given(SHARES)
def test_a_distribution_has_not_moved_from_itself(shares: list[float]) -> None:
    assert stability_index(shares, shares) == 0


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=10))
def test_the_index_is_never_negative_and_the_same_both_ways(pairs: list[tuple[float, float]]) -> None:
    first, second = zip(*pairs, strict=True)
    assert stability_index(first, second) >= 0
    assert stability_index(first, second) == pytest.approx(stability_index(second, first))


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "steady"), (0.0999, "steady"), (0.1, "some drift"), (0.25, "strong drift"), (9, "strong drift")],
)
def test_the_words_change_at_the_thresholds(value: float, words: str) -> None:
    assert drift_words(value) == words
