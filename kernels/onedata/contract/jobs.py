"""Jobs: notebooks that run with nobody logged in, and their runs."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from onedata.contract.names import ResourceName, WorkspaceName
from onedata.contract.profiles import ProfileOptions

ParameterType = Literal["str", "int", "float", "bool", "list", "dict", "date", "datetime", "any"]


class ParameterSpec(BaseModel):
    """One parameter of a notebook, read from its cell tagged ``parameters``.

    ``type`` comes from the annotation, else from the default. ``optional`` says that it may be
    None, ``required`` that the cell gives it no value. ``choices`` comes from ``Literal[...]``.
    ``help`` is the comment at the end of the line. Dates and moments are ISO text.
    """

    name: str
    type: ParameterType
    optional: bool = False
    required: bool = False
    default: Any = None
    choices: list[Any] | None = None
    help: str = ""


class NotebookInspect(BaseModel):
    """A notebook to look at, as nbformat JSON."""

    notebook: dict[str, Any]


class NotebookInfo(BaseModel):
    """What a notebook needs."""

    digest: str
    kernel: str
    cells: int
    parameters: list[ParameterSpec]


class Overlap(StrEnum):
    """What happens when a run is due while one of the same job still runs."""

    forbid = "forbid"
    queue = "queue"
    replace = "replace"  # type: ignore[assignment]  # the policy's name; nobody calls str.replace on one


class CatchUp(StrEnum):
    """What happens to due times that passed while no scheduler ran."""

    none = "none"
    latest = "latest"
    all = "all"


class Schedule(BaseModel):
    """Five-field cron in an IANA time zone; DST as in Debian's cron."""

    model_config = ConfigDict(extra="forbid")

    cron: Annotated[str, StringConstraints(max_length=200)]
    timezone: Annotated[str, StringConstraints(max_length=64)] = "UTC"
    catch_up: CatchUp = CatchUp.latest
    paused: bool = False


class SchedulePreview(BaseModel):
    """A schedule in words, and its next due times (UTC)."""

    description: str
    next_due: list[datetime]


class Retries(BaseModel):
    """How often a failed run is tried again: after ``backoff_seconds`` × ``factor`` ** attempt."""

    model_config = ConfigDict(extra="forbid")

    max_retries: int = Field(default=0, ge=0, le=20)
    backoff_seconds: float = Field(default=30.0, ge=0, le=86_400)
    factor: float = Field(default=2.0, ge=1, le=10)


class NotifyOn(StrEnum):
    """The ends of a run somebody may want to hear of."""

    succeeded = "succeeded"
    failed = "failed"


class WebhookNotification(BaseModel):
    """POST the finished run as JSON to a URL."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["webhook"] = "webhook"
    url: Annotated[str, StringConstraints(max_length=2_000, pattern=r"^https?://")]
    on: list[NotifyOn] = Field(default_factory=lambda: [NotifyOn.failed])


class MailNotification(BaseModel):
    """Mail the finished run to an address."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["mail"] = "mail"
    to: Annotated[str, StringConstraints(max_length=320, pattern=r"^[^@\s]+@[^@\s]+$")]
    on: list[NotifyOn] = Field(default_factory=lambda: [NotifyOn.failed])


Notification = Annotated[WebhookNotification | MailNotification, Field(discriminator="type")]


class JobFields(BaseModel):
    """What a person chooses about a job. ``profile_options`` are choices within the profile: ``{"image": "torch"}``."""

    model_config = ConfigDict(extra="forbid")

    parameters: dict[str, Any] = Field(default_factory=dict)
    profile: Annotated[str, StringConstraints(max_length=100)] | None = None
    profile_options: ProfileOptions = Field(default_factory=dict)
    environment: dict[str, str] = Field(default_factory=dict, max_length=100)
    schedule: Schedule | None = None
    overlap: Overlap = Overlap.forbid
    retries: Retries = Field(default_factory=Retries)
    timeout_seconds: float = Field(default=86_400.0, gt=0, le=30 * 86_400)
    notifications: list[Notification] = Field(default_factory=list, max_length=20)


class JobCreate(JobFields):
    """A new job: a notebook's snapshot and how to run it."""

    name: ResourceName
    notebook: dict[str, Any]
    notebook_path: str = Field(default="", max_length=4_000)


class JobUpdate(BaseModel):
    """Change a job; absent fields stay as they are. Runs that are due keep what they were due with.

    Another profile without ``profile_options`` has its own default choices.
    """

    model_config = ConfigDict(extra="forbid")

    notebook: dict[str, Any] | None = None
    notebook_path: str | None = Field(default=None, max_length=4_000)
    parameters: dict[str, Any] | None = None
    profile: str | None = Field(default=None, max_length=100)
    profile_options: ProfileOptions | None = None
    environment: dict[str, str] | None = Field(default=None, max_length=100)
    schedule: Schedule | None = None
    overlap: Overlap | None = None
    retries: Retries | None = None
    timeout_seconds: float | None = Field(default=None, gt=0, le=30 * 86_400)
    notifications: list[Notification] | None = Field(default=None, max_length=20)


class RunState(StrEnum):
    """Where a run is. ``queued`` and ``running`` are the states that pass."""

    queued = "queued"
    running = "running"
    succeeded = "succeeded"
    failed = "failed"
    cancelled = "cancelled"
    timed_out = "timed_out"
    skipped = "skipped"

    @property
    def is_final(self) -> bool:
        """Say whether a run in this state has ended."""
        return self not in (RunState.queued, RunState.running)


class Trigger(StrEnum):
    """Why a run exists."""

    schedule = "schedule"
    manual = "manual"


class CellFailure(BaseModel):
    """The cell a run failed in: its place (0 is the first), name, source and error.

    ``name`` is the cell's ``name`` metadata, else its heading or first line.
    """

    index: int
    name: str
    source: str
    error_name: str
    error_message: str
    traceback: str = ""


class Progress(BaseModel):
    """How far a run is, in code cells."""

    cells_total: int = 0
    cells_done: int = 0
    current_cell: int | None = None
    current_name: str = ""


class RunSummary(BaseModel):
    """A run in a list."""

    id: str
    job_id: str
    job_name: str
    state: RunState
    trigger: Trigger
    due_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    duration_seconds: float | None = None
    attempt: int = 1
    progress: Progress = Field(default_factory=Progress)
    failing_cell: str | None = None
    message: str = ""
    created_by: str


class Run(RunSummary):
    """A run in full. ``outputs`` names what can be downloaded."""

    workspace: WorkspaceName
    notebook_digest: str
    parameters: dict[str, Any]
    profile: str | None
    profile_options: dict[str, str] = Field(default_factory=dict)
    failure: CellFailure | None = None
    outputs: list[str] = Field(default_factory=list)
    datasets_read: list[str] = Field(default_factory=list)
    datasets_written: list[str] = Field(default_factory=list)
    mlflow_runs: list[str] = Field(default_factory=list)


class RunCreate(BaseModel):
    """Run a job now; ``parameters`` are laid over the job's own."""

    model_config = ConfigDict(extra="forbid")

    parameters: dict[str, Any] = Field(default_factory=dict)


class JobSummary(BaseModel):
    """A job in a list. ``run_as`` is whose rights its scheduled runs have: who last changed what they run."""

    id: str
    workspace: WorkspaceName
    name: ResourceName
    notebook_path: str
    schedule: Schedule | None
    next_due_at: datetime | None
    last_run: RunSummary | None = None
    created_by: str
    run_as: str
    updated_at: datetime


class Job(JobSummary):
    """A job in full."""

    notebook_digest: str
    kernel: str
    parameter_specs: list[ParameterSpec]
    parameters: dict[str, Any]
    profile: str | None
    profile_options: dict[str, str] = Field(default_factory=dict)
    environment: dict[str, str]
    overlap: Overlap
    retries: Retries
    timeout_seconds: float
    notifications: list[Notification]
    created_at: datetime


class RunLog(BaseModel):
    """Part of a run's log: the text from ``offset`` on (bytes), and where the next part starts."""

    text: str
    offset: int
    next_offset: int
    complete: bool


class RunningUsers(BaseModel):
    """The users whose jobs are running now."""

    users: list[str]
