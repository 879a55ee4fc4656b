"""Rows of a table as JSON that JavaScript reads without loss: what it has no type for goes as text."""

import json
import math
from datetime import datetime
from typing import Any

_LARGEST_INTEGER = 2**53 - 1  # what a JavaScript number holds exactly
_LONGEST_TEXT = 400


def rows_of(table: Any) -> list[list[Any]]:
    """Give a pyarrow Table's rows, each a list of cells in the order of the columns."""
    columns = [[cell_of(value) for value in column.to_pylist()] for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def cell_of(value: Any) -> Any:
    """Give one value: None, a boolean, a number, or text.

    Long text is cut with ``…``; nested values are their JSON, bytes their hexadecimal digits.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        exact = math.isfinite(value) and (isinstance(value, float) or abs(value) <= _LARGEST_INTEGER)
        return value if exact else str(value)
    return _cut(_words(value))


def _words(value: Any) -> str:
    if isinstance(value, bytes):
        return "0x" + value[:_LONGEST_TEXT].hex()
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value)


def _cut(text: str) -> str:
    text = text.encode(errors="replace").decode()  # Parquet's text need not be Unicode
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
