"""The object store's refusals as the studio's."""

import contextlib
from collections.abc import Iterator

from onedata_hub.backends.objects import BadFiles, StoreUnreachable
from onedata_hub.studio.errors import Conflict, Unavailable

_SHOWN = 100


@contextlib.contextmanager
def store_refusals() -> Iterator[None]:
    """Render what the store refuses: files that are not there are 409, a store that is away is 503."""
    try:
        yield
    except BadFiles as error:
        problems = list(error.problems.items())
        raise Conflict(
            f"The upload cannot be committed, and nothing changed. {error} Send these files, then commit again.",
            code="files_missing",
            errors=[{"where": path, "message": why} for path, why in problems[:_SHOWN]],
        ) from error
    except StoreUnreachable as error:
        raise Unavailable(str(error), code="store_unavailable") from error
