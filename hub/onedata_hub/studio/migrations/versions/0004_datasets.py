"""Datasets, versions, uploads and sweeps."""

import sqlalchemy as sa
from alembic import op
from onedata_hub.studio.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "datasets",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("workspace", sa.String(63), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("search", sa.Text, nullable=False),
        sa.Column("latest_version", sa.Integer, nullable=False),
        sa.Column("latest_digest", sa.String(36), nullable=False),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=True),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(255), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.String(255), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_datasets"),
        sa.UniqueConstraint("workspace", "name", name="uq_datasets_workspace_name"),
    )
    op.create_table(
        "dataset_tags",
        sa.Column("workspace", sa.String(63), nullable=False),
        sa.Column("tag", sa.String(63), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "tag", "name", name="pk_dataset_tags"),
    )
    op.create_table(
        "dataset_versions",
        sa.Column("dataset_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(36), nullable=False),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=True),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("files", sa.Integer, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("job_run_id", sa.Text, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("dataset_id", "number", name="pk_dataset_versions"),
    )
    op.create_table(
        "dataset_details",
        sa.Column("dataset_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("columns", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("files", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("dataset_id", "number", name="pk_dataset_details"),
    )
    op.create_table(
        "dataset_uploads",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("workspace", sa.String(63), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_by", sa.String(255), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("pinned", sa.LargeBinary, nullable=True),
        sa.Column("version", sa.Integer, nullable=True),
        sa.Column("digest", sa.String(36), nullable=True),
        sa.Column("unchanged", sa.Boolean, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dataset_uploads"),
    )
    op.create_index("ix_dataset_uploads_state", "dataset_uploads", ["state", "expires_at"])
    op.create_table(
        "dataset_doomed",
        sa.Column("workspace", sa.String(63), nullable=False),
        sa.Column("digest", sa.String(36), nullable=False),
        sa.Column("sweep", sa.String(32), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "digest", "sweep", name="pk_dataset_doomed"),
    )
    op.create_table(
        "dataset_sweeps",
        sa.Column("workspace", sa.String(63), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", name="pk_dataset_sweeps"),
    )


def downgrade() -> None:
    for table in (
        "dataset_sweeps",
        "dataset_doomed",
        "dataset_uploads",
        "dataset_details",
        "dataset_versions",
        "dataset_tags",
        "datasets",
    ):
        op.drop_table(table)
