"""Take the cluster down and leave nothing: no process, mount, namespace, route, cgroup or file."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from tests.cluster.build import one_at_a_time
from tests.cluster.components import components
from tests.cluster.network import processes_in_cgroups, remove_cgroups, remove_network
from tests.cluster.place import HOME, ClusterError
from tests.cluster.processes import kill, shims

# Fixed places of the kubelet and of containerd's shims, whatever folder they are given.
_ELSEWHERE = (
    "/var/lib/kubelet",
    "/run/containerd/s",
    "/run/containerd",
    "/var/lib/cni",
    "/var/log/containers",
)


def down() -> None:
    """End every process, then remove what they leave; a cluster that is not up is no error.

    Raises:
        ClusterError: If a mount stays, or the kernel refuses to let go of the network.
    """
    with one_at_a_time("run"):
        for component in reversed(list(components().values())):
            if component.name != "containerd":
                component.stop()
        # Pods first, then their shims: a shim that ends first leaves its pod behind.
        kill(processes_in_cgroups())
        components()["containerd"].stop()
        kill(shims())
        kill(processes_in_cgroups())
        _unmount()
        remove_network()
        remove_cgroups()
        shutil.rmtree(HOME, ignore_errors=False) if HOME.exists() else None
        for name in _ELSEWHERE:
            _remove_if_empty(Path(name))


def mounts() -> list[str]:
    """Give the mounts below the cluster's folder, the newest first."""
    lines = Path("/proc/self/mounts").read_text().splitlines()
    points = [line.split()[1].encode().decode("unicode_escape") for line in lines]
    return [point for point in reversed(points) if Path(point).is_relative_to(HOME)]


def _unmount() -> None:
    for _ in range(50):
        for point in mounts():
            subprocess.run(["umount", point], check=False, capture_output=True)
        if not mounts():
            return
        time.sleep(0.1)
    left = mounts()
    raise ClusterError(
        f"{len(left)} mounts stay below {HOME}, such as {left[0]}: a process uses it. End that, then: python -m tests.cluster down"
    )


def _remove_if_empty(folder: Path) -> None:
    """Remove a folder and those below it that have no file: what others keep there stays."""
    for path, _, _ in os.walk(folder, topdown=False):
        try:
            os.rmdir(path)
        except OSError:
            continue
