"""One execution of a notebook: cells in order, until the last, the first error, or the wish to stop."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient

from onedata.contract.jobs import Progress
from onedata.contract.runner import RunLimits
from onedata.runner.cells import CellBook
from onedata.runner.endings import (
    Ending,
    ending_of_death,
    ending_of_error,
    ending_of_lost_output,
    ending_of_stop,
)
from onedata.runner.kernel import KernelNotStarted, RunKernel
from onedata.runner.masking import Masker
from onedata.runner.processes import end_descendants, uses_more_memory
from onedata.runner.recorder import Recorder
from onedata.runner.runlog import RunLog
from onedata.runner.spool import Spool
from onedata.runner.stopping import StopRequest

START_TIMEOUT_SECONDS = 120
_OUTPUT_TIMEOUT_SECONDS = 300  # after a cell's end, for what it printed to arrive
_INTERRUPT_GRACE_SECONDS = 3.0
_MEMORY_LOOK_SECONDS = 0.5
_CLEAN_EXITS = ("", "0", "None")


class _Stopped(Exception):
    """The run was asked to stop."""


class _Client(PapermillNotebookClient):  # type: ignore[misc]  # papermill has no types
    """Papermill's client, its text outputs going to the run's log as they come."""

    def log_output_message(self, output: Any) -> None:
        self.nb_man.log.write_output(output)


@dataclass
class Execution:
    """What the engine needs to execute a run's notebook, and afterwards how that went.

    Attributes:
        environment: The kernel's environment; holds no run key.
        on_kernel_started: Called once the kernel's process exists.
        on_progress: Called at each code cell's start and end.
    """

    spool: Spool
    kernel: RunKernel
    environment: Mapping[str, str] = field(repr=False)
    masker: Masker = field(repr=False)
    log: RunLog
    stop: StopRequest
    limits: RunLimits
    timeout_seconds: float
    count_injected: bool
    on_kernel_started: Callable[[], None]
    on_progress: Callable[[Progress], None]
    ending: Ending = field(default_factory=Ending)
    progress: Progress = field(default_factory=Progress)

    def execute(self, nb: Any, kernel_name: str) -> Any:
        """Execute a notebook; its outputs, and ``ending`` and ``progress``, then say how it went."""
        book = CellBook(nb, self.count_injected)
        recorder = Recorder(nb, book, self.spool, self.masker, self.log, self.on_progress)
        recorder.notebook_start()
        try:
            asyncio.run(self._run(recorder, kernel_name))
        finally:
            self.progress = recorder.progress
            recorder.notebook_complete()
            recorder.save(durable=True)
        return recorder.nb

    async def _run(self, recorder: Recorder, kernel_name: str) -> None:
        client = _Client(
            recorder,
            km=self.kernel.manager,
            kernel_name=kernel_name,
            startup_timeout=START_TIMEOUT_SECONDS,
            iopub_timeout=_OUTPUT_TIMEOUT_SECONDS,
            stdout_file=self.log,
        )
        self.stop.attach()
        timer = asyncio.get_running_loop().call_later(
            self.timeout_seconds,
            self.stop.ask,
            "timed_out",
            f"The time limit of {self.timeout_seconds:g} s was reached",
        )
        watcher = asyncio.create_task(self._watch_memory())
        try:
            await self._start_kernel(client)
            await self._execute_cells(client, recorder)
            await self._finish_notebook(client)
        except _Stopped:
            self.ending = ending_of_stop(self.stop, recorder)
        except DeadKernelError:
            self.ending = ending_of_death(self.kernel.death(), recorder)
        finally:
            timer.cancel()
            watcher.cancel()
            await self._end_kernel(client)
            self.stop.detach()

    async def _start_kernel(self, client: _Client) -> None:
        try:
            await self.kernel.start(self.environment, self.limits, self.spool.work, self.spool.folder.name)
            self.on_kernel_started()
            await self._unless_stopped(client.async_start_new_kernel_client(), gently=False)
        except (OSError, RuntimeError) as error:
            tail = self.kernel.log_tail()
            raise KernelNotStarted(
                f"The kernel did not start: {error}" + (f"\n{tail}" if tail else "")
            ) from error

    async def _execute_cells(self, client: _Client, recorder: Recorder) -> None:
        for position, cell in enumerate(recorder.nb.cells):
            if self.stop.reason is not None:
                raise _Stopped
            recorder.begin(position)
            failed = True
            try:
                await self._unless_stopped(client.async_execute_cell(cell, position))
                failed = False
            except CellExecutionError as error:
                if error.ename == "SystemExit" and error.evalue in _CLEAN_EXITS:
                    failed = False  # the notebook's own early end, as papermill has it
                    return
                self.ending = ending_of_error(error, position, recorder)
                return
            except CellTimeoutError:
                self.ending = ending_of_lost_output(_OUTPUT_TIMEOUT_SECONDS, position, recorder)
                return
            finally:
                recorder.finish(position, failed)

    async def _finish_notebook(self, client: _Client) -> None:
        """Note the language, for readers of the file, and the widgets' last state."""
        client.set_widgets_metadata()
        with contextlib.suppress(DeadKernelError):  # the last cell may end its kernel; that is no failure
            reply = await client.async_wait_for_reply(client.kc.kernel_info())
            if reply is not None and "language_info" in reply["content"]:
                client.nb.metadata["language_info"] = reply["content"]["language_info"]

    async def _unless_stopped(self, work: Coroutine[Any, Any, Any], gently: bool = True) -> None:
        """Do a piece of work; when the run is asked to stop meanwhile, end it and raise ``_Stopped``.

        ``gently`` interrupts the kernel first, so that the cell may clean up.
        """
        task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(self.stop.wait())
        try:
            await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
                return
            await self._end_work(task, gently and self.stop.reason != "out_of_memory")
            raise _Stopped
        finally:
            stopped.cancel()

    async def _end_work(self, task: "asyncio.Future[Any]", gently: bool) -> None:
        if gently:
            await self.kernel.interrupt()
            await asyncio.wait({task}, timeout=_INTERRUPT_GRACE_SECONDS)
        if not task.done():
            await self.kernel.kill()
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _end_kernel(self, client: _Client) -> None:
        """Let the kernel shut down (its ``atexit`` runs), then end all that it started."""
        if client.km is not None:  # else a failed start has cleaned up already
            with contextlib.suppress(RuntimeError):
                await client._async_cleanup_kernel()
        await self.kernel.kill()
        end_descendants()
        self.kernel.forget()

    async def _watch_memory(self) -> None:
        """Stop the run when the kernel and its children hold more memory than they may."""
        bound = self.limits.memory_bytes
        while bound is not None:
            await asyncio.sleep(_MEMORY_LOOK_SECONDS)
            if self.kernel.pid is not None and uses_more_memory(self.kernel.pid, bound):
                self.stop.ask(
                    "out_of_memory", f"The run may use {bound / 2**20:,.0f} MiB of memory and used more"
                )
                return
