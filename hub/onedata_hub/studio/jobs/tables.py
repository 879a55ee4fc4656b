"""Jobs, their runs, the runs' attempts, and notifications on their way.

Runs come in their millions, so what lists and the scheduler need is in one narrow row
(``job_runs``) and everything large beside it (``job_run_details``).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.engine import Row
from sqlalchemy.orm import Mapped, mapped_column

from onedata_hub.studio.database import Base, UtcDateTime

Json = dict[str, Any]
AnyRow = Row[*tuple[Any, ...]]  # columns by name, as a query chose them
_ALIVE = text("deleted_at IS NULL")


class JobRow(Base):
    """A job. ``next_due_at`` is None while nothing is due: no schedule, paused, deleted.

    ``run_as`` is whose token scheduled runs get: whoever last chose what runs.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index(
            "uq_jobs_workspace_name",
            "workspace",
            "name",
            unique=True,
            sqlite_where=_ALIVE,
            postgresql_where=_ALIVE,
        ),
        Index("ix_jobs_next_due_at", "next_due_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    workspace: Mapped[str] = mapped_column(String(63))
    name: Mapped[str] = mapped_column(String(100))
    notebook_path: Mapped[str] = mapped_column(String(4_000))
    notebook_digest: Mapped[str] = mapped_column(String(64))
    snapshot: Mapped[str] = mapped_column(String(64))
    kernel: Mapped[str] = mapped_column(String(500))
    parameter_specs: Mapped[list[Json] | None] = mapped_column(JSON(none_as_null=True))
    parameters: Mapped[Json] = mapped_column(JSON)
    profile: Mapped[str | None] = mapped_column(String(100))
    profile_options: Mapped[Json] = mapped_column(JSON)
    environment: Mapped[Json] = mapped_column(JSON)
    schedule: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    overlap: Mapped[str] = mapped_column(String(16))
    retries: Mapped[Json] = mapped_column(JSON)
    timeout_seconds: Mapped[float] = mapped_column(Float)
    notifications: Mapped[list[Json]] = mapped_column(JSON)
    run_as: Mapped[str] = mapped_column(String(255))
    next_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class JobRunRow(Base):
    """A run, as lists and the scheduler see it.

    ``scheduled_for`` is the due time of a scheduled run and None otherwise: with the job it is
    unique, so a due time becomes one run however many schedulers look. ``slot_job_id`` is the
    job's id from the claim of a run until it ends or waits again, and unique: two runs of one
    job never run at once. ``owner`` and ``lease_until`` say which studio looks after it.
    """

    __tablename__ = "job_runs"
    __table_args__ = (
        UniqueConstraint("job_id", "scheduled_for", name="uq_job_runs_job_id_scheduled_for"),
        UniqueConstraint("slot_job_id", name="uq_job_runs_slot_job_id"),
        Index("ix_job_runs_workspace_id", "workspace", "id"),
        Index("ix_job_runs_workspace_state_id", "workspace", "state", "id"),
        Index("ix_job_runs_job_id_id", "job_id", "id"),
        Index("ix_job_runs_job_id_state_id", "job_id", "state", "id"),
        Index("ix_job_runs_workspace_finished_at", "workspace", "finished_at"),
        Index("ix_job_runs_state_not_before", "state", "not_before"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    workspace: Mapped[str] = mapped_column(String(63))
    job_id: Mapped[str] = mapped_column(String(32))
    job_name: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(16))
    trigger: Mapped[str] = mapped_column(String(16))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    scheduled_for: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(255))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    retries_left: Mapped[int] = mapped_column(Integer, default=0)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    slot_job_id: Mapped[str | None] = mapped_column(String(32))
    owner: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cells_total: Mapped[int] = mapped_column(Integer, default=0)
    cells_done: Mapped[int] = mapped_column(Integer, default=0)
    current_cell: Mapped[int | None] = mapped_column(Integer)
    current_name: Mapped[str] = mapped_column(String(200), default="")
    failing_cell: Mapped[str | None] = mapped_column(String(200))
    message: Mapped[str] = mapped_column(String(1_000), default="")


class JobRunDetailRow(Base):
    """The rest of a run: what it was due with, and what came of it.

    ``outputs`` are ``<attempt>/<name>`` of what is stored.
    """

    __tablename__ = "job_run_details"

    run_id: Mapped[str] = mapped_column(ForeignKey("job_runs.id"), primary_key=True)
    notebook_path: Mapped[str] = mapped_column(String(4_000))
    notebook_digest: Mapped[str] = mapped_column(String(64))
    snapshot: Mapped[str] = mapped_column(String(64))
    kernel: Mapped[str] = mapped_column(String(500))
    parameters: Mapped[Json] = mapped_column(JSON)
    profile: Mapped[str | None] = mapped_column(String(100))
    profile_options: Mapped[Json] = mapped_column(JSON)
    environment: Mapped[Json] = mapped_column(JSON)
    retries: Mapped[Json] = mapped_column(JSON)
    timeout_seconds: Mapped[float] = mapped_column(Float)
    notifications: Mapped[list[Json]] = mapped_column(JSON)
    failure: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    outputs: Mapped[list[str]] = mapped_column(JSON)
    datasets_read: Mapped[list[str]] = mapped_column(JSON)
    datasets_written: Mapped[list[str]] = mapped_column(JSON)
    mlflow_runs: Mapped[list[str]] = mapped_column(JSON)


class JobAttemptRow(Base):
    """One attempt of a run, from its first start to its clean-up.

    A start that was interrupted is made again with a new key and a new token, since neither is
    kept in the clear: any key of the list opens the attempt, each token is revoked at the end.
    ``user_groups`` and ``user_is_admin`` are the hub's word on the user when the attempt began: it
    says for whose datasets the attempt may speak in the lineage. ``begun_by`` names the one place that
    may execute it, where runners fetch their orders here.
    """

    __tablename__ = "job_attempts"
    __table_args__ = (
        Index(
            "ix_job_attempts_to_clean",
            "ended_at",
            sqlite_where=text("cleaned_at IS NULL"),
            postgresql_where=text("cleaned_at IS NULL"),
        ),
    )

    run_id: Mapped[str] = mapped_column(ForeignKey("job_runs.id"), primary_key=True)
    attempt: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    user: Mapped[str] = mapped_column(String(255))
    user_groups: Mapped[list[str]] = mapped_column(JSON)
    user_is_admin: Mapped[bool] = mapped_column(Boolean)
    key_hashes: Mapped[list[str]] = mapped_column(JSON)
    token_ids: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    starts: Mapped[int] = mapped_column(Integer, default=0)
    begun_by: Mapped[str | None] = mapped_column(String(64))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    overdue_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(16))
    cleaned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NotificationRow(Base):
    """A notification to send: written with the end it tells of, so none is lost.

    ``state`` is pending, sent or failed. The id goes with every try, so that a receiver can
    tell a repeated one.
    """

    __tablename__ = "job_notifications"
    __table_args__ = (
        Index("ix_job_notifications_state_not_before", "state", "not_before"),
        Index("ix_job_notifications_run_id", "run_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("job_runs.id"))
    target: Mapped[Json] = mapped_column(JSON)
    payload: Mapped[Json] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
