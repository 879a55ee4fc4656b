"""Start, watch and end the cluster's processes, each known by its process id and when it began."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.cluster.network import INSIDE
from tests.cluster.place import HOME, ClusterError

_LOG_LINES = 12


def start(name: str, command: list[str], environment: Mapping[str, str]) -> None:
    """Start a process inside the network namespace, unless it runs; its words go to ``log/<name>.log``."""
    if pid_of(name) is not None:
        return
    with log_of(name).open("ab") as log:
        process = subprocess.Popen(
            [*INSIDE, *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=HOME,
            start_new_session=True,  # Ctrl-C at the terminal that starts the cluster must not end it
        )
    _pid_file(name).write_text(f"{process.pid} {_began(process.pid)}")


def wait_until(name: str, ready: Callable[[], bool], seconds: float) -> None:
    """Wait until a process that was started is ready.

    Raises:
        ClusterError: If it ends, or is not ready in time; shows the last lines of its log.
    """
    until = time.monotonic() + seconds
    while not ready():
        if pid_of(name) is None:
            raise ClusterError(
                f"{name} ended while it started. Its last lines, in {log_of(name)}:\n{tail(name)}"
            )
        if time.monotonic() > until:
            raise ClusterError(
                f"{name} was not ready after {seconds:.0f} s. Its last lines, in {log_of(name)}:\n{tail(name)}\n"
                "Mend what they tell of, then run: python -m tests.cluster down, and up again."
            )
        time.sleep(0.2)


def stop(name: str, seconds: float) -> None:
    """End a process: by SIGTERM, and by SIGKILL where it has not ended in time. One that is gone is no error."""
    pid = pid_of(name)
    if pid is not None:
        _signal(pid, signal.SIGTERM)
        if not ends_within(pid, seconds):
            _signal(pid, signal.SIGKILL)
            ends_within(pid, 10)
    _pid_file(name).unlink(missing_ok=True)


def pid_of(name: str) -> int | None:
    """Give the id of a process that runs, or none; another's process that has its number now is not it."""
    try:
        pid, began = _pid_file(name).read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    return int(pid) if _began(int(pid)) == began else None


def ends_within(pid: int, seconds: float) -> bool:
    """Wait for a process to end; say whether it did."""
    until = time.monotonic() + seconds
    while _began(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def kill(pids: set[int]) -> None:
    """End processes at once and wait until they are gone."""
    for pid in pids:
        _signal(pid, signal.SIGKILL)
    for pid in pids:
        ends_within(pid, 10)


def shims() -> set[int]:
    """Give the processes that containerd keeps beside each pod; they know its socket's address."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:  # it has ended meanwhile
            continue
        is_shim = arguments[0].rpartition(b"/")[2] == b"containerd-shim-runc-v2"
        if is_shim and str(HOME / "run" / "containerd.sock").encode() in arguments:
            found.add(int(folder.name))
    return found


def log_of(name: str) -> Path:
    """Give the file of a process's log."""
    return HOME / "log" / f"{name}.log"


def tail(name: str) -> str:
    """Give the last lines of a process's log."""
    try:
        lines = log_of(name).read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return "(it wrote nothing)"
    return "\n".join(line[:400] for line in lines[-_LOG_LINES:]) or "(it wrote nothing)"


def _pid_file(name: str) -> Path:
    return HOME / "run" / f"{name}.pid"


def _began(pid: int) -> str:
    """Give when a process began, in the kernel's ticks; empty if there is none, or only its remains."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
