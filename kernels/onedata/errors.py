"""What can go wrong, and what to do about it.

OneDataError
 ├── NotReachable        no platform answers at the studio's address
 ├── NotSignedIn         401  no hub token, or one the hub does not know
 ├── NotAllowed          403  signed in, but the role does not cover it
 ├── NotFound            404  no such dataset, version, job or run (410: it is over)
 ├── Conflict            409  it collides with what is there
 ├── InvalidInput        400, 413, 422  the request, or an argument, says something that cannot be
 ├── Busy                429, 503  a part of the platform is away; try again
 ├── NoRoom              507  a disk is full; nothing was kept, and somebody has to make room
 ├── StudioFault         5xx  a fault of the platform
 ├── DamagedData         bytes that are not what the registry says they are
 ├── QueryError          DuckDB could not make sense of a query
 └── MissingPackage      a package that this use needs is not installed (also an ImportError)

Every error says what was asked, what is true and what to do. In a notebook it shows as that
sentence and the line of yours it came from; set ONEDATA_FULL_TRACEBACKS=1 to see all frames.
"""

import os
import traceback
from pathlib import Path
from types import TracebackType

from onedata.contract.environment import FULL_TRACEBACKS

_PACKAGE_FOLDER = str(Path(__file__).parent) + os.sep


class OneDataError(Exception):
    """A refusal or a fault.

    Attributes:
        message: The sentence for people.
        code: A stable word for programs.
        status: The HTTP status it came with; None where no request was made.
        errors: The fields that were refused, each with ``where`` and ``message``.
    """

    code = "error"
    status: int | None = None

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        errors: list[dict[str, object]] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.status = status if status is not None else type(self).status
        self.errors = errors or []

    def _render_traceback_(self) -> list[str]:
        """Give what IPython prints in place of a traceback: the sentence, and where it arose."""
        if os.environ.get(FULL_TRACEBACKS, "") not in ("", "0"):
            return traceback.format_exception(type(self), self, self.__traceback__)
        lines = [f"{type(self).__name__}: {self.message}"]
        lines += [f"  {error.get('where')}: {error.get('message')}" for error in self.errors[1:]]
        where = _where(self.__traceback__)
        return [*lines, f"  at {where}"] if where else lines


class NotReachable(OneDataError):
    """No platform answers at the studio's address."""

    code = "not_reachable"


class NotSignedIn(OneDataError):
    """There is no hub token, or the hub does not know it (any more)."""

    code, status = "unauthorized", 401


class NotAllowed(OneDataError):
    """The caller's role does not cover what was asked."""

    code, status = "forbidden", 403


class NotFound(OneDataError):
    """There is no such thing, or none that the caller may know of."""

    code, status = "not_found", 404


class Conflict(OneDataError):
    """It collides with what is there."""

    code, status = "conflict", 409


class InvalidInput(OneDataError, ValueError):
    """An argument or a request says something that cannot be."""

    code, status = "invalid", 422


class Busy(OneDataError):
    """A part of the platform is away or has too much to do; the same call may work later."""

    code, status = "unavailable", 503


class NoRoom(OneDataError):
    """A disk that something was to be kept on is full; nothing was changed."""

    code, status = "full", 507


class StudioFault(OneDataError):
    """The platform failed; its log knows more."""

    code, status = "internal", 500


class DamagedData(OneDataError):
    """Bytes are not what the registry says they are."""

    code = "damaged_data"


class QueryError(OneDataError):
    """DuckDB could not make sense of a query, or failed at it."""

    code = "query"


class MissingPackage(OneDataError, ImportError):
    """A package that this use needs is not installed."""

    code = "missing_package"

    def __init__(self, package: str, needed_for: str) -> None:
        super().__init__(f"{needed_for} needs the package '{package}'. Install it: pip install {package}")
        self.package = package


_BY_STATUS: dict[int, type[OneDataError]] = {
    400: InvalidInput,
    401: NotSignedIn,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    410: NotFound,
    413: InvalidInput,
    415: InvalidInput,
    422: InvalidInput,
    429: Busy,
    502: Busy,
    503: Busy,
    504: Busy,
    507: NoRoom,
}


def error_class(status: int) -> type[OneDataError]:
    """Give the class that stands for an HTTP status."""
    return _BY_STATUS.get(status, StudioFault if status >= 500 else OneDataError)


def _where(trace: TracebackType | None) -> str:
    """Name the last line outside this library: '<file or cell>, line 3: od.datasets.load(…)'."""
    frames = [
        frame for frame in traceback.extract_tb(trace) if not frame.filename.startswith(_PACKAGE_FOLDER)
    ]
    own = [frame for frame in frames if "site-packages" not in frame.filename]
    if not own:
        return ""
    last = own[-1]
    line = f": {last.line.strip()}" if last.line else ""
    return f"{_place(last.filename)}, line {last.lineno}{line}"


def _place(filename: str) -> str:
    """IPython compiles cells under names like /tmp/ipykernel_7/123.py or <ipython-input-1-…>."""
    is_cell = "ipykernel_" in filename or filename.startswith("<ipython-input")
    return "this cell" if is_cell else Path(filename).name
