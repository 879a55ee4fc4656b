"""A table as torch reads it. Imported only where torch is wanted."""

from collections.abc import Sequence
from typing import Any

import torch
from torch.utils.data import Dataset


class ArrowRows(Dataset):  # type: ignore[misc]  # torch's classes are untyped for us
    """Rows by number: each a dict of tensors for figures and plain values for the rest.

    A DataLoader asks for a batch at once, which reads each column in one piece.
    """

    def __init__(self, table: Any) -> None:
        self.table = table.combine_chunks()

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self.__getitems__([range(len(self))[index]])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[dict[str, Any]]:
        """Give several rows; torch calls this where a dataset has it."""
        some = self.table.take(indices)
        columns = {name: _values(some.column(name)) for name in some.column_names}
        return [{name: values[place] for name, values in columns.items()} for place in range(len(indices))]


def _values(column: Any) -> Any:
    """Give a column as a tensor where it is figures without gaps, else as a list."""
    import pyarrow as pa

    is_figures = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    if (is_figures or pa.types.is_boolean(column.type)) and not column.null_count:
        return torch.from_numpy(column.to_numpy().copy())
    return column.to_pylist()
