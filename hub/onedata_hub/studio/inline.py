"""SQLite reads without a thread.

An indexed read from SQLite takes some ten microseconds; handing it to a thread and back takes
four hundred (SELECT 1 through aiosqlite and SQLAlchemy's greenlets, measured beside the plain
call). So reads run where they are called. Writes, which may wait for a lock, never do.

What remains is SQLAlchemy's own work. Building a statement and deriving its cache key takes 70
microseconds, the ORM's session around it 45, the rest 30. So what every request asks is a
statement built once, with ``bindparam``, and marked by ``columns_only``.
"""

from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, Executable, Result, ScalarResult
from sqlalchemy.orm import Session

_PLAIN = "columns_only"

Statement = TypeVar("Statement", bound=Executable)


def columns_only(statement: Statement) -> Statement:
    """Mark a statement that selects columns and no entities: SQLite reads it past the ORM."""
    return statement.execution_options(**{_PLAIN: True})


class InlineSession:
    """The reading half of ``AsyncSession`` over a plain connection."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._session: Session | None = None

    async def __aenter__(self) -> Self:
        self._connection = self._engine.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            self._session.close()
        self._connection.close()

    def _orm(self) -> Session:
        if self._session is None:
            self._session = Session(self._connection, expire_on_commit=False, autoflush=False)
        return self._session

    async def execute(self, statement: Executable, params: Any = None) -> Result[Any]:
        if _PLAIN in statement.get_execution_options():
            return self._connection.execute(statement, params)
        return self._orm().execute(statement, params)

    async def scalars(self, statement: Executable, params: Any = None) -> ScalarResult[Any]:
        return self._orm().scalars(statement, params)

    async def scalar(self, statement: Executable, params: Any = None) -> Any:
        return self._orm().scalar(statement, params)

    async def get(self, entity: type[Any], key: Any) -> Any:
        return self._orm().get(entity, key)

    def get_bind(self) -> Connection:
        return self._connection
