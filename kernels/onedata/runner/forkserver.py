"""A parent with everything imported, from which a runner is forked in milliseconds.

``python -m onedata.runner.forkserver <socket>`` listens on a socket only its owner can open, for
``ForkRequest`` lines. It lives as long as somebody holds a connection, so it needs no stopping: it
leaves with the last studio that says goodbye, and soon after one that was killed. Runners live on
without it.

It has one thread, and no sockets or contexts of ZeroMQ: those do not survive a fork.
"""

import contextlib
import fcntl
import gc
import logging
import os
import selectors
import signal
import socket
import struct
import sys
import time
from pathlib import Path

from onedata.contract.runner import (
    ENDED_FILE,
    FORK_GOODBYE,
    RUNNER_LOG_FILE,
    ForkReply,
    ForkRequest,
    RunnerEnd,
    RunnerProcess,
)
from onedata.runner.processes import give_back_free_memory, name_process

LINGER_SECONDS = 10.0
_MAX_LINE_BYTES = 4 * 2**20
_logger = logging.getLogger(__name__)


class ForkServer:
    """Forks runners for whoever connects.

    Args:
        path: The socket's path; its folder must belong to this user alone.
        linger_seconds: How long to stay when nobody is connected: a studio that was killed comes back.
    """

    def __init__(self, path: Path, linger_seconds: float = LINGER_SECONDS) -> None:
        self._path = path
        self._linger_seconds = linger_seconds
        self._lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        self._selector = selectors.DefaultSelector()
        self._buffers: dict[socket.socket, bytes] = {}
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._alone_since = time.monotonic()
        self._leaving = False
        self._spools: dict[int, Path] = {}

    def serve(self) -> int:
        """Serve until nobody needs it; give the exit status."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0  # another one serves this socket
        preload()  # until here a signal ends it at once
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._leave)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # wakes the wait below, so that children are reaped
        self._listen()
        try:
            while not self._leaving and not self._is_forsaken():
                self._turn()
        finally:
            self._path.unlink(missing_ok=True)
        return 0

    def _leave(self, *_: object) -> None:
        self._leaving = True

    def _is_forsaken(self) -> bool:
        if self._buffers:
            self._alone_since = time.monotonic()
        return time.monotonic() - self._alone_since > self._linger_seconds

    def _listen(self) -> None:
        self._path.unlink(missing_ok=True)  # of one that was killed; the lock says that it is gone
        before = os.umask(0o177)
        self._listener.bind(str(self._path))
        os.umask(before)
        self._listener.listen(64)
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._alone_since = time.monotonic()

    def _turn(self) -> None:
        """Wait for something to happen, and see to it."""
        for key, _ in self._selector.select(timeout=1.0):
            if key.fileobj is self._listener:
                self._accept()
            elif isinstance(key.fileobj, socket.socket):
                self._read(key.fileobj)
        self._reap()

    def _reap(self) -> None:
        """Take note of runners that ended, and of the signal where one ended them."""
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = ended
                spool = self._spools.pop(pid, None)
                if spool is not None and os.WIFSIGNALED(status):
                    _note_end(spool, os.WTERMSIG(status))

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self._listener.accept()
            if _peer_user(connection) != os.getuid():
                connection.close()
                return
            self._selector.register(connection, selectors.EVENT_READ)
            self._buffers[connection] = b""

    def _read(self, connection: socket.socket) -> None:
        try:
            received = connection.recv(65_536)
        except OSError:
            received = b""
        buffer = self._buffers[connection] + received
        if not received or len(buffer) > _MAX_LINE_BYTES:
            self._drop(connection)
            return
        *lines, self._buffers[connection] = buffer.split(b"\n")
        for line in lines:
            if line == FORK_GOODBYE:
                self._drop(connection)
                self._leaving = not self._buffers
                return
            reply = self._answer(line)
            try:
                connection.sendall(reply.model_dump_json().encode() + b"\n")
            except OSError:
                self._drop(connection)
                return

    def _drop(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        del self._buffers[connection]
        connection.close()

    def _answer(self, line: bytes) -> ForkReply:
        try:
            request = ForkRequest.model_validate_json(line)
            return ForkReply(process=self._fork(request))
        except (ValueError, OSError) as error:
            return ForkReply(error=f"{type(error).__name__}: {error}")

    def _fork(self, request: ForkRequest) -> RunnerProcess | None:
        # A signal to the child before it has handlers of its own must wait for them.
        held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        pid = os.fork()
        if pid == 0:
            self._become_runner(request)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        self._spools[pid] = Path(request.spool)
        return RunnerProcess.of(pid)

    def _become_runner(self, request: ForkRequest) -> None:
        """Turn the forked child into a runner. Never returns."""
        status = 70  # EX_SOFTWARE
        try:
            os.setsid()
            self._selector.close()
            os.close(self._lock)  # else the runner would hold the server's lock after the server
            for connection in (self._listener, *self._buffers):
                connection.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            folder = Path(request.spool)
            _redirect_output(folder / RUNNER_LOG_FILE)
            os.environ.clear()
            os.environ.update(request.environment)
            time.tzset()
            os.umask(0o077)
            from onedata.runner.attempt import run_attempt

            status = run_attempt(folder, request.environment, on_ready=_unblock_signals)
        except BaseException:  # a child must never return into the server's loop
            _logger.exception("The runner failed.")
        finally:
            logging.shutdown()
            os._exit(status)


def preload() -> None:
    """Import what a runner needs, and use it once, so that its children find it warm."""
    from onedata.runner.warmup import warm_up

    warm_up()
    # Children share what is never written; the collector would write to all of it.
    gc.collect()
    gc.freeze()
    give_back_free_memory()


def _unblock_signals() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})


def _redirect_output(path: Path) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.close(null)
    os.close(log)


def _peer_user(connection: socket.socket) -> int:
    """Name the user at the other end. Source: unix(7), SO_PEERCRED."""
    size = struct.calcsize("3i")
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return int(user)


def _note_end(spool: Path, number: int) -> None:
    with contextlib.suppress(OSError):  # the folder is gone: nobody asks
        (spool / ENDED_FILE).write_text(RunnerEnd(signal=number).model_dump_json())


def main(arguments: list[str]) -> int:
    """Serve on the socket named on the command line."""
    if len(arguments) != 1:
        print("usage: python -m onedata.runner.forkserver <socket>", file=sys.stderr)
        return 64
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    name_process("onedata-forks")
    return ForkServer(Path(arguments[0])).serve()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
