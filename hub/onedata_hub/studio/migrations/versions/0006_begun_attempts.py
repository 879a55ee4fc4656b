"""Which place began to execute an attempt, where the studio decides that."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job_attempts", sa.Column("begun_by", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("job_attempts", "begun_by")
