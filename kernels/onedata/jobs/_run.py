"""A run as an object: what is known of it, and what can be done with it."""

from collections.abc import Iterator
from pathlib import Path

from onedata._client import StudioClient, path_of
from onedata.contract import jobs as contract
from onedata.contract.jobs import CellFailure, RunState
from onedata.jobs._html import run_html
from onedata.jobs._words import run_line


class Run:
    """One run of a job, as it was when last asked: ``refresh`` asks again.

    Args:
        studio: Who to ask.
        workspace: The workspace it belongs to.
        known: What is known of it; a list knows less than there is, the rest is asked for when needed.
    """

    def __init__(self, studio: StudioClient, workspace: str, known: contract.RunSummary) -> None:
        self._studio = studio
        self.workspace = workspace
        self.summary = known

    @property
    def info(self) -> contract.Run:
        """All that the studio says of it."""
        if not isinstance(self.summary, contract.Run):
            self.refresh()
        assert isinstance(self.summary, contract.Run)
        return self.summary

    @property
    def id(self) -> str:
        """The run's id."""
        return self.summary.id

    @property
    def name(self) -> str:
        """The name of its job."""
        return self.summary.job_name

    @property
    def state(self) -> RunState:
        """Where it is: queued, running, succeeded, failed, cancelled, timed_out or skipped."""
        return self.summary.state

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.summary.state.is_final

    @property
    def message(self) -> str:
        """What there is to say of its state, in a sentence."""
        return self.summary.message

    @property
    def failure(self) -> CellFailure | None:
        """The failing cell, with its source and traceback."""
        return self.info.failure

    @property
    def duration_seconds(self) -> float | None:
        """How long it took; None until it has ended."""
        return self.summary.duration_seconds

    @property
    def outputs(self) -> list[str]:
        """What it left to download."""
        return list(self.info.outputs)

    @property
    def path(self) -> str:
        """Its path below the API's prefix."""
        return path_of("workspaces", self.workspace, "runs", self.id)

    def refresh(self) -> "Run":
        """Ask the studio how it is now."""
        self.summary = contract.Run.model_validate(self._studio.get(self.path))
        return self

    def wait(self, timeout: float | None = None, *, check: bool = False, show: bool | None = None) -> "Run":
        """Wait until it has ended, showing how far it is.

        Args:
            timeout: Seconds to wait; None waits for as long as it takes.
            check: Raise if it ended otherwise than well.
            show: Show the progress; None shows it in a notebook or a terminal.

        Raises:
            WaitedTooLong: If it has not ended in time. It goes on.
            RunFailed: If ``check`` and it did not succeed.
        """
        from onedata.jobs._waiting import wait_for

        return wait_for(self, timeout, check=check, show=show)

    def cancel(self) -> "Run":
        """Ask it to stop; harmless if it has ended."""
        return self._do("cancel", may_be_repeated=True)

    def retry(self) -> "Run":
        """Try it again: another attempt of this same run."""
        return self._do("retry")

    def logs(self) -> str:
        """Give what its cells printed so far."""
        return "".join(self.stream_logs())

    def stream_logs(self, *, follow: bool = False) -> Iterator[str]:
        """Give its log part by part; ``follow`` goes on until it has ended."""
        from onedata.jobs._reading import read_log

        return read_log(self._studio, self, follow=follow)

    def download(self, folder: str | Path | None = None, names: list[str] | None = None) -> list[Path]:
        """Fetch its executed notebook, page and log into a folder; give their paths.

        Args:
            folder: Where to, made if it is not there; None is a folder named after job and run.
            names: Which of ``outputs``; None is those of its newest attempt.
        """
        from onedata.jobs._reading import fetch_outputs

        return fetch_outputs(self._studio, self, folder, names)

    def _do(self, verb: str, *, may_be_repeated: bool = False) -> "Run":
        answer = self._studio.request("POST", f"{self.path}/{verb}", retry=may_be_repeated)
        self.summary = contract.Run.model_validate(answer)
        return self

    def __repr__(self) -> str:
        return f"Run({run_line(self.summary)})"

    def __str__(self) -> str:
        return run_line(self.summary)

    def _repr_html_(self) -> str:
        return run_html(self.info)
