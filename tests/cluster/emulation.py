"""Run programs of another processor on this machine: QEMU, by the kernel's own table of formats.

It is slow, tens of times, and the same programs: what builds and starts so does on such a machine. Debian 12's
QEMU 7.2 ends at ``import torch`` with a segmentation fault; 10.0 does not.
"""

import contextlib
import os
import platform
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.cluster import parts
from tests.cluster.parts import Part
from tests.cluster.place import ClusterError

_QEMU = "ONEDATA_TEST_QEMU"  # another QEMU than Debian's: a static program, as Debian 13's qemu-user has it
_TABLE = Path("/proc/sys/fs/binfmt_misc")
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
# How an ELF program of the processor begins, and which of these bits matter.
# Source: QEMU, scripts/qemu-binfmt-conf.sh, aarch64.
_MAGIC = r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
_MASK = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"


@contextlib.contextmanager
def emulated(architecture: str) -> Iterator[None]:
    """Have programs of a processor run here; nothing is to do for this machine's own.

    Args:
        architecture: As images name it, such as ``arm64``; empty is this machine's.

    Raises:
        ClusterError: If it cannot be had here; says what to do.
    """
    if not architecture or _MACHINES.get(architecture) == platform.machine():
        yield
        return
    if (architecture, platform.machine()) != ("arm64", "x86_64"):
        raise ClusterError(
            f"{architecture} is not emulated on {platform.machine()}. Build on such a machine."
        )
    qemu = Part(os.environ.get(_QEMU) or "qemu-aarch64-static", "qemu-user-static")
    parts.install(
        (qemu, Part("arch-test", "arch-test"))
    )  # mmdebstrap asks the second whether the first works
    with _table():
        entry = _TABLE / "qemu-aarch64"  # as Debian names it, and mmdebstrap looks for it
        if entry.exists():
            yield
            return
        # F: the interpreter is opened now, so that it is there in a container too.
        line = f":{entry.name}:M::{_MAGIC}:{_MASK}:{qemu.find()}:F"
        (_TABLE / "register").write_bytes(line.encode())
        try:
            yield
        finally:
            entry.write_text("-1")


@contextlib.contextmanager
def _table() -> Iterator[None]:
    """Mount the kernel's table where it is not."""
    if (_TABLE / "register").exists():
        yield
        return
    done = subprocess.run(
        ["mount", "-t", "binfmt_misc", "binfmt_misc", str(_TABLE)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ClusterError(
            f"Programs of another processor cannot be run here: {done.stderr.strip()}. Be root, on a kernel with "
            "binfmt_misc."
        )
    try:
        yield
    finally:
        subprocess.run(["umount", str(_TABLE)], check=True)
