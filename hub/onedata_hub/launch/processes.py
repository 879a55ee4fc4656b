"""Start processes, know them again, and end them: ours and those of ours that were left behind."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from onedata_hub.launch.parent import PARENT_PID
from onedata_hub.launch.state import write_privately

_SAME_START_SECONDS = 2.0
_LOG_BYTES = 20 * 2**20
_LAST_WORDS_BYTES = 16_384
_WAIT_TICK_SECONDS = 0.05


@dataclass
class Child:
    """A process that we start again when it ends; its output goes to a log file.

    It gets a session of its own: Ctrl-C in the terminal reaches us alone, and we end the children in order.
    """

    name: str
    command: list[str]
    folder: Path
    log: Path
    pid_file: Path
    environment: dict[str, str] = field(repr=False, default_factory=dict)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _log_start: int = field(default=0, repr=False)

    def start(self) -> None:
        """Start the process and note its pid with the time of its start."""
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as output:
            self._log_start = output.tell()
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=os.environ | self.environment | {PARENT_PID: str(os.getpid())},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        note = {"pid": self.process.pid, "started": psutil.Process(self.process.pid).create_time()}
        write_privately(self.pid_file, json.dumps(note))

    def exit_status(self) -> int | None:
        """Give the exit status, or None while it runs."""
        return self.process.poll() if self.process else None

    def tell_to_stop(self) -> None:
        """Send it SIGTERM."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def wait_or_kill(self, *, seconds: float) -> None:
        """Wait for it to end, and kill it after that many seconds."""
        if self.process is not None:
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.pid_file.unlink(missing_ok=True)

    def last_words(self) -> str:
        """Give the last line since the start that says something: an error rather than a log entry."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(self._log_start, self.log.stat().st_size - _LAST_WORDS_BYTES))
                text = log.read().decode(errors="replace")
        except OSError:
            return ""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        plain = [line for line in lines if not line.startswith("[")]
        return (plain or lines or [""])[-1]


def noted_process(pid_file: Path) -> psutil.Process | None:
    """Give the running process that a pid file names; None where it ended, whoever has its pid now."""
    try:
        note = json.loads(pid_file.read_text())
        process = psutil.Process(note["pid"])
        same = abs(process.create_time() - note["started"]) < _SAME_START_SECONDS
    except (OSError, ValueError, KeyError, psutil.Error):
        return None
    return process if same and process.status() != psutil.STATUS_ZOMBIE else None


def end_processes(processes: Iterable[psutil.Process], *, seconds: float) -> list[psutil.Process]:
    """End processes: SIGTERM, and SIGKILL for those that are there after that many seconds."""
    ours = list(processes)
    for process in ours:
        _signal(process, signal.SIGTERM)
    _, left = psutil.wait_procs(ours, timeout=seconds)
    for process in left:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(left, timeout=5)
    return ours


def services_of(hub_pid: int) -> list[psutil.Process]:
    """Find the services that a hub started, by the variable it gave them."""
    return [p for p in psutil.process_iter() if _environment(p).get(PARENT_PID) == str(hub_pid)]


def servers_of(hub_api_url: str, **variables: str) -> list[psutil.Process]:
    """Find the user servers of a hub, by the address they report to. Their kernels are not among them.

    Args:
        hub_api_url: The hub's inner address.
        variables: What else must be in a server's environment, such as ``JUPYTERHUB_USER``.
    """
    wanted = {"JUPYTERHUB_API_URL": hub_api_url, **variables}.items()
    return [
        process
        for process in psutil.process_iter()
        if "jupyterhub.singleuser" in _command(process) and wanted <= _environment(process).items()
    ]


def wait_until_gone(processes: Iterable[psutil.Process], *, seconds: float) -> list[psutil.Process]:
    """Wait for processes to end by themselves; give those that did not."""
    _, left = psutil.wait_procs(list(processes), timeout=seconds)
    return left


def port_holder(port: int) -> str:
    """Say who listens on a port, as far as the system lets us see: ' (python, pid 12)', or nothing."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
                return (
                    f" ({psutil.Process(connection.pid).name()}, pid {connection.pid})"
                    if connection.pid
                    else ""
                )
    except psutil.Error:
        pass
    return ""


def pause(seconds: float, *, until: "list[bool] | None" = None) -> None:
    """Sleep, but no longer than until the list has something in it."""
    end = time.monotonic() + seconds
    while not until and time.monotonic() < end:
        time.sleep(min(_WAIT_TICK_SECONDS, max(0.0, end - time.monotonic())))


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except (psutil.Error, OSError):
        return {}


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.Error, OSError):
        return []
