"""Bring a database to the newest revision, and say where it stands."""

import time
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from onedata_hub.studio.database import async_url, is_full, why_refused

MIGRATIONS = Path(__file__).parent / "migrations"
_LOOK_SECONDS = 2.0
ONE_AT_A_TIME = 0x0DA7A  # PostgreSQL's advisory lock that a migration holds


def sync_url(url: str) -> URL:
    """Name the synchronous driver for a plain database URL; migrations have no need of another."""
    parsed = async_url(url)
    return parsed.set(drivername="sqlite") if parsed.get_backend_name() == "sqlite" else parsed


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = sync_url(url)
    return config


def migrate(url: str) -> None:
    """Upgrade the database to the newest revision; make it if it is not there."""
    target = sync_url(url)
    if target.get_backend_name() == "sqlite" and target.database:
        Path(target.database).parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(_config(url), "head")


def migrate_when_there_is_room(url: str, say: Callable[[str], None]) -> None:
    """Upgrade the database; wait for as long as its disk is full, and say so once.

    A pod whose first container fails is started again after minutes only.
    """
    has_said = False
    while True:
        try:
            migrate(url)
        except OperationalError as error:
            if not is_full(error):
                raise
            if not has_said:
                say(f"The studio waits for room for its database: {why_refused(error)}.")
                has_said = True
            time.sleep(_LOOK_SECONDS)
        else:
            return


def revisions(url: str) -> tuple[str | None, str | None]:
    """Give the database's revision and the newest one."""
    engine = create_engine(sync_url(url))
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return current, ScriptDirectory.from_config(_config(url)).get_current_head()
