"""Say how an execution ended: its outcome, the failing cell, and one sentence for the run list."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from onedata.contract.jobs import CellFailure

if TYPE_CHECKING:
    from nbclient.exceptions import CellExecutionError

    from onedata.runner.recorder import Recorder
    from onedata.runner.stopping import StopRequest

Outcome = Literal["succeeded", "failed", "timed_out", "cancelled", "lost"]
_MAX_EVALUE = 300


@dataclass
class Ending:
    """How an execution ended."""

    outcome: Outcome = "succeeded"
    failure: CellFailure | None = None
    message: str = ""


def ending_of_error(error: "CellExecutionError", position: int, recorder: "Recorder") -> Ending:
    """Describe a cell that raised."""
    traceback = next(
        (
            "\n".join(output["traceback"])
            for output in reversed(recorder.nb.cells[position].outputs)
            if output["output_type"] == "error"
        ),
        error.traceback,
    )
    failure = recorder.book.failure(position, error.ename, error.evalue, traceback)
    said = f"{error.ename}: {error.evalue}" if error.evalue else error.ename
    return Ending("failed", failure, f"{_place(failure)} failed. {_first_line(said)}")


def ending_of_lost_output(seconds: float, position: int, recorder: "Recorder") -> Ending:
    """Describe a cell whose output did not arrive."""
    said = f"The cell ended, but its output did not arrive within {seconds:.0f} s. Print less, or write to a file."
    failure = recorder.book.failure(position, "OutputLost", said)
    return Ending("failed", failure, f"{_place(failure)}: {said}")


def ending_of_death(death: str, recorder: "Recorder") -> Ending:
    """Describe a kernel that is no more."""
    if recorder.current is None:
        return Ending("failed", None, f"{death.rstrip(',')} before the first cell.")
    failure = recorder.book.failure(recorder.current, "KernelDied", f"{death.rstrip(',')}.")
    return Ending("failed", failure, f"{death} in {_place(failure, capital=False)}.")


def ending_of_stop(stop: "StopRequest", recorder: "Recorder") -> Ending:
    """Describe a run that was asked to stop."""
    where = "before its first cell"
    failure = None
    if recorder.current is not None:
        failure = recorder.book.failure(recorder.current, "Stopped", stop.message)
        where = f"in {_place(failure, capital=False)}"
    if stop.reason == "cancelled":
        return Ending("cancelled", None, f"Cancelled {where}.")
    if stop.reason == "timed_out":
        failure = failure and failure.model_copy(update={"error_name": "TimedOut"})
        return Ending("timed_out", failure, f"{stop.message} {where}.")
    failure = failure and failure.model_copy(update={"error_name": "OutOfMemory"})
    return Ending(
        "failed", failure, f"{stop.message} {where}. Choose a profile with more memory, or load less at once."
    )


def _place(failure: CellFailure, capital: bool = True) -> str:
    return f"{'C' if capital else 'c'}ell {failure.index + 1} '{failure.name}'"


def _first_line(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else ""
    return line if len(line) <= _MAX_EVALUE else line[: _MAX_EVALUE - 1] + "…"
