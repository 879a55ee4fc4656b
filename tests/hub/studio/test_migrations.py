"""Migrations and tables say the same."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from onedata_hub.studio import tables
from onedata_hub.studio.migrate import ONE_AT_A_TIME, migrate, revisions, sync_url
from sqlalchemy import create_engine

from tests.support.postgres import Postgres


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


def test_of_pods_that_start_at_once_one_migrates_at_a_time(postgres: Postgres):
    url = postgres.empty_database()
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        second = subprocess.Popen(
            [sys.executable, "-m", "onedata_hub.studio", "migrate"],
            env=os.environ | {"ONEDATA_STUDIO_DATABASE_URL": url},
        )
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while second.poll() is None and other.execute(waiting).fetchone() == (0,):
            time.sleep(0.05)
        assert second.poll() is None, "it did not wait for the first"
        assert revisions(url)[0] is None
    assert second.wait(timeout=60) == 0
    current, newest = revisions(url)
    assert current == newest
