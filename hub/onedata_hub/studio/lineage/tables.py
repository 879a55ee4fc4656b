"""Lineage as nodes and edges, and what each run has told so far."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from onedata_hub.studio.database import Base, UtcDateTime

NodeKey = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows in INTEGER columns only


class NodeRow(Base):
    """A dataset or model version, a notebook, a job, or something outside.

    Names may be longer than an index takes, so nodes are found by digest: ``digest`` of the
    whole id, ``entity`` of the id without its version.
    """

    __tablename__ = "lineage_nodes"
    __table_args__ = (Index("ix_lineage_nodes_entity", "entity"),)

    id: Mapped[int] = mapped_column(NodeKey, primary_key=True, autoincrement=True)
    digest: Mapped[str] = mapped_column(String(40), unique=True)
    entity: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(16))
    workspace: Mapped[str] = mapped_column(String(63))
    name: Mapped[str] = mapped_column(Text)
    version: Mapped[str | None] = mapped_column(Text)


class EdgeRow(Base):
    """``source`` went into ``target``: in how many runs, and when last."""

    __tablename__ = "lineage_edges"
    __table_args__ = (Index("ix_lineage_edges_target", "target", "last_at"),)

    source: Mapped[int] = mapped_column(NodeKey, primary_key=True, autoincrement=False)
    target: Mapped[int] = mapped_column(NodeKey, primary_key=True, autoincrement=False)
    runs: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RunRow(Base):
    """What the events of one run have named, as node numbers in JSON.

    OpenLineage spreads a run's inputs and outputs over its events; with this row an edge counts
    once a run, however often and in whatever parts it is told.
    """

    __tablename__ = "lineage_runs"

    digest: Mapped[str] = mapped_column(String(40), primary_key=True)
    inputs: Mapped[str] = mapped_column(Text)
    outputs: Mapped[str] = mapped_column(Text)
    jobs: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
