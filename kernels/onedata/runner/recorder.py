"""Papermill's record of an execution, saved whole and masked, and told to whoever follows the run."""

from collections.abc import Callable
from typing import Any

from papermill.engines import NotebookExecutionManager

from onedata.contract.jobs import Progress
from onedata.runner.cells import CellBook
from onedata.runner.masking import Masker
from onedata.runner.runlog import RunLog
from onedata.runner.scrub import notebook_bytes
from onedata.runner.spool import Spool, write_atomically


class Recorder(NotebookExecutionManager):  # type: ignore[misc]  # papermill has no types
    """Keeps an execution's notebook and progress.

    Args:
        nb: The notebook, with papermill's parameters in it.
        book: Its cells as the reader counts them.
        on_progress: Told at each code cell's start and end.
    """

    def __init__(
        self,
        nb: Any,
        book: CellBook,
        spool: Spool,
        masker: Masker,
        log: RunLog,
        on_progress: Callable[[Progress], None],
    ) -> None:
        super().__init__(nb, output_path=str(spool.executed), progress_bar=False, autosave_cell_every=30)
        self.book = book
        self.log = log
        self.current: int | None = None
        self.done = 0
        self._spool = spool
        self._masker = masker
        self._on_progress = on_progress

    @property
    def progress(self) -> Progress:
        """How far the execution is."""
        return self.book.progress(self.done, self.current)

    def save(self, durable: bool = False, **_: Any) -> None:
        """Save the notebook as it is now, masked, whole or not at all."""
        write_atomically(self._spool.executed, notebook_bytes(self.nb, self._masker), durable)
        self.last_save_time = self.now()

    def begin(self, position: int) -> None:
        """Note that the cell at a position starts."""
        cell = self.nb.cells[position]
        cell.metadata.papermill.update(
            start_time=self.now().isoformat(), status=self.RUNNING, exception=False
        )
        if cell.cell_type == "code":
            self.current = position
            self._on_progress(self.progress)

    def finish(self, position: int, failed: bool) -> None:
        """Note that the cell at a position ended, and save."""
        cell = self.nb.cells[position]
        if failed:
            self.cell_exception(cell, cell_index=position)
        if cell.cell_type != "code":
            cell.metadata.papermill.update(status=self.COMPLETED)
            return
        self.cell_complete(cell, cell_index=position)
        if not failed:
            self.done = self.book.done_after(position)
            self.current = None
            self._on_progress(self.progress)
