"""JupyterLab's own server, started from a home as a spawner starts it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import connect

from tests.support.ports import free_port

_TOKEN = "the-token-of-a-test"
_START_SECONDS = 90.0


def environment_of(home: Path, **more: str) -> dict[str, str]:
    """What a spawner gives to a server; nothing of the test's own."""
    programs = str(Path(sys.executable).parent)
    return {
        "HOME": str(home),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": sys.prefix,
        "JUPYTER_TOKEN": _TOKEN,
        "LANG": "C.UTF-8",
        **more,
    }


def run_in(home: Path, *command: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run a command as the start of a server runs it."""
    return subprocess.run(
        [sys.executable, "-I", "-m", "onedata.home.start", *command],
        env=environment_of(home, **more),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@dataclass
class Server:
    """A running server."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def get(self, path: str) -> Any:
        answer = httpx.get(f"{self.url}{path}", headers=_headers(), trust_env=False, timeout=60)
        answer.raise_for_status()
        return answer

    def post(self, path: str, body: dict[str, Any]) -> Any:
        answer = httpx.post(f"{self.url}{path}", json=body, headers=_headers(), trust_env=False, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def delete(self, path: str) -> Any:
        return httpx.delete(f"{self.url}{path}", headers=_headers(), trust_env=False, timeout=60)

    def run(self, code: str, kernel: str = "onedata") -> str:
        """Run code in a new kernel; give what it prints, or the error's name and text."""
        made = self.post("/api/kernels", {"name": kernel})
        address = f"{self.url.replace('http', 'ws', 1)}/api/kernels/{made['id']}/channels?token={_TOKEN}"
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": "", "version": "5.3"}
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        message = {
            "header": {**header, "session": "it"},
            "parent_header": {},
            "metadata": {},
            "content": content,
        }
        said = ""
        with connect(address, max_size=None, proxy=None, legacy=True) as socket:
            socket.send(json.dumps(message | {"channel": "shell"}))
            while True:
                told = json.loads(socket.recv(timeout=_START_SECONDS))
                if told["parent_header"].get("msg_id") != header["msg_id"]:
                    continue
                if told["msg_type"] == "stream":
                    said += told["content"]["text"]
                elif told["msg_type"] == "error":
                    said += f"{told['content']['ename']}: {told['content']['evalue']}"
                elif told["msg_type"] == "status" and told["content"]["execution_state"] == "idle":
                    return said


@contextlib.contextmanager
def server_in(home: Path, outside: Path, *arguments: str) -> Iterator[Server]:
    """Start JupyterLab in a home; what it says goes to a file outside."""
    port, log = free_port(), outside / "server.log"
    command = [
        "jupyter-lab",
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        *arguments,
    ]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-I", "-m", "onedata.home.start", *command],
            env=environment_of(home, TMPDIR=str(outside)),
            cwd=home,
            stdout=file,
            stderr=file,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        _wait_until_up(server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait_until_up(server: Server) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert server.process.poll() is None, f"it ended: {server.log.read_text()}"
        with contextlib.suppress(httpx.HTTPError):
            server.get("/api/status")
            return
        time.sleep(0.1)
    raise AssertionError(f"it did not come up: {server.log.read_text()}")


def _headers() -> dict[str, str]:
    return {"Authorization": f"token {_TOKEN}"}
