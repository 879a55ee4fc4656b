"""The whole platform for a test: ``onedata up`` on free ports, in a folder of its own.

platform = Platform(folder)
platform.start()
with platform.login("ann") as ann: ...
platform.spawn("ann", {"profile": "small"})
with platform.kernel("ann") as kernel:
    assert kernel.run("print(1 + 1)") == "2\\n"
platform.stop()
"""

import contextlib
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
import psutil
from onedata_hub.launch.hub_login import HubLogin
from onedata_hub.launch.state import StateFolder

from tests.support.mlflow_database import put_mlflow_database
from tests.support.parent import end_with_parent
from tests.support.ports import free_port
from tests.support.server_kernel import Kernel

START_SECONDS = 120.0
SERVER_SECONDS = 90.0
# No client speaks TLS here. One that does not share this would read the machine's certificates: 12 ms each.
_TLS = ssl.create_default_context()


class Platform:
    """A running platform; everything in it is real.

    Args:
        folder: The state folder; a short-lived one of its own where none is given.
        environment: Settings, as ``ONEDATA_<NAME>`` variables.
    """

    def __init__(self, folder: Path | None = None, environment: dict[str, str] | None = None) -> None:
        # Short, since Unix sockets of kernels lie in it.
        self.folder = folder or Path(tempfile.mkdtemp(prefix="onedata-"))
        self._made_folder = folder is None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.studio_url = f"{self.url}/services/studio"
        self.mlflow_url = f"{self.url}/services/mlflow"
        self.environment = environment or {}
        self.process: subprocess.Popen[str] | None = None
        self.output = self.folder.with_name(self.folder.name + ".out")
        self._tokens: dict[str, str] = {}
        self._clients: dict[str, httpx.Client] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def remove(self) -> None:
        """Stop the platform, end whatever is left of it, and remove what it kept."""
        self.stop()
        for left in self.processes():
            left.kill()
        if self._made_folder:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.output.unlink(missing_ok=True)

    @property
    def state(self) -> StateFolder:
        """The state folder."""
        return StateFolder(self.folder)

    def command(self, *arguments: str) -> list[str]:
        """Give an ``onedata`` command line of this environment."""
        return [str(Path(sys.executable).with_name("onedata")), *arguments]

    def start(self, *, wait: bool = True) -> None:
        """Start the platform and wait until it can be used."""
        if "ONEDATA_MLFLOW_DATABASE_URL" not in self.environment:
            put_mlflow_database(self.folder / "mlflow" / "mlflow.sqlite")
        ready_before = self.said().count("Ready after")
        command = self.command("up", "--state-dir", str(self.folder), "--port", str(self.port))
        with self.output.open("a") as output:
            self.process = subprocess.Popen(
                command, env=self._environment(), stdout=output, stderr=subprocess.STDOUT, text=True,
                stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=end_with_parent,  # noqa: PLW1509 - one system call
            )  # fmt: skip
        if wait:
            self.wait_for_line("Ready after", times=ready_before + 1)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ONEDATA_")}
        # pytest's environment says where pytest is; people's terminals do not.
        return kept | self.environment

    def said(self) -> str:
        """Give what ``onedata up`` has printed."""
        return self.output.read_text() if self.output.exists() else ""

    def wait_for_line(self, text: str, *, seconds: float = START_SECONDS, times: int = 1) -> None:
        """Wait until ``onedata up`` has printed something."""
        end = time.monotonic() + seconds
        while self.said().count(text) < times:
            ended = self.process.poll() if self.process else None
            if ended is not None or time.monotonic() > end:
                raise AssertionError(
                    f"'{text}' was not said (exit status {ended}):\n{self.said()}\n{self.hub_log()[-4000:]}"
                )
            time.sleep(0.1)

    def hub_log(self) -> str:
        """Give the log of hub and services."""
        log = self.folder / "logs" / "hub.log"
        return log.read_text() if log.exists() else ""

    def stop(self, *, seconds: float = 60.0) -> int | None:
        """Stop the platform as Ctrl-C does; give the exit status."""
        self._tokens.clear()
        for client in self._clients.values():
            client.close()
        self._clients.clear()
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(seconds)
        finally:
            if self.process.poll() is None:
                self.process.kill()
            self.process = None

    def pid_of(self, name: str) -> int:
        """Give the pid of ``hub`` or ``proxy``."""
        return int(json.loads((self.folder / "run" / f"{name}.json").read_text())["pid"])

    def processes(self) -> list[psutil.Process]:
        """Find every process that has to do with this platform, kernels included."""
        mark = str(self.folder)
        return [one for one in psutil.process_iter() if one.pid != os.getpid() and mark in _all_about(one)]

    def servers_of(self, user: str) -> list[psutil.Process]:
        """Find the processes of a user's servers, kernels left out."""
        return [one for one in self.processes() if _is_server_of(one, user)]

    def command_lines(self) -> dict[psutil.Process, str]:
        """Give each process's command line; one that has ended since is left out."""
        found = {}
        for one in self.processes():
            with contextlib.suppress(psutil.Error):
                found[one] = " ".join(one.cmdline())
        return found

    def password(self, user: str) -> str:
        """Give the password a user logs in with."""
        return self.state.secret("admin-password" if user == "admin" else "user-password")

    def login(self, user: str) -> HubLogin:
        """Log a user in, as a browser does."""
        return HubLogin(self.url, user, self.password(user))

    def token(self, user: str) -> str:
        """Give a token of a user that may do all that they may."""
        if user not in self._tokens:
            with self.login(user) as session:
                self._tokens[user] = session.make_token(expires_in=3600, note="test")
        return self._tokens[user]

    def client(self, user: str, **options: Any) -> httpx.Client:
        """Give an HTTP client that sends a user's token."""
        headers = {"Authorization": f"token {self.token(user)}"}
        return httpx.Client(
            base_url=self.url, headers=headers, timeout=60.0, trust_env=False, verify=_TLS, **options
        )

    def hub(self, user: str, method: str, path: str, **options: Any) -> httpx.Response:
        """Call the hub's REST API as a user, over a connection that stays open."""
        if user not in self._clients:
            self._clients[user] = self.client(user)
        return self._clients[user].request(method, f"/hub/api{path}", **options)

    def spawn(
        self, user: str, options: dict[str, Any] | None = None, *, seconds: float = SERVER_SECONDS
    ) -> float:
        """Start a user's server and wait until it is ready; give the seconds that took."""
        began = time.monotonic()
        answer = self.hub(user, "POST", f"/users/{quote(user)}/server", json=options or {})
        assert answer.status_code in (201, 202), answer.text
        self.wait_for_server(user, ready=True, seconds=seconds)
        return time.monotonic() - began

    def server(self, user: str) -> dict[str, Any] | None:
        """Give the hub's model of a user's server; None where there is none."""
        answer = self.hub(user, "GET", f"/users/{quote(user)}")
        answer.raise_for_status()
        model: dict[str, Any] | None = answer.json().get("servers", {}).get("")
        return model

    def wait_for_server(self, user: str, *, ready: bool, seconds: float = SERVER_SECONDS) -> None:
        """Wait until a user's server is ready, or is gone."""
        end = time.monotonic() + seconds
        while bool((self.server(user) or {}).get("ready")) is not ready:
            assert time.monotonic() < end, f"server of {user}: {self.server(user)}\n{self.hub_log()[-4000:]}"
            time.sleep(0.1)

    def stop_server(self, user: str) -> None:
        """Stop a user's server and wait until it is gone."""
        answer = self.hub(user, "DELETE", f"/users/{quote(user)}/server")
        assert answer.status_code in (202, 204), answer.text
        self.wait_for_server(user, ready=False)

    def kernel(self, user: str, name: str = "python3", *, folder: str = "") -> Kernel:
        """Start a kernel in a user's server; JupyterLab starts one in its notebook's folder."""
        return Kernel(self, user, name, folder)


def _is_server_of(process: psutil.Process, user: str) -> bool:
    try:
        return (
            "jupyterhub.singleuser" in process.cmdline() and process.environ().get("JUPYTERHUB_USER") == user
        )
    except psutil.Error:  # it has ended since
        return False


def _all_about(process: psutil.Process) -> str:
    try:
        return "\n".join([process.cwd(), *process.cmdline(), *process.environ().values()])
    except (psutil.Error, OSError):
        return ""
