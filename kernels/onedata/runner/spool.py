"""The spool folder of one attempt: its files, its lock, and writes that are whole or not there."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from onedata.contract import runner as contract
from onedata.contract.runner import (
    RunLimits,
    RunnerProcess,
    RunOrders,
    RunResult,
    RunSpec,
    SessionFile,
)

# A studio that asks whether the lock is held takes it for microseconds: wait longer than that.
_LOCK_PATIENCE_SECONDS = 2.0


class LockHeld(Exception):
    """Another runner works on this attempt."""


def write_atomically(path: Path, content: bytes, durable: bool = True) -> None:
    """Write a file so that a reader, or a killed writer, leaves the old content or the new one, never a part.

    ``durable`` waits for the disk, so that this holds for a power cut too.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as file:
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    temporary.replace(path)


class Spool:
    """One attempt's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.executed = self.folder / contract.EXECUTED_FILE
        self.html = self.folder / contract.EXECUTED_HTML
        self.log = self.folder / contract.LOG_FILE
        self.notebook = self.folder / contract.NOTEBOOK_FILE
        self.session = self.folder / contract.SESSION_FILE
        self.work = self.folder / contract.WORK_FOLDER
        self._started = self.folder / contract.STARTED_FILE
        self._result = self.folder / contract.RESULT_FILE

    def has_spec(self) -> bool:
        """Say whether the folder holds what to execute."""
        return (self.folder / contract.SPEC_FILE).exists()

    def place(self) -> str:
        """Name this folder, as no other one is named."""
        path = self.folder / contract.PLACE_FILE
        if not path.exists():
            write_atomically(path, uuid4().hex.encode(), durable=False)
        return path.read_text()

    def fill(self, orders: RunOrders, limits: RunLimits) -> None:
        """Write what to execute; the spec last, as it says that all is there."""
        write_atomically(self.notebook, orders.notebook.encode())
        write_atomically(self.folder / contract.LIMITS_FILE, limits.model_dump_json().encode())
        write_atomically(self.folder / contract.SPEC_FILE, orders.spec.model_dump_json(indent=1).encode())

    def read_spec(self) -> RunSpec:
        """Read what to execute.

        Raises:
            FileNotFoundError: If the folder holds no spec.
            ValueError: If the spec is not one.
        """
        return RunSpec.model_validate_json((self.folder / contract.SPEC_FILE).read_bytes())

    def read_limits(self) -> RunLimits:
        """Read what the kernel may use; no file is no limit."""
        path = self.folder / contract.LIMITS_FILE
        return RunLimits.model_validate_json(path.read_bytes()) if path.exists() else RunLimits()

    def read_session(self) -> SessionFile:
        """Read what the kernel noted so far; a file caught half written counts as empty."""
        try:
            return SessionFile.model_validate_json(self.session.read_bytes())
        except (FileNotFoundError, ValueError):
            return SessionFile()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the attempt: one runner at a time.

        Raises:
            LockHeld: If another runner holds it.
        """
        descriptor = os.open(self.folder / contract.LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _wait_for_lock(descriptor)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, RunnerProcess.current().model_dump_json().encode(), 0)
            yield
        finally:
            os.close(descriptor)

    def mark_started(self) -> bool:
        """Note, once and for good, that execution begins. False if it began before."""
        try:
            descriptor = os.open(self._started, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return False
        with os.fdopen(descriptor, "w") as file:
            file.write(json.dumps({"at": datetime.now(UTC).isoformat()}))
            file.flush()
            os.fsync(file.fileno())
        return True

    def started_at(self) -> datetime:
        """Say when execution began."""
        try:
            return datetime.fromisoformat(json.loads(self._started.read_text())["at"])
        except (ValueError, KeyError):  # the crash came between making the file and filling it
            return datetime.fromtimestamp(self._started.stat().st_mtime, UTC)

    def read_result(self) -> RunResult | None:
        """Read the attempt's result; None while there is none."""
        try:
            return RunResult.model_validate_json(self._result.read_bytes())
        except FileNotFoundError:
            return None

    def write_result(self, result: RunResult) -> None:
        """Keep the result, before anybody is told."""
        write_atomically(self._result, result.model_dump_json(indent=1).encode())


def _wait_for_lock(descriptor: int) -> None:
    deadline = time.monotonic() + _LOCK_PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise LockHeld from error
            time.sleep(0.02)
        else:
            return
