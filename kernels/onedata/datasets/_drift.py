"""How far a column's values have moved between two versions, measured by DuckDB on the data itself.

Quantities: population stability index over the tenths of the first version, with missing values as
a bin of their own. Everything else: total variation, the share of rows that would have to change
their value. Columns in which most values are unique are names of things and are not measured.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from onedata._engine import connection, quoted
from onedata.contract.datasets import Column
from onedata.datasets._values import is_quantity

SOME, STRONG = 0.1, 0.25  # the customary thresholds of the stability index; shares for total variation
MOST_ROWS = 5_000_000  # above, both sides are sampled
_TENTHS = tuple(round(i / 10, 1) for i in range(1, 10))
_LEAST_SHARE = 1e-4  # an empty bin counts as this much: the index has a logarithm in it
_UNIQUE_SHARE = 0.5
_UNTOLD = (
    "list",
    "large_list",
    "fixed_size_list",
    "struct",
    "map",
    "binary",
    "fixed_size_binary",
    "null",
    "extension",
)


@dataclass(frozen=True)
class ColumnDrift:
    """How far a column has moved.

    ``shares`` are the second version's shares in the tenths of the first, for quantities.
    """

    name: str
    measure: str
    value: float | None
    words: str
    shares: tuple[float, ...] = ()


@dataclass(frozen=True)
class Side:
    """One version to measure: its table function or view as SQL, and how many rows it has."""

    table: str
    rows: int

    @property
    def source(self) -> str:
        """The table, or an even sample of it where it is large."""
        if self.rows <= MOST_ROWS:
            return f"(from {self.table})"
        percent = 100 * MOST_ROWS / self.rows
        return f"(from {self.table} using sample {percent:.4f} percent (system, 42))"


def measure_drift(before: Side, after: Side, columns: Sequence[Column]) -> list[ColumnDrift]:
    """Measure every column that both versions have with one kind of type."""
    quantities = [column for column in columns if is_quantity(column.type)]
    others = [column for column in columns if not is_quantity(column.type)]
    found = {one.name: one for one in _quantities(before, after, quantities)}
    found.update({column.name: _category(before, after, column) for column in others})
    return [found[column.name] for column in columns]


def drift_words(value: float) -> str:
    """Say how much a measure is."""
    if value < SOME:
        return "steady"
    return "some drift" if value < STRONG else "strong drift"


def stability_index(before: Sequence[float], after: Sequence[float]) -> float:
    """Give the population stability index of two lists of shares over the same bins."""
    pairs = [(max(p, _LEAST_SHARE), max(q, _LEAST_SHARE)) for p, q in zip(before, after, strict=True)]
    return sum((q - p) * math.log(q / p) for p, q in pairs)


def _quantities(before: Side, after: Side, columns: Sequence[Column]) -> list[ColumnDrift]:
    """Measure all quantities at once: two scans of the first version and one of the second."""
    if not columns:
        return []
    axes = [_axis(column) for column in columns]
    cuts = ", ".join(f"quantile_cont({axis}, {list(_TENTHS)})" for axis in axes)
    tenths = _row(f"select {cuts} from {before.source}")  # noqa: S608 - names are quoted
    edges = [sorted(set(tenth or ())) for tenth in tenths]
    drifts = []
    shares = [_shares(side, axes, edges) for side in (before, after)]
    for column, first, second in zip(columns, *shares, strict=True):
        if first is None or second is None:
            drifts.append(ColumnDrift(column.name, "stability index", None, "no rows to compare"))
            continue
        value = stability_index(first, second)
        drifts.append(ColumnDrift(column.name, "stability index", value, drift_words(value), tuple(second)))
    return drifts


def _shares(side: Side, axes: Sequence[str], edges: Sequence[Sequence[float]]) -> list[list[float] | None]:
    """Give for each column the share of rows in each bin, the missing last; None without rows."""
    counts = [
        f"[count({axis}), count(*)"
        + "".join(f", count(*) filter ({axis} <= {edge!r})" for edge in cuts)
        + "]"
        for axis, cuts in zip(axes, edges, strict=True)
    ]
    result: list[list[float] | None] = []
    row = _row(f"select {', '.join(counts)} from {side.source}")  # noqa: S608 - names are quoted
    for present, total, *cumulative in row:
        steps = [0, *cumulative, present]
        bins = [high - low for low, high in pairwise(steps)]
        result.append([count / total for count in [*bins, total - present]] if total else None)
    return result


def _category(before: Side, after: Side, column: Column) -> ColumnDrift:
    if column.type.startswith(_UNTOLD):
        return ColumnDrift(column.name, "", None, "not measured")
    name = quoted(column.name)
    query = f"""
        with a as (select {name} as value, count(*) as n from {before.source} group by all),
             b as (select {name} as value, count(*) as n from {after.source} group by all),
             totals as (select (select sum(n) from a) as ta, (select sum(n) from b) as tb,
                               (select count(*) from a) as da, (select count(*) from b) as db)
        select any_value(ta), any_value(tb), any_value(da), any_value(db),
               sum(abs(coalesce(a.n, 0) / ta - coalesce(b.n, 0) / tb)) / 2
        from totals, a full join b on a.value is not distinct from b.value
    """  # noqa: S608 - names are quoted
    rows_before, rows_after, distinct_before, distinct_after, distance = _row(query)
    if not rows_before or not rows_after:
        return ColumnDrift(column.name, "total variation", None, "no rows to compare")
    if distinct_before > _UNIQUE_SHARE * rows_before or distinct_after > _UNIQUE_SHARE * rows_after:
        return ColumnDrift(column.name, "", None, "mostly unique values, not measured")
    return ColumnDrift(column.name, "total variation", float(distance), drift_words(float(distance)))


def _axis(column: Column) -> str:
    """Write a column as a number; what is infinite or no number counts as missing."""
    name = quoted(column.name)
    if column.type.startswith(("date", "time", "duration")):
        return f"epoch({name})"
    return f"(case when isfinite({name}::double) then {name}::double end)"


def _row(query: str) -> tuple[Any, ...]:
    (row,) = connection().execute(query).fetchall()
    return tuple(row)
