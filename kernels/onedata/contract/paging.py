"""Lists come in pages."""

from typing import Generic, TypeVar

from pydantic import BaseModel

T = TypeVar("T")

DEFAULT_LIMIT = 50
MAX_LIMIT = 500


class Page(BaseModel, Generic[T]):
    """Part of a list, and where the next part starts (None at the end)."""

    items: list[T]
    next_cursor: str | None = None
