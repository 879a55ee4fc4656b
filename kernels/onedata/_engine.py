"""The DuckDB that queries run in: the one that ``duckdb.sql`` uses, through a cursor of our own.

So relations of ours and of plain ``duckdb`` meet in one query, tables made there can be joined with
datasets, and a result that the user has not finished reading does not stop us.
"""

import os
import threading
from typing import Any

_lock = threading.Lock()
_connections: dict[int, Any] = {}


def connection() -> Any:
    """Give this process's connection."""
    with _lock:
        pid = os.getpid()
        if pid not in _connections:
            import duckdb

            made = duckdb.default_connection().cursor()
            # A query must mean the same in a notebook and in a job, wherever either runs.
            made.execute("set TimeZone = 'UTC'").fetchall()
            _connections[pid] = made
        return _connections[pid]


def quoted(name: str) -> str:
    """Write a name so that SQL takes it as it is."""
    return '"' + name.replace('"', '""') + '"'
