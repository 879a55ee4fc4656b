"""Profiles of columns."""

import datetime as dt
import json
import math
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onedata.contract.datasets import ColumnStats
from onedata.datasets._profile import BINS, column_stats, histogram_edges, profile
from onedata.datasets._sample import MOST_PIECES, PIECE_ROWS, Sampler


def stats_of(values: object, kind: pa.DataType | None = None) -> ColumnStats:
    return column_stats(pa.chunked_array([pa.array(values, kind)]), complete=True)


def test_numbers_get_ends_mean_spread_quantiles_and_histogram() -> None:
    found = stats_of([1, 2, 3, 4, None])
    assert (found.min, found.max, found.mean, found.null_count, found.distinct) == (1, 4, 2.5, 1, 4)
    assert found.std == pytest.approx(1.2909944)
    assert found.quantiles == pytest.approx([1.15, 1.75, 2.5, 3.25, 3.85])
    assert found.histogram is not None
    assert sum(found.histogram.counts) == 4
    assert len(found.histogram.edges) == BINS + 1


def test_words_get_their_most_frequent_values_ties_by_name() -> None:
    found = stats_of(["b", "a", "c", "c", None])
    assert [(top.value, top.count) for top in found.top_values or []] == [("c", 2), ("a", 1), ("b", 1)]
    assert (found.min, found.max, found.mean, found.histogram) == ("a", "c", None, None)


def test_times_are_seconds_since_1970_on_their_axis_and_words_at_their_ends() -> None:
    found = stats_of([dt.datetime(1970, 1, 2), dt.datetime(1970, 1, 3)], pa.timestamp("ms", "UTC"))
    assert (found.mean, found.min) == (129_600.0, "1970-01-02T00:00:00+00:00")


@pytest.mark.parametrize(
    "values",
    [
        pa.array([], pa.int64()),
        pa.array([None, None]),
        pa.array([None, None], pa.float64()),
        pa.array([float("nan"), float("inf"), 1.0]),
        pa.array([5, 5, 5]),
        pa.array([1e308, -1e308]),
        pa.array([2**63, 0], pa.uint64()),
        pa.array([[1], None]),
        pa.array([{"a": 1}]),
        pa.array([b"x", None]),
        pa.array([dt.timedelta(1)]),
        pa.array([dt.time(1, 2)]),
        pa.array(["a", "b"]).dictionary_encode(),
        pa.array([True, False, None]),
        pa.array([1.5], pa.float16()),
        pa.array([dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
        pa.array([None], pa.month_day_nano_interval()),
        pa.array(["x" * 10_000]),
    ],
    ids=str,
)
def test_every_type_has_a_profile_that_is_json(values: pa.Array) -> None:
    found = column_stats(pa.chunked_array([values]), complete=True)
    assert found.sampled_rows == len(values)
    told = json.loads(found.model_dump_json())
    json.dumps(told, allow_nan=False)
    assert all(len(str(value)) <= 201 for value in (told["min"], told["max"]))


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats()), max_size=50))
def test_any_floats_have_a_profile_that_adds_up(values: list[float | None]) -> None:
    found = stats_of(values, pa.float64())
    finite = [value for value in values if value is not None and math.isfinite(value)]
    assert found.null_count == values.count(None)
    counted = sum(found.histogram.counts) if found.histogram else 0
    assert counted == len(finite) or not finite or max(finite) - min(finite) == math.inf
    json.dumps(json.loads(found.model_dump_json()), allow_nan=False)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_edges_rise(first: float, second: float) -> None:
    edges = histogram_edges(min(first, second), max(first, second))
    assert all(low < high for low, high in pairwise(edges))


def test_footers_give_exact_figures_where_the_sample_cannot(tmp_path: object) -> None:
    whole = pa.table({"n": [None, *range(100)], "s": ["z", *["m"] * 99, "a"], "l": [[1]] * 101})
    pq.write_table(whole, tmp_path / "a.parquet", row_group_size=30)
    columns = profile(
        whole.schema, whole.slice(40, 5), [pq.read_metadata(tmp_path / "a.parquet")], complete=False
    )
    n, s, nested = (column.stats for column in columns)
    assert n is not None
    assert s is not None
    assert nested is not None
    assert (n.exact, n.null_count, n.min, n.max, n.sampled_rows) == (True, 1, 0, 99, 5)
    assert (s.exact, s.null_count, s.min, s.max) == (True, 0, "a", "z")
    assert not nested.exact


def test_files_without_statistics_are_judged_by_the_sample(tmp_path: object) -> None:
    whole = pa.table({"n": list(range(100))})
    pq.write_table(whole, tmp_path / "a.parquet", write_statistics=False)
    (column,) = profile(
        whole.schema, whole.slice(0, 5), [pq.read_metadata(tmp_path / "a.parquet")], complete=False
    )
    assert column.stats is not None
    assert (column.stats.exact, column.stats.max) == (False, 4)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 400))
def test_a_sample_is_even_and_bounded(pieces: int) -> None:
    sampler, whole = Sampler(), pa.table({"n": np.arange(pieces * PIECE_ROWS)})
    for start in range(0, whole.num_rows, 8 * PIECE_ROWS):
        sampler.add(whole.slice(start, 8 * PIECE_ROWS))
    sample = sampler.table(whole.schema)
    assert sample.num_rows <= MOST_PIECES * PIECE_ROWS
    assert sample.num_rows == whole.num_rows or sample.num_rows >= MOST_PIECES * PIECE_ROWS // 2
    starts = sample["n"].to_numpy()[::PIECE_ROWS]
    assert len(set(np.diff(starts))) <= 1
