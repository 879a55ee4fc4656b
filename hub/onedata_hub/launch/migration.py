"""Bring the studio's database up to date before the studio starts."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from onedata_hub.launch.refusal import StartRefused
from onedata_hub.launch.state import StateFolder
from onedata_hub.services import studio_environment
from onedata_hub.settings import PlatformSettings

_WRONG_SETTING = 2  # the studio's exit status where one of its settings is wrong; it says which


def migrate(settings: PlatformSettings, state: StateFolder) -> None:
    """Run the studio's migrations, unless the database is at the newest revision.

    Raises:
        StartRefused: If they fail; says what the database said.
    """
    if settings.database_url is None and _is_current(state):
        return
    done = subprocess.run(
        [sys.executable, "-m", "onedata_hub.studio", "migrate"],
        cwd=state / "studio",
        env=os.environ | studio_environment(settings, state),
        capture_output=True,
        text=True,
        check=False,
    )
    log = state / "logs" / "migrate.log"
    log.write_text(done.stdout + done.stderr)
    if done.returncode == _WRONG_SETTING:
        raise StartRefused(_last_words(done.stderr))
    if done.returncode != 0:
        raise StartRefused(
            f"The studio's database could not be brought up to date: {_last_words(done.stderr)} "
            f"(more in {log}). Mend that, or set ONEDATA_DATABASE_URL to another."
        )


def _last_words(output: str) -> str:
    """Give the line that names the error, without SQLAlchemy's statement and link after it."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(("(Background", "[SQL", "[parameters"))]
    return telling[-1] if telling else "it said nothing"


def _is_current(state: StateFolder) -> bool:
    """Compare our SQLite file's revision with the newest script's, without loading Alembic (a second)."""
    file = state / "studio" / "studio.sqlite"
    newest = _newest_revision()
    if newest is None or not file.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.Error:
        return False
    return rows == [(newest,)]


def _newest_revision() -> str | None:
    """Read the one revision that no other builds upon; None where that is not plain to see."""
    import onedata_hub.studio

    made: set[str] = set()
    built_upon: set[str] = set()
    for script in Path(onedata_hub.studio.__path__[0], "migrations", "versions").glob("*.py"):
        text = script.read_text()
        made.update(re.findall(r'^revision(?:: str)? = "([^"]+)"', text, re.MULTILINE))
        built_upon.update(re.findall(r'^down_revision(?:: [^=]+)? = "([^"]+)"', text, re.MULTILINE))
    newest = made - built_upon
    return newest.pop() if len(newest) == 1 else None
