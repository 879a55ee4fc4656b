"""Migrations and tables say the same."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from onedata_hub.studio import tables
from onedata_hub.studio.migrate import migrate, revisions, sync_url
from sqlalchemy import create_engine


def test_migrated_database_has_just_the_tables_of_the_code(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/studio.sqlite"
    migrate(url)
    with create_engine(sync_url(url)).connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), tables.METADATA)
    assert difference == []


def test_migrating_twice_changes_nothing(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/studio.sqlite"
    migrate(url)
    first = revisions(url)
    migrate(url)
    assert revisions(url) == first
    assert first[0] == first[1]
