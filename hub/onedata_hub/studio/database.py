"""One database: SQLite in WAL mode, or PostgreSQL by URL."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import DateTime, MetaData, create_engine, event
from sqlalchemy.engine import URL, Dialect, Engine, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.types import TypeDecorator

from onedata_hub.studio.inline import InlineSession

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


# The second: no room for the shared memory of WAL, which the first connection makes.
_SQLITE_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}
_DISK_FULL = "53100"  # Source: PostgreSQL documentation, "PostgreSQL Error Codes"


class Base(DeclarativeBase):
    """The tables of every resource; each resource declares its own in its ``tables.py``."""

    metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware, UTC, on both databases (SQLite itself keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone reached the database.")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back aware."""
        return None if value is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Read SQLite's text in one step: a page of runs has hundreds of moments."""
        return _read_utc if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _read_utc(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + "+00:00")


def is_full(error: Exception) -> bool:
    """Say whether a database refused because its disk has no room left."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", None) in _SQLITE_FULL
    return getattr(cause, "sqlstate", None) == _DISK_FULL


def why_refused(error: DBAPIError) -> str:
    """Say in a line why a database refused, without the statement and its values."""
    said = str(error.orig).strip().partition("\n")[0]
    return f"its disk is full ({said})" if is_full(error) else said


def utc_now() -> datetime:
    """Give the present moment, aware, in UTC."""
    return datetime.now(UTC)


def async_url(url: str) -> URL:
    """Name the asynchronous driver for a plain database URL.

    Raises:
        ValueError: If the URL is of neither database; says which are.
    """
    parsed = make_url(url)
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return parsed.set(drivername="sqlite+aiosqlite")
    if kind == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise ValueError(
        f"Database '{kind}' is not known. Use sqlite:///<path> or postgresql://<user>@<host>/<name>."
    )


class Database:
    """Sessions to read and to write in.

    SQLite takes one writer at a time: a write session takes the lock at its start
    (``BEGIN IMMEDIATE``), so that it never fails half way for having read first, and the
    writers of one process queue here rather than in SQLite's polling. Its reads run inline,
    each statement on its own (see ``inline``).
    """

    def __init__(self, url: str) -> None:
        self.url = async_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = self._sqlite_writer() if self.is_sqlite else self._postgresql()
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False, autoflush=False)
        self._reader = self._sqlite_reader() if self.is_sqlite else None
        # Each read stands on its own, as on SQLite; a transaction around it would be two more round trips.
        self._reads = async_sessionmaker(
            self._engine.execution_options(isolation_level="AUTOCOMMIT"),
            expire_on_commit=False,
            autoflush=False,
        )
        self._writer = asyncio.Lock()

    def _postgresql(self) -> AsyncEngine:
        return create_async_engine(self.url, pool_size=10, max_overflow=10, pool_pre_ping=True)

    def _sqlite_writer(self) -> AsyncEngine:
        if self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_async_engine(
            self.url,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=1,
            max_overflow=0,
            connect_args={"timeout": 30.0},
        )
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_immediate)
        return engine

    def _sqlite_reader(self) -> Engine:
        engine = create_engine(
            self.url.set(drivername="sqlite"),
            pool_size=5,
            max_overflow=-1,
            isolation_level="AUTOCOMMIT",
            pool_reset_on_return=None,
            connect_args={"check_same_thread": False, "timeout": 1.0},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        return engine

    def read(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Open a session that only reads."""
        if self._reader is None:
            return self._reads()
        return cast(AbstractAsyncContextManager[AsyncSession], InlineSession(self._reader))

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction: committed at the end, rolled back on any error."""
        if self.is_sqlite:
            async with self._writer, self._sessions.begin() as session:
                yield session
        else:
            async with self._sessions.begin() as session:
                yield session

    async def close(self) -> None:
        """Close every connection."""
        if self._reader is not None:
            self._reader.dispose()
        await self._engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we begin transactions ourselves
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "cache_size=-16000",
        "temp_store=MEMORY",
        "mmap_size=268435456",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
