"""Where the cluster lies and which addresses it has.

A machine may have ten beside each other: ONEDATA_CLUSTER is a number from 0 to 9, and names and addresses follow
from it. The folder's path is short because Unix sockets below it may have 107 letters. What is built lies in a
cache that clones share.
"""

import os
from pathlib import Path

_NUMBER = int(os.environ.get("ONEDATA_CLUSTER", "0"))
_SUFFIX = f"-{_NUMBER}" if _NUMBER else ""
HOME = Path(os.environ.get("ONEDATA_CLUSTER_HOME", f"/var/lib/onedata-cluster{_SUFFIX}"))
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "onedata" / "cluster"

NODE = "lab"
NET = f"onedata-cluster{_SUFFIX}"  # the network namespace, and the root of its cgroups
HOST_LINK, NODE_LINK = (
    f"onedata-host{_SUFFIX}",
    f"onedata-node{_SUFFIX}",
)  # a link's name has 15 letters at most
HOST_ADDRESS, NODE_ADDRESS = f"10.200.{_NUMBER}.1", f"10.200.{_NUMBER}.2"
POD_RANGE, SERVICE_RANGE = f"10.{244 + _NUMBER}.0.0/16", f"10.{96 + _NUMBER}.0.0/16"
API_SERVICE_ADDRESS = f"10.{96 + _NUMBER}.0.1"  # the first of the range, by definition

KUBECONFIG = HOME / "etc" / "admin.kubeconfig"
CONTAINERD_SOCKET = HOME / "run" / "containerd.sock"
FOLDERS = ("bin", "etc", "pki", "run", "log", "volumes")


class ClusterError(Exception):
    """A cluster cannot be built, started or ended; says which part, what is true and what to do."""


def make_folders() -> None:
    """Make the folders of a cluster, readable by root alone: keys lie in them."""
    HOME.mkdir(mode=0o711, parents=True, exist_ok=True)
    for name in FOLDERS:
        (HOME / name).mkdir(mode=0o700, exist_ok=True)


def environment(programs: Path) -> dict[str, str]:
    """Give the environment of the cluster's programs.

    Args:
        programs: The folder of the built ones; it comes first on the path.
    """
    path = os.pathsep.join([str(programs), "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"])
    # HOME is where kubectl and helm cache what they learnt of an API server.
    return {
        "PATH": path,
        "HOME": str(HOME),
        "LANG": "C.UTF-8",
        "KUBECONFIG": str(KUBECONFIG),
        "CONTAINERD_ADDRESS": str(CONTAINERD_SOCKET),
        "CONTAINERD_NAMESPACE": "k8s.io",
    }
