"""Profile columns: exact figures from Parquet's own statistics, the rest from a sample.

Quantiles are at ``QUANTILES``; edges and quantiles of times are seconds since 1970 (UTC), of
dates too, of durations and times of day seconds.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from onedata.contract.datasets import Column, ColumnStats, Histogram, TopValue
from onedata.datasets._frames import plain_type
from onedata.datasets._values import as_numbers, plain_value

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
BINS = 20
_TOP = 10
_FEW = 30  # distinct values up to which numbers, too, get their most frequent values


def profile(schema: Any, sample: Any, footers: list[Any], *, complete: bool) -> list[Column]:
    """Describe each column of a table.

    Args:
        schema: The Arrow schema of the files.
        sample: Rows of it, as a pyarrow Table.
        footers: ``pyarrow.parquet.FileMetaData`` of each file; empty for other formats.
        complete: Whether the sample is the whole table.
    """
    exact = _exact_stats(schema, footers)

    def column(field: Any) -> Column:
        stats = column_stats(sample.column(field.name), complete=complete)
        return Column(
            name=field.name,
            type=str(plain_type(field.type)),
            nullable=field.nullable,
            stats=stats.model_copy(update=exact.get(field.name, {})),
        )

    with ThreadPoolExecutor(2, thread_name_prefix="onedata-profile") as pool:
        return list(pool.map(column, schema))


def column_stats(values: Any, *, complete: bool) -> ColumnStats:
    """Describe the values of one column of a sample."""
    import pyarrow as pa

    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    stats = ColumnStats(sampled_rows=len(values), exact=complete, null_count=values.null_count)
    present = values.drop_null()
    if len(present) and not pa.types.is_nested(values.type):
        # Some types lack some kernels (min_max of durations); what was found before stays.
        with suppress(pa.ArrowNotImplementedError, pa.ArrowInvalid):
            _describe(stats, present)
    return stats


def _describe(stats: ColumnStats, present: Any) -> None:
    import pyarrow.compute as pc

    numbers = as_numbers(present)
    if numbers is not None:
        _describe_numbers(stats, numbers)
    counted = pc.value_counts(present)
    stats.distinct = len(counted)
    if not _is_bytes(present.type) and (numbers is None or stats.distinct <= _FEW):
        stats.top_values = _top_values(counted)
    if _is_ordered(present.type):
        ends = pc.min_max(present)
        stats.min, stats.max = plain_value(ends["min"].as_py()), plain_value(ends["max"].as_py())


def _is_ordered(kind: Any) -> bool:
    from pyarrow import types

    is_text = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
    return bool(types.is_primitive(kind) or is_text or types.is_decimal(kind))


def _is_bytes(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind))


def _describe_numbers(stats: ColumnStats, numbers: Any) -> None:
    """Add mean, spread, quantiles and histogram of finite values; ``numbers`` is a float64 array."""
    import numpy as np

    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        return
    finite = np.sort(finite)
    with np.errstate(all="ignore"):  # a spread beyond the largest float is left out
        stats.mean = _finite(finite.mean())
        stats.std = _finite(finite.std(ddof=1)) if len(finite) > 1 else None
        quantiles = [float(value) for value in np.quantile(finite, QUANTILES)]
        edges = histogram_edges(float(finite[0]), float(finite[-1]))
    stats.quantiles = quantiles if all(map(math.isfinite, quantiles)) else None
    counts, _ = np.histogram(finite, edges)
    stats.histogram = Histogram(
        edges=[float(edge) for edge in edges], counts=[int(count) for count in counts]
    )


def histogram_edges(low: float, high: float) -> Any:
    """Give ``BINS`` + 1 rising edges from the lowest to the highest value."""
    import numpy as np

    if low == high:
        width = max(abs(low) * 1e-6, 0.5)
        return np.array([low - width, high + width])
    edges = np.linspace(low, high, BINS + 1)
    rising = np.unique(edges[np.isfinite(edges)])
    return rising if len(rising) > 1 else np.array([low, high])


def _finite(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None


def _top_values(counted: Any) -> list[TopValue]:
    """Give the most frequent values, ties in the order of their text."""
    import pyarrow.compute as pc

    most = pc.top_k_unstable(counted.field("counts"), min(4 * _TOP, len(counted)))
    found = [(_as_text(counted[i]["values"].as_py()), counted[i]["counts"].as_py()) for i in most.to_pylist()]
    found.sort(key=lambda pair: (-pair[1], pair[0]))
    return [TopValue(value=value, count=count) for value, count in found[:_TOP]]


def _as_text(value: Any) -> str:
    plain = plain_value(value)
    return str(value if plain is None else plain)  # NaN and infinity have no JSON, but a name


def _exact_stats(schema: Any, footers: list[Any]) -> dict[str, dict[str, Any]]:
    """Add up what Parquet's footers say of each flat column; leave out what one of them lacks."""
    if not footers:
        return {}
    places = _flat_columns(schema, footers[0])
    result: dict[str, dict[str, Any]] = {}
    for name, place in places.items():
        chunks = [
            footer.row_group(group).column(place)
            for footer in footers
            for group in range(footer.num_row_groups)
        ]
        found = _of_chunks([chunk for chunk in chunks if chunk.num_values])
        if found is not None:
            result[name] = {**found, "exact": True}
    return result


def _flat_columns(schema: Any, footer: Any) -> dict[str, int]:
    """Give the place of each column that Parquet stores as one leaf, by name."""
    import pyarrow as pa

    leaves = {footer.schema.column(i).path: i for i in range(len(footer.schema))}
    return {
        field.name: leaves[field.name]
        for field in schema
        if field.name in leaves
        and not pa.types.is_nested(field.type)
        # Parquet has no durations: their statistics come back as bare integers.
        and not pa.types.is_duration(field.type)
    }


def _of_chunks(chunks: list[Any]) -> dict[str, Any] | None:
    statistics = [chunk.statistics for chunk in chunks if chunk.is_stats_set]
    if len(statistics) != len(chunks) or not all(one.has_null_count for one in statistics):
        return None
    found: dict[str, Any] = {"null_count": sum(one.null_count for one in statistics)}
    filled = [one for one in statistics if one.num_values]
    if all(one.has_min_max for one in filled):
        try:
            found["min"] = plain_value(min((one.min for one in filled), default=None))
            found["max"] = plain_value(max((one.max for one in filled), default=None))
        except (TypeError, NotImplementedError):  # a type whose statistics pyarrow gives no order to
            return None
        return found
    return None
