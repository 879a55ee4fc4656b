"""The chart on a real cluster: installed, reached, and looked at."""

import contextlib
import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.cluster.client import Cluster, _program, skip_without, skip_without_volumes, wait_for
from tests.cluster.images import IMAGES_VARIABLE, project_image
from tests.helm.charts import EXAMPLES, RELEASE, Helm

USER_PASSWORD = "the-password-of-all-who-test"
IMAGES = {
    name: dict(zip(("name", "tag"), project_image(name).rsplit(":", 1), strict=True))
    for name in ("hub", "notebook", "proxy")
}
HEALTH = ("/hub/health", "/services/studio/health/ready", "/services/mlflow/health")
VALUES: dict[str, Any] = {
    "image": IMAGES["hub"],
    "global": {"onedata": {"workspaces": {"team-a": ["ann"]}, "objects": {"pvc": {"size": "1Gi"}}}},
    "studio": {"storage": {"size": "1Gi"}},
    "mlflow": {"storage": {"size": "1Gi"}},
    "jupyterhub": {
        "hub": {
            "image": IMAGES["hub"],
            "config": {
                "JupyterHub": {"authenticator_class": "shared-password"},
                "SharedPasswordAuthenticator": {"user_password": USER_PASSWORD},
                "Authenticator": {"allow_all": True},
            },
        },
        "proxy": {"chp": {"image": IMAGES["proxy"]}},
        "singleuser": {
            "image": IMAGES["notebook"],
            "memory": {"guarantee": "64M"},
            "storage": {"capacity": "1Gi"},
            "profileList": [
                {
                    "display_name": "Small",
                    "slug": "small",
                    "default": True,
                    "kubespawner_override": {"cpu_limit": 1, "cpu_guarantee": 0.01, "mem_limit": "1G"},
                },
            ],
        },
    },
}


def example(name: str) -> dict[str, Any]:
    """Give the values of an example, such as ``one-node``."""
    values: dict[str, Any] = yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text())
    return values


@dataclass
class Installed:
    """A release of the chart in a namespace of its own that takes nothing but restricted pods.

    Attributes:
        parts: Where each part says how it is, behind the proxy; none where the release has no proxy.
    """

    cluster: Cluster
    helm: Helm
    chart: Path
    namespace: str
    folder: Path
    values: dict[str, Any] = field(default_factory=lambda: VALUES)
    parts: tuple[str, ...] = HEALTH

    def change(self, verb: str, *values: dict[str, Any]) -> None:
        """Install or upgrade with these values over its common ones, and wait until all is ready.

        Where another's cluster lacks what the release needs, the test skips.
        """
        skip_without(self.cluster, IMAGES_VARIABLE)
        skip_without_volumes(self.cluster)
        files = []
        for place, one in enumerate((self.values, *values)):
            file = self.folder / f"{verb}-{place}.json"
            file.write_text(json.dumps(one))
            files += ["-f", str(file)]
        self._helm(verb, RELEASE, str(self.chart), *files, "--wait", "--timeout", "400s")
        self.wait_for_ways()

    def roll_back(self) -> None:
        """Go back to the revision before."""
        self._helm("rollback", RELEASE, "--wait", "--timeout", "400s")
        self.wait_for_ways()

    def wait_for_ways(self) -> None:
        """Wait until the proxy leads everywhere: to its pods Helm waits, but not for Services and routes."""
        if not self.parts:
            return
        with self.reached() as url:
            for path in self.parts:
                wait_for(f"the way to {path}", lambda path=path: answers(f"{url}{path}"), 60)

    def remove(self) -> None:
        """Remove the release, and wait until its pods are gone."""
        self._helm("uninstall", RELEASE, "--wait", "--timeout", "200s")

    def _helm(self, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.helm.program), *arguments, "--namespace", self.namespace],
            env={**os.environ, "KUBECONFIG": str(self.cluster.kubeconfig)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{done.stderr}\n{self.state()}"

    def state(self) -> str:
        """Say how the pods are and what they said last, for those who read of a failure."""
        pods = self.kubectl("get", "pods", "-o", "wide")
        events = self.kubectl("get", "events", "--sort-by=.lastTimestamp").splitlines()[-25:]
        logs = [
            self.cluster.try_kubectl(
                "-n", self.namespace, "logs", f"deployment/{name}", "--all-containers", "--tail=25"
            ).stdout
            for name in ("hub", "studio-api", "mlflow")
        ]
        return "\n\n".join([pods, *events, *logs])

    def kubectl(self, *arguments: str) -> str:
        """Call kubectl in the release's namespace."""
        return self.cluster.kubectl("-n", self.namespace, *arguments)

    def python(self, pod: str, code: str) -> str:
        """Run Python in a pod as its own program would, and give what it prints."""
        return self.kubectl("exec", pod, "--", "python3", "-c", code)

    def pods(self, selector: str = "") -> dict[str, tuple[str, int]]:
        """Give (uid, restarts) of each pod by its name."""
        found = json.loads(self.kubectl("get", "pods", "-o", "json", *(["-l", selector] if selector else [])))
        return {
            pod["metadata"]["name"]: (
                pod["metadata"]["uid"],
                sum(one["restartCount"] for one in pod["status"].get("containerStatuses", ())),
            )
            for pod in found["items"]
        }

    def are_ready(self, selector: str, count: int) -> bool:
        """Say whether there are so many pods, and all their containers run."""
        found = json.loads(self.kubectl("get", "pods", "-o", "json", "-l", selector))["items"]
        return len(found) == count and all(pod["status"]["phase"] == "Running" for pod in found)

    def secret(self, name: str) -> dict[str, str]:
        """Give a Secret's data, as it is kept."""
        data: dict[str, str] = json.loads(self.kubectl("get", "secret", name, "-o", "json"))["data"]
        return data

    def address(self, service: str = "proxy-public") -> str:
        """Give a Service's own address: our cluster's machine routes to its services."""
        spec = json.loads(self.kubectl("get", "service", service, "-o", "json"))["spec"]
        return f"http://{spec['clusterIP']}:{spec['ports'][0]['port']}"

    @contextlib.contextmanager
    def reached(self, scheme: str = "http") -> Iterator[str]:
        """Open a way to the proxy, as an administrator without an ingress does; give its address."""
        with subprocess.Popen(
            [_program("kubectl"), "-n", self.namespace, "port-forward", "service/proxy-public", f":{scheme}"],
            env={**os.environ, "KUBECONFIG": str(self.cluster.kubeconfig)},
            stdout=subprocess.PIPE,
            text=True,
        ) as forwarding:
            assert forwarding.stdout is not None
            told = re.search(r"127\.0\.0\.1:(\d+)", forwarding.stdout.readline())
            assert told is not None, "kubectl named no port"
            try:
                yield f"{scheme}://127.0.0.1:{told[1]}"
            finally:
                forwarding.terminate()


@contextlib.contextmanager
def new_release(
    cluster: Cluster, helm: Helm, chart: Path, folder: Path, values: dict[str, Any] = VALUES
) -> Iterator[Installed]:
    """Give a release that is yet to be installed, and remove all of its namespace afterwards.

    Args:
        cluster: Where it is to be.
        helm: What installs it.
        chart: The chart's folder or archive.
        folder: Where the values that it is installed with are written; the namespace has its name.
        values: Those common to its installation and upgrades.
    """
    with cluster.namespace(folder.name, restricted=True) as namespace:
        yield Installed(cluster, helm, chart, namespace, folder, values)


def answers(url: str) -> bool:
    """Say whether a page comes at an address."""
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
