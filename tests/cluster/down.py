"""Take the cluster down and leave nothing: no process, mount, namespace, route, cgroup or file."""

import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

from tests.cluster.build import one_at_a_time
from tests.cluster.components import components
from tests.cluster.network import processes_in_cgroups, remove_cgroups, remove_network
from tests.cluster.place import HOME, NET, ClusterError
from tests.cluster.processes import kill, shims, stop

# Places of the kubelet, containerd's shims and CNI that no option moves.
ELSEWHERE = ("/var/lib/kubelet", "/run/containerd", "/var/lib/cni", "/var/log/containers")


def down() -> None:
    """End every process, then remove what they leave; a cluster that is not up is no error.

    Raises:
        ClusterError: If a mount stays, or the kernel refuses to let go of the network.
    """
    with one_at_a_time(NET):
        stop("kwok", seconds=5)  # a measurement that was killed leaves it
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
        if HOME.exists():
            shutil.rmtree(HOME)
        _forget_addresses()
        for name in ELSEWHERE:
            _remove_remains(Path(name))


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


def _forget_addresses() -> None:
    """Remove what CNI noted of our pods' addresses; it notes a loopback's without its network's name."""
    notes = Path("/var/lib/cni/results")
    for path in notes.glob(f"{NET}-*"):
        if found := re.fullmatch(re.escape(NET) + r"-([0-9a-f]{64})-\w+", path.name):
            path.unlink()
            (notes / f"cni-loopback-{found[1]}-lo").unlink(missing_ok=True)


def _remove_remains(place: Path) -> None:
    """Remove sockets that nobody listens on, links to what is gone and empty folders; what others use stays."""
    for folder, _, files in os.walk(place, topdown=False):
        for path in (Path(folder) / name for name in files):
            if is_dead_socket(path) or (path.is_symlink() and not path.exists()):
                path.unlink()
        if not os.listdir(folder):
            os.rmdir(folder)


def is_dead_socket(path: Path) -> bool:
    """Say whether a path is a socket on which nobody listens."""
    if not path.is_socket():
        return False
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
    return False
