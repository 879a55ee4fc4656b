"""Datasets, versions, uploads, and what the sweep of unused objects is about to remove."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.engine import Row
from sqlalchemy.orm import Mapped, mapped_column

from onedata_hub.studio.database import Base, UtcDateTime

AnyRow = Row[*tuple[Any, ...]]  # columns by name, as a query chose them


class DatasetRow(Base):
    """A dataset with its newest version's figures, so that a list is one walk along an index.

    A deleted dataset keeps its row (``deleted_at`` set): its numbers are never given out again,
    since ``flights@3`` written down somewhere must not come to mean other bytes.
    """

    __tablename__ = "datasets"
    __table_args__ = (UniqueConstraint("workspace", "name", name="uq_datasets_workspace_name"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    workspace: Mapped[str] = mapped_column(String(63))
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text)
    tags: Mapped[str] = mapped_column(Text)  # a JSON list
    search: Mapped[str] = mapped_column(Text)  # name, description and tags, case-folded
    latest_version: Mapped[int] = mapped_column(Integer)
    latest_digest: Mapped[str] = mapped_column(String(36))
    format: Mapped[str] = mapped_column(String(16))
    rows: Mapped[int | None] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(255))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(255))
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TagRow(Base):
    """A dataset's tag, by tag: to list the datasets that bear one."""

    __tablename__ = "dataset_tags"

    workspace: Mapped[str] = mapped_column(String(63), primary_key=True)
    tag: Mapped[str] = mapped_column(String(63), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)


class VersionRow(Base):
    """A version's figures: what a list of versions shows."""

    __tablename__ = "dataset_versions"

    dataset_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(36))
    format: Mapped[str] = mapped_column(String(16))
    rows: Mapped[int | None] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)
    files: Mapped[int] = mapped_column(Integer)
    message: Mapped[str] = mapped_column(Text)
    job_run_id: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(255))


class DetailRow(Base):
    """What only the reader of one version needs. ``columns`` and ``source`` are the answer's own JSON."""

    __tablename__ = "dataset_details"

    dataset_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    columns: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    files: Mapped[bytes] = mapped_column(LargeBinary)  # see packing.py


class UploadRow(Base):
    """An upload: ``open`` until it is ``committed``, ``abandoned`` or ``expired``.

    ``pinned`` are the digests that a commit under way stands on; the sweep leaves them alone.
    """

    __tablename__ = "dataset_uploads"
    __table_args__ = (Index("ix_dataset_uploads_state", "state", "expires_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    workspace: Mapped[str] = mapped_column(String(63))
    name: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(16))
    created_by: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    pinned: Mapped[bytes | None] = mapped_column(LargeBinary)
    version: Mapped[int | None] = mapped_column(Integer)
    digest: Mapped[str | None] = mapped_column(String(36))
    unchanged: Mapped[bool | None] = mapped_column(Boolean)


class DoomedRow(Base):
    """An object that a sweep is about to delete: no commit may count on it."""

    __tablename__ = "dataset_doomed"

    workspace: Mapped[str] = mapped_column(String(63), primary_key=True)
    digest: Mapped[str] = mapped_column(String(36), primary_key=True)
    sweep: Mapped[str] = mapped_column(String(32), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class SweepRow(Base):
    """When a workspace was last swept, so that copies of the studio take turns."""

    __tablename__ = "dataset_sweeps"

    workspace: Mapped[str] = mapped_column(String(63), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
