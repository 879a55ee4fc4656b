"""Audit rows. Nothing in the studio updates or deletes one."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from onedata_hub.studio.database import Base, UtcDateTime


class AuditRow(Base):
    """Who did what to which thing, and when."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_workspace_id", "workspace", "id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    workspace: Mapped[str] = mapped_column(String(63))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    user: Mapped[str] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(64))
    target: Mapped[str] = mapped_column(String(500))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
