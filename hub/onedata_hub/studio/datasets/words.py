"""What people write about a dataset, and how it is found again."""

from collections.abc import Iterable


def search_text(name: str, description: str, tags: Iterable[str]) -> str:
    """Join what a search looks through, case-folded; a newline keeps the parts from running together."""
    return "\n".join([name, description, *tags]).casefold()
