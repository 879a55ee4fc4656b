"""Lineage: nodes, edges, and what each run has told."""

import sqlalchemy as sa
from alembic import op
from onedata_hub.studio.database import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "lineage_nodes",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(40), nullable=False),
        sa.Column("entity", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("workspace", sa.String(63), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_lineage_nodes"),
        sa.UniqueConstraint("digest", name="uq_lineage_nodes_digest"),
    )
    op.create_index("ix_lineage_nodes_entity", "lineage_nodes", ["entity"])
    op.create_table(
        "lineage_edges",
        sa.Column("source", KEY, autoincrement=False, nullable=False),
        sa.Column("target", KEY, autoincrement=False, nullable=False),
        sa.Column("runs", sa.Integer, nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", "target", name="pk_lineage_edges"),
    )
    op.create_index("ix_lineage_edges_target", "lineage_edges", ["target", "last_at"])
    op.create_table(
        "lineage_runs",
        sa.Column("digest", sa.String(40), nullable=False),
        sa.Column("inputs", sa.Text, nullable=False),
        sa.Column("outputs", sa.Text, nullable=False),
        sa.Column("jobs", sa.Text, nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_lineage_runs"),
    )
    op.create_index("ix_lineage_runs_updated_at", "lineage_runs", ["updated_at"])


def downgrade() -> None:
    for table in ("lineage_runs", "lineage_edges", "lineage_nodes"):
        op.drop_table(table)
