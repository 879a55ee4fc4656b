"""An index to find the runs of a workspace that ended since a moment."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_job_runs_workspace_finished_at", "job_runs", ["workspace", "finished_at"])


def downgrade() -> None:
    op.drop_index("ix_job_runs_workspace_finished_at", "job_runs")
