"""Roles that differ from the default. Who is in a workspace is the hub's to say."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from onedata_hub.studio.database import Base, UtcDateTime


class MemberRow(Base):
    """One user's role in one group's workspace."""

    __tablename__ = "members"

    workspace: Mapped[str] = mapped_column(String(63), primary_key=True)
    user: Mapped[str] = mapped_column(String(255), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
