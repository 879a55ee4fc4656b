"""The hub's SQLite file on a disk that is full: small changes need no room, so that nobody is logged out.

JupyterHub notes when a token was used, and takes a request whose note cannot be kept for one without a token: 403.
SQLite makes its journal anew for each change. One that stays has its place on the disk already.
"""

import sqlite3
from typing import Any


class KeptJournal(sqlite3.Connection):
    """A connection whose journal stays beside the database when a change is done."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.execute("PRAGMA journal_mode=PERSIST")


def keep_journal(c: Any) -> None:
    """Have the hub's connections keep their journal; another database, or a site's own arguments, stay as they are."""
    if str(c.JupyterHub.get("db_url", "")).startswith("sqlite") and "db_kwargs" not in c.JupyterHub:
        # The first is what JupyterHub gives where it is told nothing.
        c.JupyterHub.db_kwargs = {"connect_args": {"check_same_thread": False, "factory": KeptJournal}}
