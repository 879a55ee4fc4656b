"""MD5 while the bytes pass: DVC names files by it, so each is read once and hashed on the way.

``hashlib`` lets other threads run while it hashes, so a large file is read and written in one
thread and hashed in another: the copy then takes about as long as the slower of the two.
"""

import hashlib
import os
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

CHUNK = 4 * 2**20  # bytes; large enough that a chunk's overhead vanishes, small enough for the CPU's caches
_BUFFERS = 4
_PIPELINED_FROM = 4 * CHUNK  # below, a thread costs more than it saves

Tick = Callable[[int], None]


class Hashed(NamedTuple):
    """What passed: its MD5 (hex) and its size in bytes."""

    md5: str
    size: int


def new_md5() -> Any:
    """Give an MD5 that is a name and no protection."""
    return hashlib.md5(usedforsecurity=False)


def copy_hashed(source: Path, target: Path | str, tick: Tick) -> Hashed:
    """Copy a file and hash the very bytes that were written, reading the source once.

    What is added to a small file meanwhile is not copied.

    Args:
        source: The file.
        target: A path where nothing is yet, in a folder that exists.
        tick: Called with the count of each chunk's bytes; what it raises ends the copy.
    """
    reading = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
    try:
        writing = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            return _pass_on(reading, writing, tick)
        finally:
            os.close(writing)
    finally:
        os.close(reading)


def hash_file(source: Path, tick: Tick) -> Hashed:
    """Hash a file."""
    reading = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return _pass_on(reading, None, tick)
    finally:
        os.close(reading)


def _pass_on(reading: int, writing: int | None, tick: Tick) -> Hashed:
    size = os.fstat(reading).st_size
    if size < _PIPELINED_FROM:
        return _one_thread(reading, writing, size, tick)
    return _two_threads(reading, writing, tick)


def _one_thread(reading: int, writing: int | None, size: int, tick: Tick) -> Hashed:
    """Read, write and hash in turn, through a buffer that this thread keeps.

    A new one for each of many small files costs as much as their bytes.
    """
    md5, passed, buffer = new_md5(), 0, _buffer()
    while passed < size and (count := os.readv(reading, [buffer[: size - passed]])):
        chunk = buffer[:count]
        if writing is not None:
            _write_all(writing, chunk)
        md5.update(chunk)
        passed += count
        tick(count)
    return Hashed(md5.hexdigest(), passed)


def _buffer() -> memoryview:
    if not hasattr(_of_thread, "buffer"):
        _of_thread.buffer = memoryview(bytearray(CHUNK))
    buffer: memoryview = _of_thread.buffer
    return buffer


_of_thread = threading.local()


def _two_threads(reading: int, writing: int | None, tick: Tick) -> Hashed:
    """Read and write here, hash there; a ring of buffers, each reused once it is written and hashed."""
    md5, passed, turn = new_md5(), 0, 0
    ring = [memoryview(bytearray(CHUNK)) for _ in range(_BUFFERS)]
    free = threading.Semaphore(_BUFFERS)
    to_hash: queue.SimpleQueue[memoryview | None] = queue.SimpleQueue()

    def hash_all() -> None:
        while (chunk := to_hash.get()) is not None:
            md5.update(chunk)
            free.release()

    hasher = threading.Thread(target=hash_all, name="onedata-md5")
    hasher.start()
    try:
        while True:
            free.acquire()
            buffer = ring[turn % _BUFFERS]
            count = os.readv(reading, [buffer])
            if not count:
                break
            to_hash.put(buffer[:count])
            if writing is not None:
                _write_all(writing, buffer[:count])
            passed, turn = passed + count, turn + 1
            tick(count)
    finally:
        to_hash.put(None)
        hasher.join()
    return Hashed(md5.hexdigest(), passed)


def _write_all(writing: int, data: memoryview) -> None:
    while (written := os.write(writing, data)) < len(data):
        data = data[written:]


class HashingFile:
    """A new file that hashes what is written to it, as a writer of Parquet wants it."""

    def __init__(self, path: Path, tick: Tick) -> None:
        self._file = path.open("xb", buffering=2**20)
        self._md5 = new_md5()
        self._size = 0
        self._tick = tick
        self.closed = False

    def write(self, data: Any) -> int:
        """Write and hash."""
        self._md5.update(data)
        count = self._file.write(data)
        self._size += count
        self._tick(count)
        return count

    def tell(self) -> int:
        """Give the count of bytes so far."""
        return self._size

    def flush(self) -> None:
        """Hand the bytes to the system."""
        self._file.flush()

    def close(self) -> None:
        """Finish the file."""
        self._file.close()
        self.closed = True

    @property
    def hashed(self) -> Hashed:
        """What was written so far."""
        return Hashed(self._md5.hexdigest(), self._size)
