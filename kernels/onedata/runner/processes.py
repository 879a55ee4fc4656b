"""What the runner does to processes: bind the kernel's life to its own, limit it, end what it left."""

import contextlib
import ctypes
import math
import os
import resource
import signal
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import psutil

from onedata.contract.runner import RunLimits

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NAME = 15
_PR_SET_CHILD_SUBREAPER = 36
# The watcher ends a kernel at its limit; this bound catches what grows faster than it looks.
_DATA_LIMIT_FACTOR = 2


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        # Source: prctl(2). A kernel too old for an option says so, and the run goes on without it.
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def give_back_free_memory() -> None:
    """Return what imports allocated and freed. Source: malloc_trim(3), of glibc alone."""
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def name_process(name: str) -> None:
    """Name this process for ``ps -o comm`` and ``top``; 15 bytes are kept. Source: prctl(2)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_NAME, ctypes.create_string_buffer(name.encode()[:15]), 0, 0, 0)


def hide_memory() -> None:
    """Close this process's memory and environment (the run key) to other processes of the same user."""
    _prctl(_PR_SET_DUMPABLE, 0)


def adopt_orphans() -> None:
    """Become the parent of what the kernel's children leave behind, so that it can be ended."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def kernel_setup(limits: RunLimits, seed: str) -> Callable[[], None]:
    """Give what the kernel's process does before it becomes the kernel.

    It dies with its runner, keeps to its share of the processors, and cannot take memory
    without bound. RLIMIT_DATA, not RLIMIT_AS: Arrow and DuckDB reserve address space they never
    use. Twice the limit, as it counts what is reserved for writing, used or not.
    """
    cpus = choose_cpus(limits.cpus, seed)

    def set_up() -> None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if cpus:
            os.sched_setaffinity(0, cpus)
        if limits.memory_bytes:
            bound = limits.memory_bytes * _DATA_LIMIT_FACTOR
            resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))

    return set_up


def choose_cpus(cpus: float | None, seed: str) -> set[int] | None:
    """Choose processors for a kernel, spread by the run's name; None means all of them."""
    available = sorted(os.sched_getaffinity(0))
    if cpus is None or math.ceil(cpus) >= len(available):
        return None
    first = zlib.crc32(seed.encode()) % len(available)
    return {available[(first + step) % len(available)] for step in range(math.ceil(cpus))}


def descendants(pid: int | None = None) -> list[psutil.Process]:
    """List what a process (this one if None) has started, children of children too."""
    try:
        return list(psutil.Process(pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def uses_more_memory(pid: int, bound_bytes: int) -> bool:
    """Say whether a process and all it started hold more than ``bound_bytes``."""
    with contextlib.suppress(psutil.NoSuchProcess):
        processes = [psutil.Process(pid), *descendants(pid)]
        # Resident sizes are quick to read but count a page shared by forked workers once for each
        # of them; proportional sizes are exact and slow, so they are asked only when it matters.
        return _memory_sum(processes, "rss") > bound_bytes and _memory_sum(processes, "pss") > bound_bytes
    return False


def _memory_sum(processes: list[psutil.Process], kind: str) -> int:
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            total += getattr(process.memory_full_info() if kind == "pss" else process.memory_info(), kind)
    return total


def end_descendants(patience_seconds: float = 5.0) -> None:
    """Kill all that this process has started, until nothing is left.

    A child may start another while it is being killed, so look again.
    """
    deadline = time.monotonic() + patience_seconds
    while (
        left := [process for process in descendants() if _is_alive(process)]
    ) and time.monotonic() < deadline:
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(left, timeout=0.5)


def end_marked(name: str, value: str) -> int:
    """Kill every process whose environment sets ``name`` to ``value``; give their number.

    This finds what a killed runner left: its kernel's children carry the run's variables
    wherever they went.
    """
    marker = f"{name}={value}".encode()
    ended = 0
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        try:
            if pid == os.getpid() or marker not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            os.kill(pid, signal.SIGKILL)
        except OSError:  # gone meanwhile, or another user's
            continue
        ended += 1
    return ended


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
