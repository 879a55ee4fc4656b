"""What every bench stands on: figures with targets, and two things timed by turns."""

import importlib
import math
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parent
PREFIX = "bench_"
ON_CLUSTER = frozenset({"cluster", "scale"})  # what needs a Kubernetes is run where it is named


@dataclass(frozen=True)
class Figure:
    """One measured number and what it should be.

    ``key`` stays the same from release to release: history is kept by it. ``unit`` is ``x`` for a
    ratio, else ``ms``, ``s``, ``GB`` and the like. With ``strictly`` the value must be below the target, else
    at it or below. ``detail`` says in a few words what went into the number.
    """

    key: str
    title: str
    value: float
    unit: str
    target: float
    detail: str = ""
    strictly: bool = False

    @property
    def passes(self) -> bool:
        return self.value < self.target if self.strictly else self.value <= self.target

    @property
    def wanted(self) -> str:
        return f"{'<' if self.strictly else '≤'} {self.target:g} {self.unit}"


@dataclass(frozen=True)
class Turns:
    """The seconds of two things that took turns, pair by pair."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios."""
        return statistics.median(self._ratios())

    def _ratios(self) -> list[float]:
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    @property
    def added_seconds(self) -> float:
        """The median of what ours took more than theirs."""
        return statistics.median(a - b for a, b in zip(self.ours, self.theirs, strict=True))

    def __str__(self) -> str:
        ratios = self._ratios()
        return (
            f"{seconds_text(statistics.median(self.ours))} over {seconds_text(statistics.median(self.theirs))}, "
            f"{len(ratios)} pairs from {min(ratios):.2f} to {max(ratios):.2f}"
        )


def seconds_text(seconds: float) -> str:
    """Write a time as people do: 12.3 ms, 4.56 s."""
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def timed(action: Callable[[], object]) -> Callable[[], float]:
    """Make a function that runs the action and gives the seconds it took."""

    def run() -> float:
        started = time.perf_counter()
        action()
        return time.perf_counter() - started

    return run


def take_turns(
    ours: Callable[[], float], theirs: Callable[[], float], *, pairs: int, warm_up: int = 1
) -> Turns:
    """Time two things by turns; each goes first in every second pair.

    Args:
        ours: Does the work once and gives the seconds that count (preparation is its own).
        theirs: The same for what ours is compared with.
        pairs: How many pairs count.
        warm_up: How many pairs run before, uncounted.
    """
    taken: list[tuple[float, float]] = []
    for number in range(warm_up + pairs):
        if number % 2:
            second = theirs()
            taken.append((ours(), second))
        else:
            first = ours()
            taken.append((first, theirs()))
    counted = taken[warm_up:]
    return Turns(tuple(a for a, _ in counted), tuple(b for _, b in counted))


def percentile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that at least ``share`` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(1, math.ceil(len(ordered) * share)) - 1]


def bench_names() -> list[str]:
    """Name the benches that there are."""
    return sorted(path.stem.removeprefix(PREFIX) for path in FOLDER.glob(f"{PREFIX}*.py"))


def run_bench(name: str, *, quick: bool) -> Iterator[Figure]:
    """Run one bench and give its figures as they come."""
    module: ModuleType = importlib.import_module(f"{__package__}.{PREFIX}{name}")
    yield from module.measure(quick)
