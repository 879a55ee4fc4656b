"""Real runs for the tests: a small studio on a real port, spool folders, a fork server."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import nbformat
from onedata.contract.runner import (
    BEGUN_ELSEWHERE,
    RUN_CANCELLED,
    ForkReply,
    ForkRequest,
    RunBegin,
    RunLimits,
    RunnerProcess,
    RunOrders,
    RunReport,
    RunResult,
    RunSpec,
)
from onedata_hub.backends.compute.local import machine_environment
from onedata_hub.backends.compute.spools import SpoolFolder, kill_tree, list_references

from tests.support.ports import free_port

RUN_KEY = "run-key-0123456789"
HUB_TOKEN = "hub-token-0123456789"


class SmallStudio:
    """The studio's runner endpoints on a port of this machine; it can be away, and it can refuse.

    Args:
        host: The address it listens on: one that the runners' machine can reach.
    """

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.orders: dict[str, RunOrders] = {}
        self.places: dict[str, str] = {}
        self.is_cancelled = False
        self.reports: list[RunReport] = []
        self.results: list[RunResult] = []
        self.outputs: dict[str, bytes] = {}
        self.order: list[str] = []
        self.keys: set[str | None] = set()
        self.cancel_when: Callable[[RunReport], bool] = lambda _: False
        self.refusal: tuple[int, str] | None = None
        self.before_answer: Callable[[], None] = lambda: None
        self._server: ThreadingHTTPServer | None = None
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/services/studio"

    def come(self) -> None:
        self._server = ThreadingHTTPServer((self.host, self.port), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def go(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def answer(self, method: str, path: str, key: str | None, body: bytes) -> tuple[int, str, bytes]:
        self.keys.add(key)
        self.before_answer()
        if self.refusal is not None:
            status, content_type = self.refusal
            problem = {"title": "No", "status": status, "code": "no", "detail": "No such run."}
            return status, content_type, json.dumps(problem).encode()
        run, _, rest = path.partition("/api/v1/runner/runs/")[2].partition("/")
        kind, _, name = rest.partition("/")
        self.order.append(name or kind)
        if (method, kind) == ("PUT", "outputs"):
            self.outputs[name] = body
            return 204, "", b""
        if (method, kind) == ("POST", "result"):
            self.results.append(RunResult.model_validate_json(body))
            return 204, "", b""
        if (method, kind) == ("POST", "begin"):
            return self._begin(run, RunBegin.model_validate_json(body).place)
        report = RunReport.model_validate_json(body)
        self.reports.append(report)
        return 200, "application/json", json.dumps({"cancel": self.cancel_when(report)}).encode()

    def _begin(self, run: str, place: str) -> tuple[int, str, bytes]:
        """Give the orders of a run's newest attempt, to one place alone."""
        orders = self.orders[run]
        attempt = f"{run}-{orders.spec.attempt}"
        if not self.is_cancelled and self.places.setdefault(attempt, place) == place:
            return 200, "application/json", orders.model_dump_json().encode()
        code = RUN_CANCELLED if self.is_cancelled else BEGUN_ELSEWHERE
        problem = {"title": "Conflict", "status": 409, "code": code, "detail": "No orders for this place."}
        return 409, "application/problem+json", json.dumps(problem).encode()


def _handler(studio: SmallStudio) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            key = self.headers.get("Onedata-Run-Key")
            status, content_type, content = studio.answer(self.command, self.path, key, body)
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_PUT = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            return None

    return Handler


def code(source: str, *tags: str, **metadata: Any) -> Any:
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags), **metadata})


def text(source: str) -> Any:
    return nbformat.v4.new_markdown_cell(source)


def notebook(*cells: Any, kernel: str = "python3") -> bytes:
    """Make a notebook file of cells; a plain text is a code cell."""
    made = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    spec = {"name": kernel, "display_name": kernel, "language": "python"}
    written: str = nbformat.writes(nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": spec}))
    return written.encode()


def make_spec(studio_url: str, **fields: Any) -> RunSpec:
    """Make the spec of a run; fields differ from a plain one's."""
    plain = {
        "run_id": "run1",
        "attempt": 1,
        "job_name": "nightly",
        "workspace": "team",
        "user": "ann",
        "studio_url": studio_url,
        "notebook_path": "work/nightly.ipynb",
        "notebook_digest": "d1",
        "kernel": "python3",
        "timeout_seconds": 60.0,
    }
    return RunSpec.model_validate(plain | fields)


@dataclass
class RunInSpool:
    """A run's spool folder, and its runners."""

    folder: Path
    server: "ForkServerProcess"
    environment: dict[str, str] = field(default_factory=dict)

    started: list[RunnerProcess] = field(default_factory=list)

    def start(self) -> RunnerProcess:
        process = self.server.fork(self.folder, self.environment)
        assert process is not None
        self.started.append(process)
        return process

    def wait(self, process: RunnerProcess, seconds: float = 40.0) -> RunResult:
        """Wait for the result on disk; the runner may still be delivering it."""
        path = self.folder / "result.json"
        wait_until(lambda: path.exists() or not process.is_alive(), seconds, "the result")
        return RunResult.model_validate_json(path.read_bytes())

    def wait_for_end(self, process: RunnerProcess, seconds: float = 40.0) -> RunResult:
        """Wait until everything is delivered and the runner has ended."""
        wait_until(lambda: not process.is_alive(), seconds, "the runner to end")
        return self.wait(process)

    def stop(self) -> None:
        """End what is left of the run's runners."""
        for process in self.started:
            if process.is_alive():
                os.kill(process.pid, signal.SIGKILL)

    def executed(self) -> Any:
        return nbformat.read(self.folder / "executed.ipynb", as_version=4)

    def log(self) -> str:
        path = self.folder / "log.txt"
        return path.read_text() if path.exists() else ""


def make_run(
    folder: Path,
    server: "ForkServerProcess",
    studio: SmallStudio,
    content: bytes,
    limits: RunLimits | None = None,
    environment: Mapping[str, str] | None = None,
    **fields: Any,
) -> RunInSpool:
    """Make a spool folder as the studio would."""
    folder.mkdir(mode=0o700)
    (folder / "notebook.ipynb").write_bytes(content)
    (folder / "spec.json").write_text(make_spec(studio.url, **fields).model_dump_json())
    if limits is not None:
        (folder / "limits.json").write_text(limits.model_dump_json())
    secrets = {"ONEDATA_RUN_KEY": RUN_KEY, "JUPYTERHUB_API_TOKEN": HUB_TOKEN}
    return RunInSpool(folder, server, run_environment(secrets | dict(environment or {})))


def run_environment(extra: Mapping[str, str]) -> dict[str, str]:
    return {**machine_environment(os.environ), **extra}


class ForkServerProcess:
    """A fork server as a process of its own."""

    def __init__(self, socket_path: Path) -> None:
        self.path = socket_path
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "onedata.runner.forkserver", str(socket_path)],
            env=run_environment({}),
            start_new_session=True,
        )
        self._connection: socket.socket | None = None

    def connect(self) -> None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        wait_until(lambda: connection.connect_ex(str(self.path)) == 0, 30, "the fork server")
        self._connection = connection

    def disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def ask(self, line: bytes) -> ForkReply:
        if self._connection is None:
            self.connect()
        assert self._connection is not None
        self._connection.sendall(line + b"\n")
        return ForkReply.model_validate_json(self._connection.makefile("rb").readline())

    def fork(self, folder: Path, environment: Mapping[str, str]) -> RunnerProcess | None:
        request = ForkRequest(spool=str(folder), environment=dict(environment))
        return self.ask(request.model_dump_json().encode()).process

    def stop(self) -> None:
        self.disconnect()
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def fork_server(folder: Path) -> Iterator[ForkServerProcess]:
    server = ForkServerProcess(folder / "fork.sock")
    try:
        yield server
    finally:
        server.stop()


def wait_until(happened: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"Waited {seconds} s for {what}."
        time.sleep(0.02)


def end_runners(spool_dir: Path) -> None:
    """Kill what a test left running: nobody would ever take its result."""
    for reference in list_references(spool_dir):
        runner = SpoolFolder(spool_dir, reference).runner()
        if runner is not None:
            kill_tree(runner)


def is_running(pid: int) -> bool:
    return RunnerProcess.of(pid) is not None
