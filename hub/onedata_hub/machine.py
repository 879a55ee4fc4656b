"""What this machine has, and which limits it can hold processes to."""

import os
import resource
import shutil
import subprocess
import sys
from dataclasses import dataclass

import psutil

_NVIDIA_SMI_SECONDS = 5.0

# Servers and runs share the cores. OpenMP's threads wait spinning by default, and starve those they wait for: on
# two busy cores scikit-learn's gradient boosting took twenty times as long. Source: OpenMP 5.2, OMP_WAIT_POLICY.
SHARED_CORES = {"OMP_WAIT_POLICY": "PASSIVE"}


@dataclass(frozen=True)
class Machine:
    """CPUs we may use, memory in bytes, NVIDIA GPUs, and what can be limited here."""

    cpus: int
    memory_bytes: int
    gpus: int
    limits_memory: bool
    limits_cpus: bool

    @classmethod
    def here(cls) -> "Machine":
        """Look at the machine we run on."""
        return cls(
            cpus=usable_cpus(),
            memory_bytes=psutil.virtual_memory().total,
            gpus=count_gpus(),
            # Since Linux 4.7 RLIMIT_DATA counts private writable memory, and not what is merely reserved:
            # setrlimit(2). Elsewhere it holds nothing that matters.
            limits_memory=sys.platform == "linux" and hasattr(resource, "RLIMIT_DATA"),
            limits_cpus=hasattr(os, "sched_setaffinity"),
        )


def usable_cpus() -> int:
    """Count the CPUs that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def count_gpus() -> int:
    """Count NVIDIA GPUs by asking ``nvidia-smi``; 0 where there is none or it does not answer."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return 0
    try:
        listing = subprocess.run(
            [program, "-L"], capture_output=True, text=True, timeout=_NVIDIA_SMI_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return sum(line.startswith("GPU ") for line in listing.stdout.splitlines())
