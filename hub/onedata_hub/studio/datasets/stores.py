"""The object store's refusals of an upload's files as the studio's."""

import contextlib
from collections.abc import Iterator

from onedata_hub.backends.objects import BadFiles
from onedata_hub.studio.errors import Conflict

_SHOWN = 100


@contextlib.contextmanager
def store_refusals() -> Iterator[None]:
    """Render what the store refuses: files that are not there are 409."""
    try:
        yield
    except BadFiles as error:
        problems = list(error.problems.items())
        raise Conflict(
            f"The upload cannot be committed, and nothing changed. {error} Send these files, then commit again.",
            code="files_missing",
            errors=[{"where": path, "message": why} for path, why in problems[:_SHOWN]],
        ) from error
