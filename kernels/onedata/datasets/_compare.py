"""Compare two versions of a dataset: schema, rows, and how far each column has moved."""

from dataclasses import dataclass
from typing import Any

from onedata._client import StudioClient
from onedata.contract.datasets import Column, DatasetFormat, DatasetVersion
from onedata.datasets._describe import axis_words
from onedata.datasets._drift import MOST_ROWS, SOME, ColumnDrift, Side, measure_drift
from onedata.datasets._formats import duckdb_scan
from onedata.datasets._html import Table, bars, note, section
from onedata.datasets._load import check_table
from onedata.datasets._local import LocalVersion, open_version
from onedata.datasets._refs import Target, target_of
from onedata.datasets._values import is_quantity
from onedata.datasets._words import count_words, size_words
from onedata.errors import InvalidInput


@dataclass(frozen=True)
class TypeChange:
    """A column whose type is another in the second version."""

    name: str
    before: str
    after: str


class Comparison:
    """What changed from one version to another. Shows as text and as HTML.

    Attributes:
        before: The first version.
        after: The second version.
        added: Names of columns that only the second has.
        removed: Names of columns that only the first has.
        changed: Columns of another type.
        drift: For each column of both, how far its values have moved.
    """

    def __init__(self, before: DatasetVersion, after: DatasetVersion, drift: list[ColumnDrift]) -> None:
        self.before, self.after, self.drift = before, after, drift
        first = {column.name: column for column in before.columns}
        second = {column.name: column for column in after.columns}
        self.added = [name for name in second if name not in first]
        self.removed = [name for name in first if name not in second]
        self.changed = [
            TypeChange(name, first[name].type, second[name].type)
            for name in first
            if name in second and first[name].type != second[name].type
        ]
        self._first, self._second = first, second

    @property
    def drifted(self) -> list[ColumnDrift]:
        """The columns that have moved, most first."""
        moved = [one for one in self.drift if one.value is not None and one.value >= SOME]
        return sorted(moved, key=lambda one: -(one.value or 0))

    def __repr__(self) -> str:
        parts = [self._title(), *self._facts(), ""]
        if self.drift:
            parts += [self._table(charts=False).text(), *self._notes()]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        parts = [section(self._title(), *(note(fact) for fact in self._facts()))]
        if self.drift:
            parts += [self._table(charts=True).html(), *(note(line) for line in self._notes())]
        return "".join(parts)

    def _title(self) -> str:
        return f"{self.before.workspace}/{self.before.name}: version {self.before.version} to {self.after.version}"

    def _facts(self) -> list[str]:
        if self.before.digest == self.after.digest:
            return ["The same bytes."]
        facts = [f"Size: {size_words(self.before.bytes)} to {size_words(self.after.bytes)}"]
        if self.before.rows is not None and self.after.rows is not None:
            change = self.after.rows - self.before.rows
            share = f", {change / self.before.rows:+.1%}" if self.before.rows else ""
            facts.append(
                f"Rows: {self.before.rows:,} to {count_words(self.after.rows, 'row')} ({change:+,}{share})"
            )
        facts += [f"Columns added: {', '.join(self.added)}"] if self.added else []
        facts += [f"Columns removed: {', '.join(self.removed)}"] if self.removed else []
        facts += [f"Type of {one.name}: {one.before} to {one.after}" for one in self.changed]
        if not (self.added or self.removed or self.changed):
            facts.append("Schema: the same")
        return facts

    def _table(self, *, charts: bool) -> Table:
        headings = ["Column", "Drift", "By", "Measure", "Nulls before", "after", "Mean before", "after"]
        rows = [self._cells(one) for one in self.drift]
        if not charts:
            return Table(headings, rows)
        drawn = [[*row, self._chart(one)] for row, one in zip(rows, self.drift, strict=True)]
        return Table([*headings, "Now in the tenths of before"], drawn, raw=[len(headings)])

    def _cells(self, one: ColumnDrift) -> list[str]:
        first, second = self._first[one.name], self._second[one.name]
        value = "" if one.value is None else f"{one.value:.3f}"
        return [
            one.name,
            one.words,
            value,
            one.measure,
            _null_share(first, self.before.rows),
            _null_share(second, self.after.rows),
            _mean(first),
            _mean(second),
        ]

    @staticmethod
    def _chart(one: ColumnDrift) -> str:
        if not one.shares:
            return ""
        words = ", ".join(f"{share:.0%}" for share in one.shares[:-1])
        return bars(
            [round(share * 10_000) for share in one.shares[:-1]],
            f"{one.name}: {words} in tenths of the version before",
        )

    def _notes(self) -> list[str]:
        lines = ["Below 0.1 a column is steady, from 0.25 on it has drifted strongly."]
        if max(self.before.rows or 0, self.after.rows or 0) > MOST_ROWS:
            lines.append(f"Drift is measured on samples of about {MOST_ROWS:,} rows.")
        return lines


def compare(ref: Any, a: int, b: int, workspace: str | None = None) -> Comparison:
    """Compare two versions of a dataset.

    Args:
        ref: The dataset.
        a: The first version's number.
        b: The second version's number.
        workspace: Where it is; None is the session's.

    Raises:
        InvalidInput: If a version is no table.
        NotFound: If there is no such version.
    """
    studio, target = target_of(ref, None, workspace)
    if target.version is not None:
        raise InvalidInput(f"'{ref}' names a version. Write compare('{target.name}', {target.version}, …).")
    before, after = (_version(studio, target, number) for number in (a, b))
    if before.info.digest == after.info.digest:
        return Comparison(before.info, after.info, [])
    types = {column.name: column.type for column in after.info.columns}
    common = [
        column
        for column in before.info.columns
        if column.name in types and is_quantity(column.type) == is_quantity(types[column.name])
    ]
    drift = measure_drift(_side(before), _side(after), common)
    return Comparison(before.info, after.info, drift)


def _version(studio: StudioClient, target: Target, number: int) -> LocalVersion:
    _, one = target_of(target.name, number, target.workspace)
    found = open_version(studio, one, is_input=False)
    check_table(found, None)
    return found


def _side(found: LocalVersion) -> Side:
    from onedata._engine import connection
    from onedata.datasets._load import read_arrow

    rows = found.info.rows or 0
    if found.info.format is not DatasetFormat.arrow:
        return Side(duckdb_scan(found.info.format, found.to_read()), rows)
    name = f"onedata_compare_{found.info.version}"
    connection().register(name, read_arrow(found, None, None))
    return Side(name, rows)


def _null_share(column: Column, rows: int | None) -> str:
    stats = column.stats
    if stats is None or stats.null_count is None:
        return ""
    of = rows if stats.exact and rows else stats.sampled_rows
    return f"{stats.null_count / of:.1%}" if of else ""


def _mean(column: Column) -> str:
    return (
        ""
        if column.stats is None or column.stats.mean is None
        else axis_words(column.type, column.stats.mean)
    )
