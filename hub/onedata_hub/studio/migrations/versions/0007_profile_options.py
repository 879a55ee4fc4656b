"""What a job chooses within its profile, such as the image."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLES = ("jobs", "job_run_details")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("profile_options", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    for table in _TABLES:
        op.drop_column(table, "profile_options")
