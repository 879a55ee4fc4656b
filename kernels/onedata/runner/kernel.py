"""The kernel of a run: started bound to the runner, spoken to privately, ended with all it started."""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager

from onedata.contract.runner import RunLimits
from onedata.runner.processes import kernel_setup

SHUTDOWN_SECONDS = 5.0
_MAX_SOCKET_PATH = 90  # sockaddr_un holds 107 bytes; leave room for "/k-ipc-5"
_LOG_TAIL_BYTES = 4_000


class KernelMissing(Exception):
    """The kernel a run names is not installed."""


class KernelNotStarted(Exception):
    """The kernel's process ended, or did not answer, before the first cell."""


def find_kernel(name: str) -> KernelSpec:
    """Find an installed kernel.

    Raises:
        KernelMissing: If there is none of this name; names those there are.
    """
    manager = KernelSpecManager()
    try:
        return manager.get_kernel_spec(name)
    except NoSuchKernel as error:
        there = ", ".join(sorted(manager.find_kernel_specs())) or "none"
        raise KernelMissing(
            f"The notebook asks for the kernel '{name}'; installed here: {there}. "
            "Choose one of these in JupyterLab, save the notebook and submit it again."
        ) from error


class RunKernel:
    """Owns a kernel manager and what its kernel needs on disk.

    Args:
        spec: The kernel.
        name: Its name.
        folder: Where the kernel's own standard output and error go (``kernel.log``).
    """

    def __init__(self, spec: KernelSpec, name: str, folder: Path) -> None:
        self._log_path = folder / "kernel.log"
        self._sockets = self._socket_folder(folder)
        self.manager = AsyncKernelManager(kernel_name=name, shutdown_wait_time=SHUTDOWN_SECONDS)
        self.manager.connection_file = str(self._sockets / "kernel.json")
        self.extra_arguments: list[str] = []
        if any("ipykernel" in part or part == "onedata._startup" for part in spec.argv):
            # Sockets in a closed folder instead of TCP ports that every user of the machine can reach.
            self.manager.transport = "ipc"
            self.manager.ip = str(self._sockets / "k")
            self.extra_arguments = ["--HistoryManager.hist_file=:memory:"]

    async def start(self, environment: Mapping[str, str], limits: RunLimits, work: Path, seed: str) -> None:
        """Start the kernel's process; it may not answer yet."""
        with self._log_path.open("wb") as log:
            await self.manager.start_kernel(
                env=dict(environment),
                cwd=str(work),
                stdout=log,
                stderr=log,
                extra_arguments=self.extra_arguments,
                preexec_fn=kernel_setup(limits, seed),
            )

    @property
    def pid(self) -> int | None:
        """The kernel's process number; None before the start and after the end."""
        process = getattr(self.manager.provisioner, "process", None)
        return process.pid if process is not None else None

    def death(self) -> str:
        """Say how the kernel ended, as far as its exit status tells."""
        process = getattr(self.manager.provisioner, "process", None)
        status = process.poll() if process is not None else None
        if status is None:
            return "The kernel stopped answering"
        if status == -signal.SIGKILL:
            return "The kernel was killed (signal 9), most often because memory ran out,"
        if status < 0:
            with contextlib.suppress(ValueError):
                return f"The kernel died ({signal.Signals(-status).name})"
        return f"The kernel ended with status {status}"

    def log_tail(self) -> str:
        """Give the last of what the kernel's process itself wrote."""
        try:
            return self._log_path.read_bytes()[-_LOG_TAIL_BYTES:].decode("utf-8", "replace").strip()
        except FileNotFoundError:
            return ""

    async def interrupt(self) -> None:
        """Interrupt the running cell."""
        with contextlib.suppress(RuntimeError, OSError):
            await self.manager.interrupt_kernel()

    async def kill(self) -> None:
        """Kill the kernel's process group; returns when it is gone."""
        process = getattr(self.manager.provisioner, "process", None)
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            # The kernel leads its process group: jupyter_client gives it a session of its own.
            os.killpg(process.pid, signal.SIGKILL)
        while process.poll() is None:  # noqa: ASYNC110 - the end of a process sets no event
            await asyncio.sleep(0.01)

    def forget(self) -> None:
        """Remove the kernel's connection file and sockets."""
        shutil.rmtree(self._sockets, ignore_errors=True)

    @staticmethod
    def _socket_folder(folder: Path) -> Path:
        """Make the folder of the connection file and sockets, closed to others, with a path short enough."""
        path = folder / "kernel"
        if len(os.fsencode(path)) <= _MAX_SOCKET_PATH:
            path.mkdir(mode=0o700, exist_ok=True)
            return path
        roots: list[str | None] = [None, "/tmp"]  # noqa: S108 - mkdtemp makes a private folder in it
        for root in roots:
            path = Path(tempfile.mkdtemp(prefix="onedata-", dir=root))
            if len(os.fsencode(path)) <= _MAX_SOCKET_PATH:
                return path
            path.rmdir()
        raise OSError("No folder with a path short enough for sockets; set TMPDIR to a short one.")


def notebook_language(spec: KernelSpec) -> str:
    """Name the language papermill writes a kernel's parameters in."""
    language: Any = spec.language
    return str(language) if language else "python"
