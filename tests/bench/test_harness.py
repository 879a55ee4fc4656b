"""The harness itself: a bench is only as good as its sums."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench import report
from tests.bench.__main__ import read_arguments
from tests.bench.harness import ON_CLUSTER, Figure, bench_names, percentile, run_bench, take_turns
from tests.bench.report import History, change


def figure(value: float, *, detail: str = "", strictly: bool = False) -> Figure:
    return Figure("k", "A thing", value, "x", 1.5, detail, strictly)


def test_each_side_goes_first_in_every_second_pair() -> None:
    order: list[str] = []

    def side(name: str, seconds: float) -> Callable[[], float]:
        def run() -> float:
            order.append(name)
            return seconds

        return run

    turns = take_turns(side("ours", 2.0), side("theirs", 1.0), pairs=3, warm_up=1)
    assert order == ["ours", "theirs", "theirs", "ours", "ours", "theirs", "theirs", "ours"]
    assert (len(turns.ours), turns.ratio, turns.added_seconds) == (3, 2.0, 1.0)


def test_a_machine_that_slows_down_for_both_changes_no_ratio() -> None:
    slow = iter([1.0, 1.0, 9.0, 9.0, 1.0, 1.0])
    turns = take_turns(lambda: 1.2 * next(slow), lambda: next(slow), pairs=3, warm_up=0)
    assert turns.ratio == pytest.approx(1.2)


def test_a_target_may_be_met_exactly_unless_it_is_strict() -> None:
    assert figure(1.5).passes
    assert not figure(1.5, strictly=True).passes
    assert not figure(1.6).passes


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([4, 1, 3, 2], 0.5) == 2
    assert percentile([4, 1, 3, 2], 0.95) == 4
    assert percentile([1], 0.0) == 1


@pytest.mark.parametrize(
    ("value", "before", "said"),
    [(1.0, None, "first"), (1.0, 1.02, "as before"), (1.0, 2.0, "better"), (2.0, 1.0, "worse")],
)
def test_a_change_within_noise_is_none(value: float, before: float | None, said: str) -> None:
    assert said in change(value, before)


def test_the_page_compares_with_the_time_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "JSON_FILE", tmp_path / "benchmarks.json")
    monkeypatch.setattr(report, "PAGE", tmp_path / "benchmarks.md")
    for value in (1.0, 2.0):
        history = History.load()
        history.add([figure(value, detail="3 pairs")])
        history.save()
    kept = json.loads((tmp_path / "benchmarks.json").read_text())["figures"]["k"]
    assert [one["value"] for one in kept] == [1.0, 2.0]
    page = (tmp_path / "benchmarks.md").read_text()
    assert "| A thing | 2 x | ≤ 1.5 x | **over** | worse (was 1) | 3 pairs |" in page


def test_what_needs_a_cluster_is_run_where_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(bench_names()) >= ON_CLUSTER
    for asked, run in [([], set(bench_names()) - ON_CLUSTER), (["scale"], {"scale"})]:
        monkeypatch.setattr("sys.argv", ["tests.bench", *asked])
        assert set(read_arguments().names) == run


def test_the_quickest_bench_runs() -> None:
    assert "import" in bench_names()
    (measured,) = run_bench("import", quick=True)
    assert measured.unit == "ms"
