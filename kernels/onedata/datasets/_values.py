"""Values of Arrow columns as JSON and as numbers."""

import datetime as dt
import decimal
import math
import uuid
from typing import Any

_LONGEST_TEXT = 200  # characters; a value of a statistic is shown, not read back


def plain_value(value: Any) -> Any:
    """Give a value as JSON can carry it; None for what it cannot, such as bytes or NaN."""
    match value:
        case None | bool() | int():
            plain: Any = value
        case float():
            plain = value if math.isfinite(value) else None
        case str():
            plain = value if len(value) <= _LONGEST_TEXT else value[: _LONGEST_TEXT - 1] + "…"
        case decimal.Decimal() | uuid.UUID():
            plain = str(value)
        case dt.timedelta():
            plain = value.total_seconds()
        case _:  # dates, times, pandas' timestamps; and what has no JSON
            plain = value.isoformat() if hasattr(value, "isoformat") else None
    return plain


def as_numbers(values: Any) -> Any | None:
    """Give an Arrow column (without nulls) as a float64 array; None where it is not a quantity.

    Times and dates are seconds since 1970 (UTC), times of day and durations seconds.
    """
    import pyarrow as pa
    from pyarrow import types

    kind = values.type
    if types.is_integer(kind) or types.is_floating(kind):
        return values.to_numpy().astype("float64")
    if types.is_decimal(kind):
        return values.cast(pa.float64(), safe=False).to_numpy()
    if types.is_date(kind):
        return values.cast(pa.timestamp("s")).cast(pa.int64()).to_numpy().astype("float64")
    if types.is_timestamp(kind) or types.is_duration(kind):
        return values.cast(pa.int64()).to_numpy() / _per_second(kind.unit)
    if types.is_time(kind):
        width = pa.int32() if types.is_time32(kind) else pa.int64()
        return values.cast(width).to_numpy() / _per_second(kind.unit)
    return None


def is_quantity(type_text: str) -> bool:
    """Say whether a column of this Arrow type (as text) can be put on an axis."""
    return type_text.startswith(
        ("int", "uint", "float", "double", "halffloat", "decimal", "date", "timestamp", "duration", "time")
    )


def _per_second(unit: str) -> float:
    return {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[unit]
