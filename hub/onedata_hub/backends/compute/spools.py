"""Spool folders of the local backend: made whole, asked who works in them, removed."""

import contextlib
import fcntl
import os
import re
import shutil
import signal
import tempfile
from pathlib import Path
from uuid import uuid4

import psutil
from onedata.contract import runner as contract
from onedata.contract.runner import RunnerEnd, RunnerProcess

from onedata_hub.backends.compute.base import ComputeState, StartRequest, StillRunning, UnknownReference

_LAUNCHED_FILE = "launched.json"  # the process started last; it may not hold the lock yet
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


class SpoolFolder:
    """One attempt's folder, seen from the studio.

    Raises:
        UnknownReference: If the reference cannot be one: it would lead out of the spool.
    """

    def __init__(self, spool_dir: Path, reference: str) -> None:
        if not _REFERENCE.fullmatch(reference):
            raise UnknownReference(f"{reference!r} names no attempt.")
        self.path = spool_dir / reference

    def create(self, request: StartRequest) -> None:
        """Make the folder with all its files, unless it is there: whole, or not at all."""
        if self.path.exists():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = Path(tempfile.mkdtemp(prefix=".new-", dir=self.path.parent))  # mkdtemp: mode 0700
        try:
            (draft / contract.NOTEBOOK_FILE).write_bytes(request.notebook)
            (draft / contract.SPEC_FILE).write_text(request.spec.model_dump_json(indent=1))
            (draft / contract.LIMITS_FILE).write_text(request.limits.model_dump_json())
            draft.rename(self.path)
        except OSError:
            shutil.rmtree(draft, ignore_errors=True)
            if not self.path.exists():  # else another studio was quicker with the same attempt
                raise

    def state(self) -> ComputeState:
        """Say where the attempt's runner is."""
        if self._is_locked():
            began = (self.path / contract.STARTED_FILE).exists()
            return ComputeState.running if began else ComputeState.starting
        launched = self._read_process(_LAUNCHED_FILE)
        return ComputeState.starting if launched and launched.is_alive() else ComputeState.gone

    def note_launched(self, process: RunnerProcess) -> None:
        """Note the process that was started, for whoever asks before it holds the lock."""
        temporary = self.path / f".{_LAUNCHED_FILE}.{uuid4().hex}"  # another start may note its own now
        temporary.write_text(process.model_dump_json())
        temporary.replace(self.path / _LAUNCHED_FILE)

    def note_end(self, number: int) -> None:
        """Note the signal that ended the runner."""
        with contextlib.suppress(FileNotFoundError):  # the folder is gone: nobody asks
            (self.path / contract.ENDED_FILE).write_text(RunnerEnd(signal=number).model_dump_json())

    def why(self) -> str:
        """Say what ended a runner that did not end by itself; empty if nothing is known of that."""
        try:
            end = RunnerEnd.model_validate_json((self.path / contract.ENDED_FILE).read_bytes())
        except (FileNotFoundError, ValueError):
            return ""
        if end.signal == signal.SIGKILL:
            return (
                "Its runner was killed (SIGKILL): most often the system does that when the machine's memory "
                "runs out."
            )
        return f"Its runner was ended by {signal.Signals(end.signal).name}."

    def runner(self) -> RunnerProcess | None:
        """Give the runner that works on the attempt, or is about to."""
        # Who holds the lock says so a moment after taking it; until then the one launched last is the one.
        names = (contract.LOCK_FILE, _LAUNCHED_FILE) if self._is_locked() else (_LAUNCHED_FILE,)
        found = (self._read_process(name) for name in names)
        return next((process for process in found if process and process.is_alive()), None)

    def read_log(self, offset: int, limit: int) -> bytes:
        """Read a part of the log.

        Raises:
            UnknownReference: If there is no such folder.
        """
        try:
            with (self.path / contract.LOG_FILE).open("rb") as log:
                log.seek(offset)
                return log.read(limit)
        except FileNotFoundError:
            if self.path.is_dir():
                return b""
            raise UnknownReference(f"Nothing is kept of the attempt '{self.path.name}'.") from None

    def remove(self) -> None:
        """Remove the folder and all in it.

        Raises:
            StillRunning: If a runner works on the attempt.
        """
        if not self.path.is_dir():
            return
        if self.state() != ComputeState.gone:
            raise StillRunning(f"The attempt '{self.path.name}' still runs; cancel it first.")
        shutil.rmtree(self.path, ignore_errors=True)

    def _is_locked(self) -> bool:
        """Ask whether a runner holds the lock. It is taken for microseconds; runners wait longer."""
        try:
            descriptor = os.open(self.path / contract.LOCK_FILE, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def _read_process(self, name: str) -> RunnerProcess | None:
        try:
            return RunnerProcess.model_validate_json((self.path / name).read_bytes())
        except (FileNotFoundError, ValueError):  # none yet, or caught while it is written
            return None


def list_references(spool_dir: Path) -> list[str]:
    """List the attempts that are kept in a spool."""
    if not spool_dir.is_dir():
        return []
    return sorted(
        entry.name for entry in spool_dir.iterdir() if _REFERENCE.fullmatch(entry.name) and entry.is_dir()
    )


def send_signal(process: RunnerProcess, number: signal.Signals) -> None:
    """Signal a process, and no later one that got its number."""
    with contextlib.suppress(ProcessLookupError):
        descriptor = os.pidfd_open(process.pid)
        try:
            if process.is_alive():
                signal.pidfd_send_signal(descriptor, number)
        finally:
            os.close(descriptor)


def kill_tree(process: RunnerProcess) -> None:
    """Kill a runner and all it started."""
    started: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        started = psutil.Process(process.pid).children(recursive=True)
    send_signal(process, signal.SIGKILL)
    for child in started:
        with contextlib.suppress(psutil.Error):
            child.kill()
