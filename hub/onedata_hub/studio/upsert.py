"""INSERT … ON CONFLICT, which both databases speak and SQLAlchemy has once for each."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession


def insert_into(session: AsyncSession, table: Any) -> Any:
    """Begin an INSERT that has ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if on_sqlite else postgresql.insert(table)
