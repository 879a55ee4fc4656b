"""What the studio hands the notebook runner, and what the runner reports back.

The studio writes a ``RunSpec`` as ``spec.json`` into the run's spool folder and starts
``python -m onedata.runner <spool>``. Starting twice is harmless: the runner takes the
folder's lock, delivers a result it finds, and executes at most once.
"""

from datetime import datetime
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
