"""Figures as people read them."""

from datetime import UTC, datetime
from typing import Any

_UNITS = ("kB", "MB", "GB", "TB", "PB")


def size_words(count: int) -> str:
    """Write a count of bytes: 512 B, 5.3 MB."""
    if count < 1000:
        return f"{count} B"
    size = float(count)
    for unit in _UNITS:
        size /= 1000
        if size < 999.5 or unit == _UNITS[-1]:
            return f"{size:.1f} {unit}" if size < 99.95 else f"{size:.0f} {unit}"
    raise AssertionError


def count_words(count: int, noun: str) -> str:
    """Write a count and its noun: 1 row, 336,776 rows."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def time_words(moment: datetime) -> str:
    """Write a moment in UTC: 2026-11-21 09:15 UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def number_words(value: Any) -> str:
    """Write a value of a statistic, shortly."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e15):
        return f"{int(value):,}"
    return f"{value:,.4g}"
