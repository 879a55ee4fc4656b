"""The audit trail: one row for each mutation."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel


class AuditEntry(BaseModel):
    """Who did what to which thing, and when (UTC)."""

    id: str
    at: datetime
    user: str
    action: str
    target: str
    detail: dict[str, Any]
