"""Pages of a list: keyset cursors that no insert can shift."""

import base64
import binascii
import json
from typing import Annotated

from fastapi import Query
from onedata.contract.paging import DEFAULT_LIMIT, MAX_LIMIT

from onedata_hub.studio.errors import Invalid

LimitQuery = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many items at the most.")]
CursorQuery = Annotated[
    str | None, Query(max_length=1_000, description="Where to go on: `next_cursor` of the page before.")
]

__all__ = ["DEFAULT_LIMIT", "CursorQuery", "LimitQuery", "decode_cursor", "encode_cursor"]


def encode_cursor(*key: str) -> str:
    """Write the last row's sort key as an opaque cursor."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, parts: int) -> tuple[str, ...]:
    """Read a cursor of ``parts`` strings.

    Raises:
        Invalid: If it is not one that we wrote.
    """
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        key = None
    is_ours = isinstance(key, list) and len(key) == parts and all(isinstance(part, str) for part in key)
    if not is_ours or any("\x00" in part for part in key):
        raise Invalid("The cursor is not one of this list's. Start again without a cursor.")
    return tuple(key)
