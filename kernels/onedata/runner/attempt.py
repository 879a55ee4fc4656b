"""One attempt, from its spool folder to the result the studio has heard."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from papermill import execute_notebook
from papermill.exceptions import PapermillException, PapermillExecutionError

from onedata.contract import environment as names
from onedata.contract.homes import packages_of
from onedata.contract.jobs import Progress
from onedata.contract.runner import RunReport, RunResult, RunSpec
from onedata.home.packages import make_packages, with_packages
from onedata.runner.cells import CellBook, has_injected_cell
from onedata.runner.delivery import Delivery, GaveUp
from onedata.runner.endings import Ending
from onedata.runner.execution import Execution
from onedata.runner.fetching import NotFetched, fetch_orders
from onedata.runner.kernel import KernelMissing, KernelNotStarted, RunKernel, find_kernel, notebook_language
from onedata.runner.masking import Masker
from onedata.runner.processes import adopt_orphans, end_marked, hide_memory, name_process
from onedata.runner.reporting import Reporter
from onedata.runner.runlog import Echo, RunLog, echo_frame
from onedata.runner.spool import LockHeld, Spool
from onedata.runner.stopping import StopRequest
from onedata.runner.studio import StudioLink, StudioRefused

EXIT_DONE = 0
EXIT_UNUSABLE = 64  # EX_USAGE: this folder is no spool, or the environment holds no run key
EXIT_REFUSED = 69  # EX_UNAVAILABLE: the studio gives no orders to this place; nothing was executed
EXIT_UNDELIVERED = 75  # EX_TEMPFAIL: the result waits in the spool; start again
_RUNNERS_OWN = (names.RUN_KEY, names.RUN_LIMITS)
_logger = logging.getLogger(__name__)


def run_attempt(
    folder: Path,
    environment: Mapping[str, str],
    on_ready: Callable[[], None] = lambda: None,
    *,
    fetch: bool = False,
) -> int:
    """Execute an attempt, or deliver what an earlier start of it left; give the exit status.

    Args:
        folder: The spool folder.
        environment: The run's environment, with the run key.
        on_ready: Called once signals are handled.
        fetch: The folder is empty: the studio says what to execute, and the log goes to the standard
            output too.
    """
    stop, leave = StopRequest(), threading.Event()
    _on_signals(lambda: stop.ask("cancelled"))
    on_ready()
    name_process("onedata-runner")  # a forked one would go by the fork server's name
    hide_memory()
    adopt_orphans()
    spool = Spool(folder)
    try:
        if fetch:
            fetch_orders(spool, environment, stop)
            # The place is the run's own, and its home the one of its user's server.
            environment = {names.PACKAGES: str(packages_of(Path.home())), **environment}
        spec = spool.read_spec()
        link = StudioLink(spec.studio_url, spec.run_id, environment[names.RUN_KEY])
    except (OSError, ValueError, KeyError) as error:
        _logger.warning("%s cannot be run: %r", folder, error)
        return EXIT_UNUSABLE
    except (NotFetched, StudioRefused) as error:
        _logger.warning("Nothing is executed here: %s", error)
        return EXIT_REFUSED
    try:
        with spool.locked():
            attempt = Attempt(spool, spec, environment, link, stop, echo_frame if fetch else None)
            result = attempt.result()
            _on_signals(leave.set)
            Delivery(link, spool, spec.job_name, leave).deliver(result)
    except LockHeld:
        _logger.info("Another runner works on this attempt.")
    except GaveUp as error:
        _logger.warning("The result stays in the spool, the studio could not be told: %s", error)
        return EXIT_UNDELIVERED
    except StudioRefused as error:
        _logger.warning("The studio does not want this result: %s", error)
    return EXIT_DONE


def _on_signals(act: Callable[[], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: act())


def _progress_of(execution: Execution | None) -> Progress:
    return execution.progress if execution is not None else Progress()


class Attempt:
    """Comes to a result, once."""

    def __init__(
        self,
        spool: Spool,
        spec: RunSpec,
        environment: Mapping[str, str],
        link: StudioLink,
        stop: StopRequest,
        echo: Echo | None,
    ) -> None:
        self._echo = echo
        self._spool = spool
        self._spec = spec
        self._environment = environment
        self._stop = stop
        self._masker = Masker.from_environment(environment)
        self._reporter = Reporter(link, self._report, lambda: stop.ask("cancelled"))

    def result(self) -> RunResult:
        """Give the result: the one on disk, or of an execution that died, or of executing now."""
        found = self._spool.read_result()
        if found is not None:
            return found
        if self._spool.mark_started():
            result = self._execute()
        else:
            end_marked(names.SESSION_FILE, str(self._spool.session))
            result = self._result(*self._lost())
        self._spool.write_result(result)
        return result

    def _execute(self) -> RunResult:
        execution = None
        try:
            execution = self._prepare()
            self._run_papermill(execution)
            ending, progress = execution.ending, execution.progress
        except (KernelMissing, KernelNotStarted, PapermillException, nbformat.ValidationError) as error:
            ending, progress = Ending("failed", None, str(error)), _progress_of(execution)
        except Exception as error:  # the outer loop: whatever went wrong, the studio hears of it
            _logger.exception("The runner failed.")
            ending, progress = (
                Ending("failed", None, f"The runner failed: {error!r}"),
                _progress_of(execution),
            )
        finally:
            self._reporter.close()
            if execution is not None:
                execution.log.close()
        return self._result(ending, progress)

    def _prepare(self) -> Execution:
        os.chdir(self._spool.folder)
        self._spool.work.mkdir(exist_ok=True)
        kernel_spec = find_kernel(self._spec.kernel)
        snapshot = nbformat.read(self._spool.notebook, as_version=4)
        return Execution(
            spool=self._spool,
            kernel=RunKernel(kernel_spec, self._spec.kernel, self._spool.folder),
            environment=self._kernel_environment(),
            masker=self._masker,
            log=RunLog(self._spool.log, self._masker, self._echo),
            stop=self._stop,
            limits=self._spool.read_limits(),
            timeout_seconds=self._spec.timeout_seconds,
            count_injected=has_injected_cell(snapshot),
            on_kernel_started=self._reporter.start,
            on_progress=self._reporter.update,
        )

    def _run_papermill(self, execution: Execution) -> None:
        """Execute through papermill: its parameters, its engine entry point. Saving is the engine's."""
        try:
            execute_notebook(
                self._spool.notebook.name,
                None,
                parameters=self._spec.parameters,
                engine_name="onedata",
                kernel_name=self._spec.kernel,
                language=notebook_language(find_kernel(self._spec.kernel)),
                progress_bar=False,
                execution=execution,
            )
        except PapermillExecutionError:
            # papermill raises for every error it sees among the outputs, those of cells that are
            # tagged raises-exception too; the engine knows which one ended the run.
            _logger.debug("A cell of the notebook shows an error.")

    def _kernel_environment(self) -> dict[str, str]:
        kept = {name: value for name, value in self._environment.items() if name not in _RUNNERS_OWN}
        return self._with_packages(kept) | {
            names.RUN_ID: self._spec.run_id,
            names.WORKSPACE: self._spec.workspace,
            names.NOTEBOOK_PATH: self._spec.notebook_path,
            names.NOTEBOOK_DIGEST: self._spec.notebook_digest,
            names.NOTEBOOK_SUBMITTED: str(self._spool.notebook),
            names.STUDIO_URL: self._spec.studio_url,
            names.SESSION_FILE: str(self._spool.session),
        }

    @staticmethod
    def _with_packages(environment: dict[str, str]) -> dict[str, str]:
        """Let the kernel find what its user added to the home, and add more."""
        if not environment.get(names.PACKAGES):
            return environment
        packages = Path(environment[names.PACKAGES])
        try:
            make_packages(packages)
        except OSError as error:
            _logger.warning("No packages can be added to %s: %s", packages, error.strerror)
        return with_packages(environment, packages)

    def _report(self, progress: Progress) -> RunReport:
        return RunReport(
            attempt=self._spec.attempt,
            progress=self._masked(progress),
            **self._spool.read_session().model_dump(),
        )

    def _result(self, ending: Ending, progress: Progress) -> RunResult:
        failure = ending.failure
        if failure is not None:
            texts = {name: self._told(text) for name, text in failure if isinstance(text, str)}
            failure = failure.model_copy(update=texts)
        return RunResult(
            **self._report(progress).model_dump(),
            outcome=ending.outcome,
            started_at=self._spool.started_at(),
            finished_at=datetime.now(UTC),
            failure=failure,
            message=self._told(ending.message),
        )

    def _masked(self, progress: Progress) -> Progress:
        return progress.model_copy(update={"current_name": self._told(progress.current_name)})

    def _told(self, text: str) -> str:
        """Give a text as the studio may hear it: masked, and without halves of characters (no UTF-8 has them)."""
        return self._masker.mask(text).encode("utf-8", "replace").decode()

    def _lost(self) -> tuple[Ending, Progress]:
        """Describe an execution whose runner died: from what it had saved, the cell it was in."""
        sentence = "The runner was killed, or the machine restarted"
        try:
            executed: Any = nbformat.read(self._spool.executed, as_version=4)
            snapshot = nbformat.read(self._spool.notebook, as_version=4)
        except (OSError, ValueError, nbformat.ValidationError):
            return Ending("lost", None, f"{sentence}, before the first cell was done."), Progress()
        book = CellBook(executed, has_injected_cell(snapshot))
        pending = [
            position
            for position, cell in enumerate(executed.cells)
            if cell.cell_type == "code" and cell.metadata.get("papermill", {}).get("status") != "completed"
        ]
        if not pending:
            return Ending("lost", None, f"{sentence}, after the last cell."), book.progress(book.total, None)
        progress = book.progress(book.number(pending[0]), pending[0])
        failure = book.failure(pending[0], "Lost", f"{sentence}.")
        return Ending("lost", failure, f"{sentence}, in cell {failure.index + 1} '{failure.name}'."), progress
