"""The cluster as tests see it: kubectl, a namespace of one's own, and faults on purpose."""

import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster.build import programs_folder
from tests.cluster.components import components
from tests.cluster.place import KUBECONFIG, ClusterError

_PATIENCE_SECONDS = 90


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
    def namespace(self, prefix: str = "test") -> Iterator[str]:
        """Give a new namespace, and delete it with all that is in it."""
        name = f"{prefix}-{secrets.token_hex(4)}"
        self.kubectl("create", "namespace", name)
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


def _program(name: str) -> str:
    """Give a program of the cluster, or the one on the path where another's cluster is used and none is built."""
    built = programs_folder() / name
    found = str(built) if built.exists() else shutil.which(name)
    if found is None:
        raise ClusterError(f"{name} is not here. Run: make cluster. Or install it.")
    return found
