"""Jobs, runs, attempts and notifications."""

import sqlalchemy as sa
from alembic import op
from onedata_hub.studio.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_jobs()
    _create_runs()
    _create_details()
    _create_attempts()
    _create_notifications()


def downgrade() -> None:
    for table in ("job_notifications", "job_attempts", "job_run_details", "job_runs", "jobs"):
        op.drop_table(table)


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("workspace", sa.String(63), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("notebook_path", sa.String(4_000), nullable=False),
        sa.Column("notebook_digest", sa.String(64), nullable=False),
        sa.Column("snapshot", sa.String(64), nullable=False),
        sa.Column("kernel", sa.String(500), nullable=False),
        sa.Column("parameter_specs", sa.JSON()),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("profile", sa.String(100)),
        sa.Column("environment", sa.JSON(), nullable=False),
        sa.Column("schedule", sa.JSON()),
        sa.Column("overlap", sa.String(16), nullable=False),
        sa.Column("retries", sa.JSON(), nullable=False),
        sa.Column("timeout_seconds", sa.Float(), nullable=False),
        sa.Column("notifications", sa.JSON(), nullable=False),
        sa.Column("run_as", sa.String(255), nullable=False),
        sa.Column("next_due_at", UtcDateTime()),
        sa.Column("created_by", sa.String(255), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    alive = sa.text("deleted_at IS NULL")
    op.create_index(
        "uq_jobs_workspace_name",
        "jobs",
        ["workspace", "name"],
        unique=True,
        sqlite_where=alive,
        postgresql_where=alive,
    )
    op.create_index("ix_jobs_next_due_at", "jobs", ["next_due_at"])


def _create_runs() -> None:
    op.create_table(
        "job_runs",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("workspace", sa.String(63), nullable=False),
        sa.Column("job_id", sa.String(32), nullable=False),
        sa.Column("job_name", sa.String(100), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("trigger", sa.String(16), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("scheduled_for", UtcDateTime()),
        sa.Column("created_by", sa.String(255), nullable=False),
        sa.Column("started_at", UtcDateTime()),
        sa.Column("finished_at", UtcDateTime()),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("retries_left", sa.Integer(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("slot_job_id", sa.String(32)),
        sa.Column("owner", sa.String(32)),
        sa.Column("lease_until", UtcDateTime()),
        sa.Column("cancel_requested_at", UtcDateTime()),
        sa.Column("cells_total", sa.Integer(), nullable=False),
        sa.Column("cells_done", sa.Integer(), nullable=False),
        sa.Column("current_cell", sa.Integer()),
        sa.Column("current_name", sa.String(200), nullable=False),
        sa.Column("failing_cell", sa.String(200)),
        sa.Column("message", sa.String(1_000), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_job_runs"),
        sa.UniqueConstraint("job_id", "scheduled_for", name="uq_job_runs_job_id_scheduled_for"),
        sa.UniqueConstraint("slot_job_id", name="uq_job_runs_slot_job_id"),
    )
    for columns in (
        ["workspace", "id"],
        ["workspace", "state", "id"],
        ["job_id", "id"],
        ["job_id", "state", "id"],
        ["state", "not_before"],
    ):
        op.create_index(f"ix_job_runs_{'_'.join(columns)}", "job_runs", columns)


def _create_details() -> None:
    op.create_table(
        "job_run_details",
        sa.Column("run_id", sa.String(32), nullable=False),
        sa.Column("notebook_path", sa.String(4_000), nullable=False),
        sa.Column("notebook_digest", sa.String(64), nullable=False),
        sa.Column("snapshot", sa.String(64), nullable=False),
        sa.Column("kernel", sa.String(500), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("profile", sa.String(100)),
        sa.Column("environment", sa.JSON(), nullable=False),
        sa.Column("retries", sa.JSON(), nullable=False),
        sa.Column("timeout_seconds", sa.Float(), nullable=False),
        sa.Column("notifications", sa.JSON(), nullable=False),
        sa.Column("failure", sa.JSON()),
        sa.Column("outputs", sa.JSON(), nullable=False),
        sa.Column("datasets_read", sa.JSON(), nullable=False),
        sa.Column("datasets_written", sa.JSON(), nullable=False),
        sa.Column("mlflow_runs", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="pk_job_run_details"),
        sa.ForeignKeyConstraint(["run_id"], ["job_runs.id"], name="fk_job_run_details_run_id_job_runs"),
    )


def _create_attempts() -> None:
    op.create_table(
        "job_attempts",
        sa.Column("run_id", sa.String(32), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("user", sa.String(255), nullable=False),
        sa.Column("user_groups", sa.JSON(), nullable=False),
        sa.Column("user_is_admin", sa.Boolean(), nullable=False),
        sa.Column("key_hashes", sa.JSON(), nullable=False),
        sa.Column("token_ids", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime()),
        sa.Column("overdue_at", UtcDateTime()),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("outcome", sa.String(16)),
        sa.Column("cleaned_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("run_id", "attempt", name="pk_job_attempts"),
        sa.ForeignKeyConstraint(["run_id"], ["job_runs.id"], name="fk_job_attempts_run_id_job_runs"),
    )
    to_clean = sa.text("cleaned_at IS NULL")
    op.create_index(
        "ix_job_attempts_to_clean",
        "job_attempts",
        ["ended_at"],
        sqlite_where=to_clean,
        postgresql_where=to_clean,
    )


def _create_notifications() -> None:
    op.create_table(
        "job_notifications",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("run_id", sa.String(32), nullable=False),
        sa.Column("target", sa.JSON(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("sent_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_job_notifications"),
        sa.ForeignKeyConstraint(["run_id"], ["job_runs.id"], name="fk_job_notifications_run_id_job_runs"),
    )
    op.create_index("ix_job_notifications_state_not_before", "job_notifications", ["state", "not_before"])
    op.create_index("ix_job_notifications_run_id", "job_notifications", ["run_id"])
