"""SQLite reads without a thread.

An indexed read from SQLite takes some fifty microseconds; handing it to a thread and back takes
four hundred (SELECT 1 through aiosqlite and SQLAlchemy's greenlets, measured beside the plain
call). So reads run where they are called. Writes, which may wait for a lock, never do.
"""

from typing import Any

from sqlalchemy import Executable, Result, ScalarResult
from sqlalchemy.orm import Session


class InlineSession:
    """The reading half of ``AsyncSession`` over a plain session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def execute(self, statement: Executable, params: Any = None) -> Result[Any]:
        return self._session.execute(statement, params)

    async def scalars(self, statement: Executable, params: Any = None) -> ScalarResult[Any]:
        return self._session.scalars(statement, params)

    async def scalar(self, statement: Executable, params: Any = None) -> Any:
        return self._session.scalar(statement, params)

    async def get(self, entity: type[Any], key: Any) -> Any:
        return self._session.get(entity, key)
