"""The compute backend of one machine: runners are local processes, a folder for each attempt.

Everything that must outlive the studio lies in the folders and in the runners' locks, nothing in
this process. The runner is started by the fork server if it is there (milliseconds) and as a
command if not (a second or two): the same runner either way.
"""

import asyncio
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from onedata.contract.environment import PACKAGES
from onedata.contract.homes import packages_of
from onedata.contract.runner import RUNNER_LOG_FILE, RunnerProcess

from onedata_hub.backends.compute.base import (
    LOG_CHUNK_BYTES,
    ComputeBackend,
    ComputeError,
    ComputeState,
    StartRequest,
)
from onedata_hub.backends.compute.forkclient import ForkClient, ForkServerFolderError, socket_path
from onedata_hub.backends.compute.spools import SpoolFolder, kill_tree, list_references, send_signal
from onedata_hub.homes import home_of
from onedata_hub.machine import SHARED_CORES

T = TypeVar("T")
_logger = logging.getLogger(__name__)
_READY_SECONDS = 30.0
_LOOK_SECONDS = 0.25
# What a process needs of this machine. The studio's own environment holds its secrets: none of it goes on.
_MACHINE_VARIABLES = frozenset(
    {
        *("HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "XDG_RUNTIME_DIR"),
        *("VIRTUAL_ENV", "JUPYTER_PATH", "LD_LIBRARY_PATH", "CUDA_HOME", "CUDA_VISIBLE_DEVICES"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
    }
)


class LocalCompute(ComputeBackend):
    """Runs attempts as processes of this machine.

    Args:
        spool_dir: The folder of the attempts' folders. Studios that share it share their runs.
        use_fork_server: Fork runners from a warm parent; without it each run starts a second later.
        fork_socket: The fork server's socket; by default one for each spool.
        homes_dir: Where the users' homes are: their runs have the packages that they added.
    """

    def __init__(
        self,
        spool_dir: Path,
        *,
        use_fork_server: bool = True,
        fork_socket: Path | None = None,
        homes_dir: Path | None = None,
    ) -> None:
        self._spool_dir = spool_dir.absolute()
        self._homes_dir = homes_dir
        self._machine = SHARED_CORES | machine_environment(os.environ)
        self._forks: ForkClient | None = None
        self._use_fork_server = use_fork_server
        self._fork_socket = fork_socket
        self._started: list[tuple[subprocess.Popen[bytes], SpoolFolder]] = []
        self._insisting: dict[str, asyncio.Task[None]] = {}

    async def start(self, request: StartRequest) -> str:
        """Make the attempt's folder and start its runner, unless one works on it."""
        folder = SpoolFolder(self._spool_dir, request.reference)
        try:
            await _in_thread(lambda: folder.create(request))
            if await _in_thread(folder.state) == ComputeState.gone:
                environment = {**self._machine, **self._packages(request.spec.user), **request.environment}
                process = await self._fork(folder, environment)
                if process is None:
                    process = await _in_thread(lambda: self._execute(folder, environment))
                await _in_thread(partial(folder.note_launched, process))
        except OSError as error:
            raise ComputeError(
                f"The run could not be started in {self._spool_dir}: {error.strerror}."
            ) from error
        return request.reference

    async def state(self, reference: str) -> ComputeState:
        """Say where an attempt's runner is."""
        self._reap()
        folder = SpoolFolder(self._spool_dir, reference)
        return await _in_thread(folder.state)

    async def why(self, reference: str, *, told_to_end: bool = False) -> str:
        """Say what ended a runner that did not end by itself."""
        self._reap()
        folder = SpoolFolder(self._spool_dir, reference)
        return await _in_thread(folder.why)

    async def cancel(self, reference: str) -> None:
        """Ask the runner to stop the notebook; see to it that both are gone in time."""
        folder = SpoolFolder(self._spool_dir, reference)
        process = await _in_thread(folder.runner)
        if process is None:
            return
        send_signal(process, signal.SIGTERM)
        if reference not in self._insisting:
            task = asyncio.create_task(self._insist(process))
            self._insisting[reference] = task
            task.add_done_callback(lambda _: self._insisting.pop(reference, None))

    async def log(self, reference: str, offset: int, limit: int = LOG_CHUNK_BYTES) -> bytes:
        """Read a part of an attempt's log."""
        folder = SpoolFolder(self._spool_dir, reference)
        return await _in_thread(lambda: folder.read_log(offset, limit))

    async def list_all(self) -> dict[str, ComputeState]:
        """List every attempt whose folder is there."""
        self._reap()
        references = await _in_thread(lambda: list_references(self._spool_dir))
        return {reference: await self.state(reference) for reference in references}

    async def remove(self, reference: str) -> None:
        """Remove an attempt's folder."""
        folder = SpoolFolder(self._spool_dir, reference)
        await _in_thread(folder.remove)

    async def prepare(self) -> None:
        """Start the fork server and wait until it answers."""
        forks = self._fork_client()
        if forks is not None:
            await forks.wait_until_ready(_READY_SECONDS)

    async def close(self) -> None:
        """Let go of the fork server. Runs go on."""
        for task in list(self._insisting.values()):
            task.cancel()
        await asyncio.gather(*self._insisting.values(), return_exceptions=True)
        if self._forks is not None:
            await self._forks.close()
        self._reap()

    def _packages(self, user: str) -> dict[str, str]:
        home = home_of(self._homes_dir, user) if self._homes_dir is not None else None
        if home is None or not home.is_dir():
            return {}
        return {PACKAGES: str(packages_of(home))}

    def _fork_client(self) -> ForkClient | None:
        if self._forks is None and self._use_fork_server:
            self._spool_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            log = self._spool_dir / ".forkserver.log"
            try:
                path = self._fork_socket or socket_path(self._spool_dir)
            except ForkServerFolderError as error:
                _logger.warning("Runs start as commands, a second slower: %s", error)
                self._use_fork_server = False
            else:
                self._forks = ForkClient(path, self._machine, log)
        return self._forks

    async def _fork(self, folder: SpoolFolder, environment: Mapping[str, str]) -> RunnerProcess | None:
        forks = self._fork_client()
        return await forks.fork(folder.path, environment) if forks is not None else None

    def _execute(self, folder: SpoolFolder, environment: Mapping[str, str]) -> RunnerProcess:
        """Start the runner as a command. Its secrets are in its environment, not in its arguments."""
        descriptor = os.open(folder.path / RUNNER_LOG_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as log:
            # Blocked in this thread, so in the child: a cancel that comes while Python starts waits
            # for the runner's handler.
            before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
            try:
                started = subprocess.Popen(
                    [sys.executable, "-P", "-m", "onedata.runner", str(folder.path)],
                    env=dict(environment),
                    cwd=folder.path,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self._started.append((started, folder))
        process = RunnerProcess.of(started.pid)
        if process is None:
            raise ComputeError(f"The runner ended at once; {folder.path / RUNNER_LOG_FILE} says why.")
        return process

    async def _insist(self, process: RunnerProcess) -> None:
        """Kill a runner that is still there when its grace is over."""
        deadline = asyncio.get_running_loop().time() + self.cancel_grace_seconds
        while asyncio.get_running_loop().time() < deadline:
            self._reap()
            if not process.is_alive():
                return
            await asyncio.sleep(_LOOK_SECONDS)
        await _in_thread(lambda: kill_tree(process))

    def _reap(self) -> None:
        """Take note of runners that ended, so that none stays as a zombie."""
        for started, folder in self._started:
            if (started.poll() or 0) < 0:
                folder.note_end(-started.returncode)
        self._started = [(started, folder) for started, folder in self._started if started.returncode is None]


def machine_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Give what a runner needs of the studio's environment; the interpreter's folder comes first on PATH."""
    kept = {
        name: value
        for name, value in environment.items()
        if name in _MACHINE_VARIABLES or name.startswith("LC_")
    }
    kept["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", os.defpath)])
    return kept


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.to_thread(work)
