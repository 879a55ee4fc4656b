"""What od.sql gives: a DuckDB relation that shows well and knows what it was made from."""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from onedata._engine import connection
from onedata.errors import QueryError

SHOWN_ROWS = 10
_COUNT_SECONDS = 2.0
_LONGEST_CELL = 60


@contextlib.contextmanager
def query_errors() -> Iterator[None]:
    """Raise what DuckDB refuses as ours, in its own words."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise QueryError(str(error).strip()) from error


class Relation:
    """A query that has not run yet.

    All methods of a DuckDB relation are there too (``filter``, ``aggregate``, ``order``, …); those
    that give a relation give one of these.

    Attributes:
        relation: The DuckDB relation.
        inputs: The dataset versions it reads; None where a frame took part whose origin nobody knows.
    """

    def __init__(self, relation: Any, inputs: list[str] | None) -> None:
        self.relation = relation
        self.inputs = inputs
        self._counted: int | None = None

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self.relation.columns)

    @property
    def types(self) -> list[str]:
        """The DuckDB types of the columns."""
        return [str(kind) for kind in self.relation.types]

    def df(self) -> Any:
        """Run it; give a pandas frame."""
        with query_errors():
            return self.relation.df()

    def pl(self) -> Any:
        """Run it; give a Polars frame."""
        with query_errors():
            return self.relation.pl()

    def arrow(self) -> Any:
        """Run it; give a pyarrow Table."""
        with query_errors():
            return self.relation.to_arrow_table()

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Run it; give the rows as tuples."""
        with query_errors():
            return list(self.relation.fetchall())

    def to_arrow_reader(self, batch_size: int = 2**17) -> Any:
        """Run it; give its rows as a stream of Arrow batches."""
        with query_errors():
            return self.relation.to_arrow_reader(batch_size)

    def count(self) -> int:
        """Run it; give the number of rows."""
        if self._counted is None:
            with query_errors():
                self._counted = int(self.relation.shape[0])
        return self._counted

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.to_arrow_reader().__arrow_c_stream__(requested_schema)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "relation":
            raise AttributeError(name)
        found = getattr(self.relation, name)
        return self._wrapped(found) if callable(found) else found

    def __dir__(self) -> list[str]:
        return sorted(
            {*super().__dir__(), *(name for name in dir(self.relation) if not name.startswith("_"))}
        )

    def _wrapped(self, method: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            others = [one for one in (*arguments, *options.values()) if isinstance(one, Relation)]
            with query_errors():
                given = method(
                    *map(_bare, arguments), **{key: _bare(value) for key, value in options.items()}
                )
            if not isinstance(given, type(self.relation)):
                return given
            return Relation(given, _union([self, *others]))

        call.__name__, call.__doc__ = method.__name__, method.__doc__
        return call

    def __repr__(self) -> str:
        from onedata.datasets._html import Table

        rows, words = self._first_rows()
        if not rows:
            return f"{Table(self._headings(), []).text()}\n{words}"
        return f"{Table(self._headings(), rows).text()}\n{words}"

    def _repr_html_(self) -> str:
        from onedata.datasets._html import Table, note

        rows, words = self._first_rows()
        return Table(self._headings(), rows).html() + note(words)

    def _headings(self) -> list[str]:
        return [f"{name}\u00a0({kind.lower()})" for name, kind in zip(self.columns, self.types, strict=True)]

    def _first_rows(self) -> tuple[list[list[str]], str]:
        with query_errors():
            rows = self.relation.limit(SHOWN_ROWS + 1).fetchall()
        if len(rows) <= SHOWN_ROWS:
            self._counted = len(rows)
        else:
            self._count_briefly()
        total = f"{self._counted:,}" if self._counted is not None else f"more than {SHOWN_ROWS}"
        shown = f"the first {SHOWN_ROWS} of " if len(rows) > SHOWN_ROWS else ""
        noun = "row" if self._counted == 1 else "rows"
        origin = f", from {', '.join(self.inputs)}" if self.inputs else ""
        return [
            [_cell(value) for value in row] for row in rows[:SHOWN_ROWS]
        ], f"{shown}{total} {noun}{origin}"

    def _count_briefly(self) -> None:
        """Count the rows, but give up after ``_COUNT_SECONDS``: showing a few must not cost a whole run."""
        import duckdb

        timer = threading.Timer(_COUNT_SECONDS, connection().interrupt)
        timer.start()
        try:
            self.count()
        except QueryError as error:
            if not isinstance(error.__cause__, duckdb.InterruptException):
                raise
        finally:
            timer.cancel()
            timer.join()


def _bare(value: Any) -> Any:
    return value.relation if isinstance(value, Relation) else value


def _union(relations: Sequence[Relation]) -> list[str] | None:
    if any(relation.inputs is None for relation in relations):
        return None
    return list(dict.fromkeys(ref for relation in relations for ref in relation.inputs or ()))


def _cell(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, float):
        text = f"{value:.6g}" if abs(value) < 1e15 else repr(value)
    else:
        text = value.isoformat(" ") if hasattr(value, "hour") and hasattr(value, "year") else str(value)
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"
