"""Identifiers that sort by the time they were made."""

import secrets
import time


def new_id() -> str:
    """Give 32 hex digits: 12 of milliseconds since 1970, 20 of chance.

    Rows made later sort later, so a list in time order is a walk along the primary key.
    """
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"
