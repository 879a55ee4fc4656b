"""LIKE patterns, with ``/`` as their escape."""


def containing(text: str) -> str:
    """Give the pattern of what holds a text, whatever is in it."""
    for special in "/%_":
        text = text.replace(special, f"/{special}")
    return f"%{text}%"
