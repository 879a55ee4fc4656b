"""What the studio hands the notebook runner, and what the runner reports back.

The studio writes a ``RunSpec`` as ``spec.json`` into the run's spool folder and starts
``python -m onedata.runner <spool>``. Starting twice is harmless: the runner takes the
folder's lock, delivers a result it finds, and executes at most once.

Where the spool is new with each start (a pod has its own disk), ``python -m onedata.runner --fetch
<spool>`` begins with an empty folder: the runner asks the studio for its ``RunOrders``, and the
studio gives them to one place only. Such a runner writes its log to its standard output too, as
``LogFrame`` lines, which say where in the log they belong.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field

from onedata.contract.jobs import CellFailure, Progress

RUN_KEY_HEADER = "Onedata-Run-Key"

SPEC_FILE = "spec.json"  # a RunSpec, written by the studio
NOTEBOOK_FILE = "notebook.ipynb"  # the snapshot, written by the studio
EXECUTED_FILE = "executed.ipynb"  # written by the runner after each cell
LOG_FILE = "log.txt"  # stdout, stderr and the cells' text output
RESULT_FILE = "result.json"  # a RunResult, written (atomically) before it is reported
STARTED_FILE = "started"  # made (exclusively) before the first cell
LOCK_FILE = "lock"  # held (flock) by the runner of this attempt; holds a RunnerProcess
LIMITS_FILE = "limits.json"  # RunLimits, written by a backend that cannot set them itself
ENDED_FILE = "ended.json"  # a RunnerEnd, written by whoever started a runner that a signal ended
PLACE_FILE = "place"  # names this folder among all in which the attempt may have been started
SESSION_FILE = "session.json"  # SessionFile, written by the kernel library
RUNNER_LOG_FILE = "runner.log"  # what the runner itself has to say, for administrators
WORK_FOLDER = "work"  # the notebook's working directory
EXECUTED_HTML = "executed.html"  # the executed notebook as a page, made after the result


class RunSpec(BaseModel):
    """One attempt of one run.

    The runner finds its secrets in the environment, never in this file:
    ``ONEDATA_RUN_KEY`` for reports and ``JUPYTERHUB_API_TOKEN`` for the notebook's own calls.
    """

    run_id: str
    attempt: int
    job_name: str
    workspace: str
    user: str
    studio_url: str
    notebook_path: str
    notebook_digest: str
    kernel: str
    parameters: dict[str, Any] = Field(default_factory=dict)
    timeout_seconds: float


class RunBegin(BaseModel):
    """Asks to execute an attempt in a place; asked again from the same place, the answer is the same."""

    place: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")


class RunOrders(BaseModel):
    """The studio's answer to ``RunBegin``: what to execute, for one place alone.

    ``notebook`` is the snapshot, nbformat JSON as text.
    """

    spec: RunSpec
    notebook: str = Field(repr=False)


# Why the studio gives no orders: codes of its problem JSON.
BEGUN_ELSEWHERE = "begun_elsewhere"
RUN_CANCELLED = "run_cancelled"


class RunReport(BaseModel):
    """Progress of a running attempt: sent at each cell's start and end."""

    attempt: int
    progress: Progress
    datasets_read: list[str] = Field(default_factory=list)
    datasets_written: list[str] = Field(default_factory=list)
    mlflow_runs: list[str] = Field(default_factory=list)


class RunReply(BaseModel):
    """The studio's answer to a report: ``cancel`` asks the runner to stop."""

    cancel: bool = False


class RunResult(RunReport):
    """How an attempt ended."""

    outcome: Literal["succeeded", "failed", "timed_out", "cancelled", "lost"]
    started_at: datetime
    finished_at: datetime
    failure: CellFailure | None = None
    message: str = ""


class SessionFile(BaseModel):
    """What the kernel of a run has read, written and tracked so far."""

    datasets_read: list[str] = Field(default_factory=list)
    datasets_written: list[str] = Field(default_factory=list)
    mlflow_runs: list[str] = Field(default_factory=list)


class RunLimits(BaseModel):
    """What the kernel and all it starts may use; None is no limit."""

    memory_bytes: int | None = Field(default=None, gt=0)
    cpus: float | None = Field(default=None, gt=0)


class RunnerProcess(BaseModel):
    """A process, named so that a later one with the same number is not mistaken for it.

    ``started`` is the start time in clock ticks since boot, ``boot`` the boot it counts from.
    Source: proc(5), ``/proc/[pid]/stat`` field 22.
    """

    pid: int
    started: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> "RunnerProcess | None":
        """Name a process that lives now; None if there is none (a zombie is none)."""
        try:
            state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        if state in "ZX":
            return None
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return cls(pid=pid, started=int(fields[18]), boot=boot)

    @classmethod
    def current(cls) -> "RunnerProcess":
        """Name this process."""
        process = cls.of(os.getpid())
        assert process is not None
        return process

    def is_alive(self) -> bool:
        """Say whether this very process still runs."""
        return RunnerProcess.of(self.pid) == self


class RunnerEnd(BaseModel):
    """How a runner ended that did not end by itself: the signal's number."""

    signal: int


class LogFrame(BaseModel):
    """A piece of a run's log, as a line on the runner's standard output.

    A line says where in the log its text begins (bytes of UTF-8), so that whoever reads only the
    newest lines, or others between them, still knows the place of each.
    """

    at: int
    log: str

    def line(self) -> bytes:
        """Give the frame as a line."""
        return json.dumps({"at": self.at, "log": self.log}, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> "LogFrame | None":
        """Read a line; None if it is no frame: the runner itself had something to say."""
        if not line.startswith(b'{"at": '):
            return None
        try:
            return cls.model_validate_json(line)
        except ValueError:
            return None


FORK_GOODBYE = (
    b"goodbye"  # the line of who leaves in good order: after the last one the fork server ends at once
)


class ForkRequest(BaseModel):
    """Asks the fork server for a runner on a spool folder. One JSON line on its socket.

    The environment is the runner's whole environment, secrets included: that is why it
    travels over a socket only its owner can open, and never as arguments.
    """

    spool: str
    environment: dict[str, str] = Field(repr=False)


class ForkReply(BaseModel):
    """The fork server's answer: the runner's process, or why there is none. One JSON line."""

    process: RunnerProcess | None = None
    error: str = ""
