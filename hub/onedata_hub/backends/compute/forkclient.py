"""Speaks to the fork server: one connection, held open, as the server lives while somebody holds one."""

import asyncio
import contextlib
import hashlib
import logging
import math
import os
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from onedata.contract.runner import FORK_GOODBYE, ForkReply, ForkRequest, RunnerProcess

_ANSWER_TIMEOUT_SECONDS = 10.0
_MAX_SOCKET_PATH = 100  # sockaddr_un holds 107 bytes
_MAX_LINE_BYTES = 2**20
_START_AGAIN_SECONDS = 15.0
_logger = logging.getLogger(__name__)


class ForkServerFolderError(Exception):
    """The folder for the fork server's socket is not this user's alone."""


def socket_path(spool_dir: Path) -> Path:
    """Choose the socket for the runners of a spool: in a folder only this user can enter.

    Raises:
        ForkServerFolderError: If somebody else made a folder of that name first.
    """
    root = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    folder = root / f"onedata-{os.getuid()}"
    name = hashlib.sha256(f"{spool_dir.resolve()}\0{sys.executable}".encode()).hexdigest()[:16]
    if len(os.fsencode(folder / f"{name}.sock")) > _MAX_SOCKET_PATH:
        folder = Path("/tmp") / f"onedata-{os.getuid()}"  # noqa: S108 - its owner and mode are checked below
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise ForkServerFolderError(
            f"{folder} must be a folder that only this user can enter; remove it and start again."
        )
    return folder / f"{name}.sock"


class ForkClient:
    """Asks the fork server for runners, and starts the server when it is not there.

    Args:
        path: The server's socket.
        environment: The server's own environment, without secrets.
        log: Where the server writes what it has to say.
    """

    def __init__(self, path: Path, environment: Mapping[str, str], log: Path) -> None:
        self._path = path
        self._environment = dict(environment)
        self._log = log
        self._turn = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._server_started = -math.inf

    async def fork(self, spool: Path, environment: Mapping[str, str]) -> RunnerProcess | None:
        """Ask for a runner on a spool folder; None if no server could give one.

        After None a runner may exist all the same (the server was killed in mid-answer). The
        spool's lock sees to it that a second one does nothing.
        """
        async with self._turn:
            if self._streams is None and not await self._connect():
                self._start_server()
                return None
            try:
                return await asyncio.wait_for(self._ask(spool, environment), _ANSWER_TIMEOUT_SECONDS)
            except (OSError, ValueError, asyncio.IncompleteReadError, TimeoutError):
                await self._disconnect()
                return None

    async def wait_until_ready(self, patience_seconds: float) -> bool:
        """Start the server if need be and wait for it; say whether it answers."""
        deadline = time.monotonic() + patience_seconds
        async with self._turn:
            while self._streams is None and not await self._connect():
                self._start_server()
                if time.monotonic() > deadline or self._server_failed():
                    _logger.warning(
                        "No fork server; runs start as commands, a second slower. See %s.", self._log
                    )
                    return False
                await asyncio.sleep(0.05)
            return True

    async def close(self) -> None:
        """Let go of the server, which leaves when nobody else holds it."""
        async with self._turn:
            if self._streams is not None:
                with contextlib.suppress(OSError):
                    self._streams[1].write(FORK_GOODBYE + b"\n")
                await self._disconnect()
            elif self._server is not None and not self._path.exists():  # it is coming up: nobody holds it yet
                self._server.terminate()

    async def _ask(self, spool: Path, environment: Mapping[str, str]) -> RunnerProcess | None:
        assert self._streams is not None
        reader, writer = self._streams
        request = ForkRequest(spool=str(spool), environment=dict(environment))
        writer.write(request.model_dump_json().encode() + b"\n")
        await writer.drain()
        return ForkReply.model_validate_json(await reader.readuntil(b"\n")).process

    async def _connect(self) -> bool:
        try:
            self._streams = await asyncio.open_unix_connection(str(self._path), limit=_MAX_LINE_BYTES)
        except OSError:
            return False
        return True

    async def _disconnect(self) -> None:
        if self._streams is not None:
            writer = self._streams[1]
            self._streams = None
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _server_failed(self) -> bool:
        return self._server is not None and self._server.poll() not in (None, 0)

    def _start_server(self) -> None:
        """Start a server, unless one was started lately: it is coming up, or cannot. Two are harmless."""
        if time.monotonic() - self._server_started < _START_AGAIN_SECONDS:
            return
        self._server_started = time.monotonic()
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(
                [sys.executable, "-P", "-m", "onedata.runner.forkserver", str(self._path)],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
