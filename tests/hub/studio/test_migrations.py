"""Migrations and tables say the same."""

import contextlib
import os
import sqlite3
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

from tests.support.disks import fill, small_disk
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


def migrating(url: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "onedata_hub.studio", "migrate", *words],
        env={**os.environ, "ONEDATA_STUDIO_DATABASE_URL": url},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_on_a_full_disk_it_waits_for_room_if_asked_to_and_else_says_why_not(tmp_path: Path):
    with small_disk(tmp_path / "disk", 2**21) as disk:
        url = f"sqlite:///{disk}/studio.sqlite"
        migrate(url)
        with contextlib.closing(sqlite3.connect(disk / "studio.sqlite")) as served:
            served.execute("PRAGMA journal_mode=WAL")  # as a studio has it: to open it takes room
        newest = revisions(url)
        fill(disk / "filler")
        with migrating(url) as impatient:
            assert impatient.wait(60) == 1
            assert impatient.stderr is not None
            said = impatient.stderr.read()
        with migrating(url, "--wait") as patient:
            assert patient.stderr is not None
            waits_for = patient.stderr.readline()
            (disk / "filler").unlink()
            assert patient.wait(60) == 0
            assert patient.stderr.read() == ""
        assert revisions(url) == newest
    assert said.startswith("The studio's database refuses to be brought up to date: its disk is full (")
    assert said.count("\n") == 1
    assert waits_for.startswith("The studio waits for room for its database: its disk is full (")
