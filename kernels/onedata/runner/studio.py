"""Speak to the studio with the run's key: one request, one meaning of each answer.

The standard library's HTTP client: it costs nothing to start, and a runner sends one request
at a time.
"""

import http.client
import ssl
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel

from onedata.contract.problems import Problem
from onedata.contract.runner import (
    RUN_KEY_HEADER,
    RunBegin,
    RunOrders,
    RunReply,
    RunReport,
    RunResult,
)

A = TypeVar("A", bound=BaseModel)

# Of each wait, not of all of them. A pod that vanished says nothing to who still speaks to it, and the platform's
# proxy gives up after minutes: what may be asked again is asked again long before that.
REPORT_TIMEOUT_SECONDS = 15.0
UPLOAD_TIMEOUT_SECONDS = 300.0
_JSON = "application/json"
_CONTENT_TYPES = {
    ".ipynb": "application/x-ipynb+json",
    ".html": "text/html",
    ".txt": "text/plain; charset=utf-8",
}
_RETRY_STATUSES = frozenset({408, 425, 429})


class StudioAway(Exception):
    """The studio does not answer now; it may later."""


class StudioRefused(Exception):
    """The studio answered, and its answer will not change."""


class RunUnknown(StudioRefused):
    """The studio knows no such run (any more)."""


class StudioLink:
    """The runner's side of the studio's ``/api/v1/runner/runs/{id}``.

    Args:
        studio_url: The studio's address, no slash at the end.
        run_id: The run.
        run_key: The key that opens this run and nothing else.
    """

    def __init__(self, studio_url: str, run_id: str, run_key: str) -> None:
        parts = urlsplit(studio_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"The studio's address must be http(s)://host/path, not {studio_url!r}.")
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._path = f"{parts.path.rstrip('/')}/api/v1/runner/runs/{run_id}"
        self._run_key = run_key

    def begin(self, place: str) -> RunOrders:
        """Ask for the orders of the attempt that the key opens; they are given to one place alone."""
        return self._ask("/begin", RunBegin(place=place), RunOrders, REPORT_TIMEOUT_SECONDS)

    def report(self, report: RunReport) -> RunReply:
        """Tell how far the run is, and hear whether it shall stop."""
        return self._ask("/report", report, RunReply, REPORT_TIMEOUT_SECONDS)

    def upload(self, path: Path) -> None:
        """Send one output file under its own name."""
        content_type = _CONTENT_TYPES.get(path.suffix, "application/octet-stream")
        self._send("PUT", f"/outputs/{path.name}", path.read_bytes(), content_type, UPLOAD_TIMEOUT_SECONDS)

    def result(self, result: RunResult) -> None:
        """Tell how the attempt ended."""
        self._send("POST", "/result", result.model_dump_json().encode(), _JSON, REPORT_TIMEOUT_SECONDS)

    def _ask(self, path: str, question: BaseModel, answer: type[A], timeout: float) -> A:
        """Post a question and read its answer.

        Raises:
            StudioAway: If what answers is not the studio.
        """
        content_type, content = self._send("POST", path, question.model_dump_json().encode(), _JSON, timeout)
        if content_type != _JSON:
            raise StudioAway(f"The answer to {path} is {content_type}, so it is not the studio's.")
        try:
            return answer.model_validate_json(content)
        except ValueError as error:
            raise StudioAway(f"The answer to {path} is none: {content[:200]!r}") from error

    def _send(
        self, method: str, path: str, body: bytes, content_type: str, timeout: float
    ) -> tuple[str, bytes]:
        """Send a request and give the content type and body of a good answer.

        Raises:
            StudioAway: If nothing answers, or something other than the studio does.
            RunUnknown: If the studio says 404 or 410.
            StudioRefused: If the studio says another 4xx that will not change.
        """
        headers = {RUN_KEY_HEADER: self._run_key, "Content-Type": content_type}
        connection = self._connect(timeout)
        try:
            connection.request(method, self._path + path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise StudioAway(f"{type(error).__name__}: {error}") from error
        finally:
            connection.close()
        answered_type = answer.headers.get_content_type()
        if 200 <= answer.status < 300:
            return answered_type, content
        raise _meaning(answer.status, answered_type, content)

    def _connect(self, timeout: float) -> http.client.HTTPConnection:
        if self._secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=timeout, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=timeout)


def _meaning(status: int, content_type: str, content: bytes) -> Exception:
    """Say what a bad answer means.

    Only problem JSON is the studio's own word: while the studio restarts, the hub's proxy
    answers for it, with a 404 or 503 page that says nothing about the run.
    """
    if content_type != "application/problem+json" or status >= 500 or status in _RETRY_STATUSES:
        return StudioAway(f"HTTP {status}, {content_type}")
    try:
        detail = Problem.model_validate_json(content).detail
    except ValueError:
        return StudioAway(f"HTTP {status} with a problem that is none")
    kind = RunUnknown if status in (404, 410) else StudioRefused
    return kind(f"HTTP {status}: {detail}")
