"""A real PostgreSQL for the tests: one server a session, a fresh migrated database for each that asks."""

import contextlib
import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from onedata_hub.studio.migrate import migrate

from tests.support.parent import end_with_parent
from tests.support.part import take
from tests.support.ports import free_port
from tools.test_parts import find_postgres

USER = "onedata"


@dataclass
class Postgres:
    """A running server that trusts this machine's loopback."""

    port: int
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _template: str | None = None

    def url(self, database: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def empty_database(self) -> str:
        """Make a database with nothing in it and give its URL."""
        return self.url(self._create("template1"))

    def new_database(self) -> str:
        """Make a database at the newest revision and give its URL: a copy, so it takes milliseconds."""
        if self._template is None:
            template = self._create("template1")
            migrate(self.url(template))
            self._template = template
        return self.url(self._create(self._template))

    def _create(self, template: str) -> str:
        import psycopg  # a moment to load, and not every worker has a test of PostgreSQL

        name = f"db_{next(self._numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return name


def _account() -> dict[str, str]:
    """PostgreSQL refuses to run as root; its package's own account does."""
    return {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}


def _initialise(programs: Path, data: Path) -> None:
    command = [programs / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"]
    done = subprocess.run(
        [*command, "--locale=C.UTF-8"],
        cwd=data.parent,
        capture_output=True,
        text=True,
        check=False,
        **_account(),
    )
    assert done.returncode == 0, done.stderr


def _wait_for(server: Postgres, process: subprocess.Popen[bytes], log: Path) -> None:
    import psycopg

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said = log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"PostgreSQL ended with {process.returncode}: {said}")
        try:
            psycopg.connect(server.url("postgres"), connect_timeout=1).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("PostgreSQL did not answer within 30 seconds")


@contextlib.contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Run a server of its own, with its data in a temporary folder.

    Raises:
        PartMissing: If PostgreSQL is not installed.
    """
    programs = find_postgres()
    # pytest's own folders are closed to other accounts, and the server may run as one.
    folder = Path(tempfile.mkdtemp(prefix="onedata-postgres-"))
    if account := _account():
        shutil.chown(folder, account["user"], account["group"])
    try:
        _initialise(programs, folder / "data")
        server = Postgres(free_port())
        options = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        where = ["-D", folder / "data", "-h", "127.0.0.1", "-p", str(server.port), "-k", folder]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [programs / "postgres", *where, *options], cwd=folder, stdout=log, stderr=log,
                preexec_fn=end_with_parent, **_account(),  # noqa: PLW1509 - one system call
            )  # fmt: skip
        try:
            _wait_for(server, process, folder / "log")
            yield server
        finally:
            process.send_signal(2)  # "fast shutdown"
            process.wait(20)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    take(find_postgres)
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> str:
    """A migrated database of the test's own."""
    return postgres.new_database()
