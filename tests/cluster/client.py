"""The cluster as tests see it: kubectl, a namespace of one's own, and faults on purpose."""

import functools
import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.build import programs_folder
from tests.cluster.components import components
from tests.cluster.images import BUSYBOX_VARIABLE, IMAGES_VARIABLE, busybox_image
from tests.cluster.place import HOST_ADDRESS, KUBECONFIG, ClusterError

_PATIENCE_SECONDS = 90
_ROUTE_SECONDS = 3
HOST_VARIABLE = "ONEDATA_TEST_STUDIO_HOST"
_NEEDED = {
    IMAGES_VARIABLE: "where it has the project's images",
    BUSYBOX_VARIABLE: "an image of BusyBox that it can pull",
    HOST_VARIABLE: "this machine's address as its pods reach it",
}
_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


@dataclass(frozen=True)
class Cluster:
    """A Kubernetes cluster: the one that KUBECONFIG names, or this project's own.

    Attributes:
        kubeconfig: The file with its address and an admin's key.
        is_ours: Whether it is the one of `python -m tests.cluster up`, whose processes a test may stop.
    """

    kubeconfig: Path
    is_ours: bool

    @classmethod
    def find(cls) -> "Cluster":
        """Give the cluster that tests use.

        Raises:
            ClusterError: If none is named and none is up, or it does not answer.
        """
        named = Path(os.environ.get("KUBECONFIG") or KUBECONFIG)
        if not named.exists():
            raise ClusterError(
                f"There is no cluster: {named} is not there. Run: make cluster. Or set KUBECONFIG."
            )
        found = cls(named, is_ours=named == KUBECONFIG)
        found.kubectl("get", "--raw", "/readyz")
        return found

    @property
    def host_address(self) -> str:
        """This machine's address as pods reach it; loopback, which none reaches, where nobody told."""
        ours = HOST_ADDRESS if self.is_ours else "127.0.0.1"
        return os.environ.get("ONEDATA_TEST_STUDIO_HOST") or ours

    @property
    def pull_policy(self) -> str:
        """What pods say of images: ours has all that it will ever have."""
        return "Never" if self.is_ours else "IfNotPresent"

    def kubectl(self, *arguments: str, text: str | None = None) -> str:
        """Call kubectl, with ``text`` as its input, and give what it prints.

        Raises:
            ClusterError: If it fails; gives its own words.
        """
        done = self.try_kubectl(*arguments, text=text)
        if done.returncode != 0:
            raise ClusterError(
                f"'kubectl {' '.join(arguments)}' failed: {(done.stderr or done.stdout).strip()}"
            )
        return done.stdout

    def try_kubectl(self, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Call kubectl, and leave it to the caller to look at how it ended."""
        return subprocess.run(
            [_program("kubectl"), *arguments],
            env={**os.environ, "KUBECONFIG": str(self.kubeconfig)},
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )

    def apply(self, *objects: dict[str, Any], namespace: str) -> None:
        """Create or change objects in a namespace."""
        listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        self.kubectl("apply", f"--namespace={namespace}", "--filename=-", text=listed)

    def get(self, kind: str, name: str, namespace: str) -> dict[str, Any]:
        """Give an object as the API server has it."""
        return dict(json.loads(self.kubectl("get", kind, name, f"--namespace={namespace}", "--output=json")))

    @contextmanager
    def namespace(self, prefix: str = "test", *, restricted: bool = False) -> Iterator[str]:
        """Give a new namespace, and delete it with all that is in it.

        Args:
            prefix: How its name begins.
            restricted: Whether it refuses every pod that is not of the ``restricted`` standard.
        """
        name = f"{prefix}-{secrets.token_hex(4)}"
        standard = {"pod-security.kubernetes.io/enforce": "restricted"} if restricted else {}
        made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": standard}}
        self.apply(made, namespace=name)
        try:
            # Pods are refused until a controller has made the namespace's account.
            account = ("get", "serviceaccount", "default", f"--namespace={name}")
            wait_for(f"the account of {name}", lambda: self.try_kubectl(*account).returncode == 0)
            yield name
        finally:
            self.kubectl("delete", "namespace", name, "--wait=false")

    @contextmanager
    def without(self, component: str) -> Iterator[None]:
        """Have one of the cluster's processes away for a while, such as ``kube-apiserver``.

        Raises:
            ClusterError: If this is another's cluster, or the process does not come back.
        """
        if not self.is_ours:
            raise ClusterError(f"{component} of the cluster in {self.kubeconfig} is not ours to stop.")
        one = components()[component]
        one.stop()
        try:
            yield
        finally:
            one.start()
            one.wait()


def wait_for(what: str, is_so: Callable[[], Any], seconds: float = _PATIENCE_SECONDS) -> Any:
    """Wait until something is true; give what the question gave.

    Raises:
        AssertionError: If it is not so in time; names it.
    """
    until = time.monotonic() + seconds
    while not (answer := is_so()):
        assert time.monotonic() < until, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.3)
    return answer


def skip_without(cluster: Cluster, *variables: str) -> None:
    """Skip on another's cluster unless somebody told what a test needs to know of it.

    Args:
        cluster: The cluster that is tested.
        variables: Of the environment: IMAGES_VARIABLE, BUSYBOX_VARIABLE, HOST_VARIABLE.
    """
    lacking = [] if cluster.is_ours else [name for name in variables if not os.environ.get(name)]
    if lacking:
        pytest.skip(f"this is another's cluster: name {_NEEDED[lacking[0]]} in {lacking[0]}")


def skip_without_volumes(cluster: Cluster) -> None:
    """Skip on a cluster that makes no volume for a claim without a class."""
    classes = json.loads(cluster.kubectl("get", "storageclasses", "--output=json"))["items"]
    if not any(one["metadata"].get("annotations", {}).get(_DEFAULT_CLASS) == "true" for one in classes):
        pytest.skip("this cluster has no default StorageClass, so no claim gets a volume")


def skip_without_routes(cluster: Cluster) -> None:
    """Skip on another's cluster whose pods and Services this machine does not reach, as a hub on it must."""
    if cluster.is_ours:
        return
    skip_without(cluster, BUSYBOX_VARIABLE)
    unreached = _unreached(cluster)
    if unreached:
        pytest.skip(f"this machine has no route to {unreached} of another's cluster")


@functools.cache
def _unreached(cluster: Cluster) -> str:
    """Ask a web server in a pod by its own address and by its Service's; name what did not answer."""
    labels = {"app": "routes"}
    command = ["/bin/busybox", "httpd", "-f", "-p", "8000", "-h", "/"]
    server = {"name": "web", "image": busybox_image(), "command": command}
    pod = {"kind": "Pod", "metadata": {"name": "web", "labels": labels}, "spec": {"containers": [server]}}
    service = {"kind": "Service", "metadata": {"name": "web"}}
    service["spec"] = {"selector": labels, "ports": [{"port": 8000}]}
    with cluster.namespace("routes") as namespace:
        cluster.apply(*({"apiVersion": "v1"} | one for one in (pod, service)), namespace=namespace)
        cluster.kubectl(
            "wait", "pod/web", f"--namespace={namespace}", "--for=condition=Ready", "--timeout=90s"
        )
        addresses = {
            "the pods": cluster.get("pod", "web", namespace)["status"]["podIP"],
            "the Services": cluster.get("service", "web", namespace)["spec"]["clusterIP"],
        }
        return " and ".join(what for what, address in addresses.items() if not _is_heard(address))


def _is_heard(address: str) -> bool:
    """Say whether a connection comes about; a Service's rules may be a moment late."""
    until = time.monotonic() + _ROUTE_SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection((address, 8000), timeout=_ROUTE_SECONDS).close()
            return True
        except OSError:
            time.sleep(0.2)
    return False


def _program(name: str) -> str:
    """Give a program of the cluster, or the one on the path where another's cluster is used and none is built."""
    built = programs_folder() / name
    found = str(built) if built.exists() else shutil.which(name)
    if found is None:
        raise ClusterError(f"{name} is not here. Run: make cluster. Or install it.")
    return found
