"""Keep an even sample of a table that passes by, whatever its length, in bounded memory."""

from typing import Any

PIECE_ROWS = 2_048
MOST_PIECES = 64  # so that a sample has up to 131,072 rows, and 65,536 at least of a longer table


class Sampler:
    """Every n-th piece of the rows, where n doubles whenever the pieces become too many."""

    def __init__(self) -> None:
        self._pieces: list[Any] = []
        self._stride = 1
        self._seen = 0

    def add(self, block: Any) -> None:
        """Look at the next rows, in blocks whose length is a multiple of ``PIECE_ROWS`` but for the last."""
        for start in range(0, block.num_rows, PIECE_ROWS):
            if self._seen % self._stride == 0:
                self._keep(block.slice(start, PIECE_ROWS))
            self._seen += 1

    def _keep(self, piece: Any) -> None:
        # A copy: a slice would hold on to all of the buffers it was cut from.
        self._pieces.append(piece.take(list(range(piece.num_rows))))
        if len(self._pieces) > MOST_PIECES:
            self._pieces = self._pieces[::2]
            self._stride *= 2

    def table(self, schema: Any) -> Any:
        """Give the sample."""
        import pyarrow as pa

        return pa.concat_tables(self._pieces).unify_dictionaries() if self._pieces else schema.empty_table()
