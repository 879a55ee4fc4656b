"""Name a notebook's cells, count them as its reader does, and say which one failed."""

import re
from typing import Any

from onedata.contract.jobs import CellFailure, Progress
from onedata.contract.notebooks import INJECTED_TAG
from onedata.runner.masking import strip_ansi

_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_MAX_NAME = 120
_MAX_SOURCE = 20_000
_MAX_TRACEBACK = 50_000
_MAX_MESSAGE = 4_000


def has_injected_cell(notebook: Any) -> bool:
    """Say whether a snapshot carries parameters from an earlier execution: papermill then replaces that cell."""
    return any(INJECTED_TAG in cell.get("metadata", {}).get("tags", []) for cell in notebook["cells"])


class CellBook:
    """The code cells of an executed notebook, as the reader of its snapshot knows them.

    Args:
        notebook: The notebook being executed, with papermill's cell injected or not.
        count_injected: Whether the injected cell stands for one of the snapshot's own.
    """

    def __init__(self, notebook: Any, count_injected: bool = False) -> None:
        self._cells = notebook["cells"]
        self._numbers: dict[int, int] = {}
        self._done: dict[int, int] = {}
        code_cells = 0
        for position, cell in enumerate(self._cells):
            if cell["cell_type"] != "code":
                continue
            if INJECTED_TAG in cell.get("metadata", {}).get("tags", []) and not count_injected:
                # Parameters are injected below the cell that declares them: a fault in one is a fault there.
                self._numbers[position] = max(code_cells - 1, 0)
                self._done[position] = code_cells
                continue
            self._numbers[position] = code_cells
            code_cells += 1
            self._done[position] = code_cells
        self.total = code_cells

    def number(self, position: int) -> int:
        """Give a code cell's place among the snapshot's code cells; 0 is the first."""
        return self._numbers[position]

    def done_after(self, position: int) -> int:
        """Count the snapshot's code cells that are done once the cell at a position is."""
        return self._done[position]

    def name(self, position: int) -> str:
        """Name a cell: its ``name`` metadata, else the nearest heading above, else its first line."""
        cell = self._cells[position]
        metadata = cell.get("metadata", {})
        if isinstance(metadata.get("name"), str) and metadata["name"].strip():
            return _shorten(metadata["name"])
        if INJECTED_TAG in metadata.get("tags", []):
            return "injected parameters"
        for above in reversed(self._cells[:position]):
            headings = _HEADING.findall(_source(above)) if above["cell_type"] == "markdown" else []
            if headings:
                return _shorten(headings[-1])
        first_line = next((line for line in _source(cell).splitlines() if line.strip()), "")
        return _shorten(first_line)

    def progress(self, done: int, current: int | None) -> Progress:
        """Describe how far the run is: ``done`` code cells, executing the cell at position ``current``."""
        if current is None:
            return Progress(cells_total=self.total, cells_done=done)
        return Progress(
            cells_total=self.total,
            cells_done=done,
            current_cell=self.number(current),
            current_name=self.name(current),
        )

    def failure(self, position: int, error_name: str, error_message: str, traceback: str = "") -> CellFailure:
        """Describe what went wrong in the cell at a position."""
        return CellFailure(
            index=self.number(position),
            name=self.name(position),
            source=_source(self._cells[position])[:_MAX_SOURCE],
            error_name=error_name,
            error_message=strip_ansi(error_message)[:_MAX_MESSAGE],
            traceback=strip_ansi(traceback)[-_MAX_TRACEBACK:],
        )


def _source(cell: Any) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _shorten(name: str) -> str:
    name = " ".join(name.split())
    return name if len(name) <= _MAX_NAME else name[: _MAX_NAME - 1] + "…"
