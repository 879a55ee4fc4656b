"""A window of a version's rows, for what shows a table a screen at a time.

Parquet is read by row group: only those that the window touches, and the last ones stay decoded,
because the next window is mostly beside this one. Looking at rows does not count as use.
"""

import threading
from bisect import bisect_right
from collections import OrderedDict
from typing import Any

from onedata.contract.datasets import DatasetFormat, DatasetVersion
from onedata.datasets._formats import duckdb_scan, open_arrow
from onedata.datasets._load import check_table
from onedata.datasets._local import LocalVersion, open_version
from onedata.datasets._refs import target_of
from onedata.errors import InvalidInput

_DECODED_BYTES = 256 * 2**20  # what a reader holds of decoded row groups, at the most
LONGEST_WINDOW = 10_000


class RowReader:
    """Reads windows of one version. Safe to call from several threads.

    Args:
        ref: ``flights@3``, ``team-a/flights@3``, or a name for the newest version.

    Raises:
        NotFound: If there is no such version.
        InvalidInput: If it is no table.
    """

    def __init__(self, ref: str) -> None:
        studio, target = target_of(ref)
        found = open_version(studio, target, is_input=False)
        check_table(found, None)
        self.version: DatasetVersion = found.info
        self._lock = threading.Lock()
        self._source = _SOURCES.get(found.info.format, _Scanned)(found)

    @property
    def total(self) -> int:
        """The number of rows."""
        return self.version.rows or 0

    def read(self, offset: int, limit: int) -> Any:
        """Give rows ``offset`` to ``offset + limit`` as a pyarrow Table; less at the end.

        Raises:
            InvalidInput: If the window begins before the first row or is too long.
        """
        if offset < 0 or not 0 < limit <= LONGEST_WINDOW:
            raise InvalidInput(
                f"offset={offset}, limit={limit} is no window. Begin at 0 or later, and ask for 1 to "
                f"{LONGEST_WINDOW:,} rows."
            )
        with self._lock:
            return self._source.read(offset, limit)


class _RowGroups:
    """Parquet: an index of row groups, and the last ones decoded."""

    def __init__(self, found: LocalVersion) -> None:
        dataset = open_arrow(found.info.format, found.to_read())
        self._schema = dataset.schema
        self._starts: list[int] = []
        self._groups: list[Any] = []
        start = 0
        for fragment in dataset.get_fragments():
            for group in fragment.split_by_row_group():
                self._starts.append(start)
                self._groups.append(group)
                start += sum(one.num_rows for one in group.row_groups)
        self._rows = start
        self._decoded: OrderedDict[int, Any] = OrderedDict()

    def read(self, offset: int, limit: int) -> Any:
        import pyarrow as pa

        end = min(offset + limit, self._rows)
        parts = []
        number = bisect_right(self._starts, offset) - 1
        while offset < end:
            table = self._table(number)
            begin = offset - self._starts[number]
            part = table.slice(begin, min(end - offset, table.num_rows - begin))
            parts.append(part)
            offset += part.num_rows
            number += 1
        return pa.concat_tables(parts) if parts else self._schema.empty_table()

    def _table(self, number: int) -> Any:
        if number in self._decoded:
            self._decoded.move_to_end(number)
            return self._decoded[number]
        table = self._groups[number].to_table(schema=self._schema)
        self._decoded[number] = table
        while len(self._decoded) > 1 and sum(one.nbytes for one in self._decoded.values()) > _DECODED_BYTES:
            self._decoded.popitem(last=False)
        return table


class _Mapped:
    """Arrow files: mapped into memory, so that a window costs what it holds."""

    def __init__(self, found: LocalVersion) -> None:
        self._dataset = open_arrow(found.info.format, found.to_read())

    def read(self, offset: int, limit: int) -> Any:
        rows = range(offset, offset + limit)
        total = self._dataset.count_rows()
        return self._dataset.take([row for row in rows if row < total])


class _Scanned:
    """CSV and JSON: read from the beginning to the window's end, since nothing says where rows lie."""

    def __init__(self, found: LocalVersion) -> None:
        self._scan = duckdb_scan(found.info.format, found.to_read())

    def read(self, offset: int, limit: int) -> Any:
        from onedata._engine import connection

        query = f"select * from {self._scan} limit {limit} offset {offset}"  # noqa: S608 - paths are quoted
        return connection().sql(query).to_arrow_table()


_SOURCES: dict[DatasetFormat, type[_RowGroups] | type[_Mapped] | type[_Scanned]] = {
    DatasetFormat.parquet: _RowGroups,
    DatasetFormat.arrow: _Mapped,
}
