"""The cluster's own network namespace and cgroups: all that a node changes on a machine stays in them.

One pair of virtual interfaces joins it to the host, and the host routes pods and services through it.
Inside, everything else is unreachable: nothing leaves, and a missing image fails at once.
"""

import os
import shutil
import subprocess
from pathlib import Path

from tests.cluster.place import (
    HOST_ADDRESS,
    HOST_LINK,
    NET,
    NODE_ADDRESS,
    NODE_LINK,
    POD_RANGE,
    SERVICE_RANGE,
    ClusterError,
)

CGROUPS = Path("/sys/fs/cgroup")
# `ip netns exec` would hide /sys/fs/cgroup behind a new /sys; nsenter changes nothing but the network.
INSIDE = ("nsenter", f"--net=/run/netns/{NET}")
_INSIDE_SETTINGS = {"net.ipv4.ip_forward": "1", "net.bridge.bridge-nf-call-iptables": "1"}


def make_network() -> None:
    """Make the namespace, its link and the routes; what is there already stays.

    Raises:
        ClusterError: If this is not root, or the kernel refuses.
    """
    if os.geteuid() != 0:
        raise ClusterError("A cluster needs network namespaces and cgroups: start it as root.")
    if not Path(f"/run/netns/{NET}").exists():
        _run("ip", "netns", "add", NET)
    if not Path(f"/sys/class/net/{HOST_LINK}").exists():
        _run("ip", "link", "add", HOST_LINK, "type", "veth", "peer", "name", NODE_LINK, "netns", NET)
    _run("ip", "address", "replace", f"{HOST_ADDRESS}/30", "dev", HOST_LINK)
    _run("ip", "link", "set", HOST_LINK, "up")
    _run(*INSIDE, "ip", "link", "set", "lo", "up")
    _run(*INSIDE, "ip", "address", "replace", f"{NODE_ADDRESS}/30", "dev", NODE_LINK)
    _run(*INSIDE, "ip", "link", "set", NODE_LINK, "up")
    _run(*INSIDE, "ip", "route", "replace", "unreachable", "default")
    # A service's address is rewritten on the way out; before that it needs any way out.
    _run(*INSIDE, "ip", "route", "replace", SERVICE_RANGE, "dev", NODE_LINK)
    for range_ in (POD_RANGE, SERVICE_RANGE):
        _run("ip", "route", "replace", range_, "via", NODE_ADDRESS)
    # The kernel's bridge may be a module that nothing has loaded yet.
    if modprobe := shutil.which("modprobe"):
        subprocess.run([modprobe, "--quiet", "br_netfilter"], check=False, capture_output=True)
    for name, value in _INSIDE_SETTINGS.items():
        _run(*INSIDE, "sysctl", "-qw", f"{name}={value}")


def remove_network() -> None:
    """Remove what `make_network` made; the namespace takes its bridge, addresses and rules with it."""
    for range_ in (POD_RANGE, SERVICE_RANGE):
        subprocess.run(["ip", "route", "del", range_], check=False, capture_output=True)
    if Path(f"/sys/class/net/{HOST_LINK}").exists():
        _run("ip", "link", "del", HOST_LINK)
    if Path(f"/run/netns/{NET}").exists():
        _run("ip", "netns", "del", NET)


def cgroup_roots() -> list[Path]:
    """Give the cluster's root folder in each cgroup hierarchy: one in version 2, one a controller in 1."""
    if (CGROUPS / "cgroup.controllers").exists():
        return [CGROUPS / NET]
    return sorted(
        folder / NET
        for folder in CGROUPS.iterdir()
        if (folder / "cgroup.procs").exists() and not folder.is_symlink()
    )


def make_cgroups() -> None:
    """Make the roots below which the kubelet puts all pods; it wants them there when it starts."""
    for root in cgroup_roots():
        root.mkdir(exist_ok=True)
        if root.parent == CGROUPS:
            available = (CGROUPS / "cgroup.controllers").read_text().split()
            (CGROUPS / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in available))
        for name in ("cpuset.cpus", "cpuset.mems"):
            # Version 1 gives a new cpuset no processors, and no process can be put into it.
            if (root / name).exists() and root.parent != CGROUPS:
                (root / name).write_text((root.parent / name).read_text())


def remove_cgroups() -> None:
    """Remove the roots and what pods left below them; their processes have ended."""
    for root in cgroup_roots():
        if root.exists():
            for folder, _, _ in os.walk(root, topdown=False):
                os.rmdir(folder)


def processes_in_cgroups() -> set[int]:
    """Give every process of every pod."""
    return {
        int(pid)
        for root in cgroup_roots()
        if root.exists()
        for file in root.rglob("cgroup.procs")
        for pid in file.read_text().split()
    }


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ClusterError(
            f"'{' '.join(command)}' failed: {done.stderr.strip() or 'it said nothing'}. The cluster's network "
            "needs root and a kernel with network namespaces, veth, bridges and nftables."
        )
