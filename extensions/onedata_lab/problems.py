"""Refusals as the browser gets them: problem JSON with a sentence, whoever refused."""

import json
from typing import Any, Protocol

from onedata.errors import OneDataError

_PROBLEM = "application/problem+json"
_AWAY = 502


class _Handler(Protocol):
    def set_status(self, status_code: int) -> None: ...

    def set_header(self, name: str, value: str) -> None: ...

    def write(self, chunk: str) -> None: ...


def write_problem(handler: _Handler, status: int, code: str, detail: str, **more: Any) -> None:
    """Answer with a problem."""
    handler.set_status(status)
    handler.set_header("Content-Type", _PROBLEM)
    handler.write(json.dumps({"status": status, "code": code, "detail": detail, **more}))


def write_error(handler: _Handler, error: OneDataError) -> None:
    """Answer with what the library said. The hub's 401 is not this server's: the browser is signed in here."""
    status = error.status or _AWAY
    write_problem(handler, 403 if status == 401 else status, error.code, error.message)
