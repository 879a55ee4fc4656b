"""The platform and a bare Zero to JupyterHub on the test cluster, for the benches that need them."""

import contextlib
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.cluster.client import Cluster
from tests.helm import charts
from tests.helm.installed import HEALTH, VALUES, Installed

HUB_TOKEN = "a-token-of-the-bench-for-both-hubs"
_HUB = {
    "services": {"bench": {"apiToken": HUB_TOKEN}},
    "loadRoles": {
        "bench": {
            "services": ["bench"],
            "scopes": ["admin:users", "admin:servers", "servers", "tokens", "list:users", "read:users"],
        }
    },
}
CALLER = {"jupyterhub": {"hub": _HUB}}  # values that let the bench call the platform's hub
_CONTROL = "app.kubernetes.io/component notin (singleuser-server,job-run)"
_USAGE_SECONDS = 60


@dataclass(frozen=True)
class Place:
    """Where releases are installed: the cluster, Helm, and the charts with all that they need."""

    cluster: Cluster
    helm: charts.Helm
    platform_chart: Path
    folder: Path

    @property
    def hub_chart(self) -> Path:
        return self.platform_chart / "charts" / "jupyterhub"

    @contextlib.contextmanager
    def release(self, chart: Path, values: dict[str, Any], *more: dict[str, Any]) -> Iterator[Installed]:
        """Install a chart in a namespace of its own, and remove both afterwards."""
        with self.cluster.namespace("bench") as namespace:
            folder = self.folder / namespace
            folder.mkdir()
            parts = HEALTH if chart == self.platform_chart else HEALTH[:1]
            installed = Installed(self.cluster, self.helm, chart, namespace, folder, values, parts)
            installed.change("install", *more)
            try:
                yield installed
            finally:
                installed.remove()

    @contextlib.contextmanager
    def platform(self, *more: dict[str, Any]) -> Iterator[Installed]:
        """Install the platform as the tests do, with a token for the bench."""
        with self.release(self.platform_chart, VALUES, CALLER, *more) as installed:
            yield installed

    @contextlib.contextmanager
    def bare_hub(self) -> Iterator[Installed]:
        """Install Zero to JupyterHub's own chart: the same images and sizes, and nothing of ours configured."""
        with self.release(self.hub_chart, _bare_values()) as installed:
            yield installed


@contextlib.contextmanager
def a_place() -> Iterator[Place]:
    """Find cluster, Helm and charts.

    Raises:
        RuntimeError: If one of them is not here; says how to have it.
        ClusterError: If no cluster is up.
    """
    cluster, helm = Cluster.find(), charts.find_helm()
    if not cluster.is_ours:
        raise RuntimeError(
            "These figures come from processes and logs of this project's own cluster: unset KUBECONFIG, "
            "and run: make cluster images"
        )
    hub_chart = charts.find_hub_chart(helm) if helm else None
    if helm is None or hub_chart is None:
        raise RuntimeError("Zero to JupyterHub's chart is not here: name it in ONEDATA_Z2JH_CHART.")
    with tempfile.TemporaryDirectory(prefix="onedata-bench-") as name:
        folder = Path(name)
        yield Place(cluster, helm, charts.with_hub(folder, hub_chart), folder)


def hub_client(installed: Installed) -> httpx.Client:
    """Give a client of the hub's API that may start anybody's server."""
    return httpx.Client(
        base_url=f"{installed.address()}/hub/api",
        headers={"Authorization": f"token {HUB_TOKEN}"},
        timeout=90,
        trust_env=False,
    )


def token_of(installed: Installed, user: str) -> str:
    """Make a user where there is none, and a token that may do all that they may."""
    with hub_client(installed) as hub:
        if hub.get(f"/users/{user}").status_code == 404:
            hub.post(f"/users/{user}").raise_for_status()
        made = hub.post(f"/users/{user}/tokens", json={"note": "bench", "expires_in": 7200})
        return str(made.raise_for_status().json()["token"])


@dataclass(frozen=True)
class Usage:
    """What a pod has used, by its kubelet's word: CPU since its start, memory that cannot be taken from it."""

    cpu_seconds: float
    memory_bytes: int


def usage_of(installed: Installed, names: tuple[str, ...]) -> dict[str, Usage]:
    """Measure the one pod of each Deployment as it is now: what the kubelet measured before is waited out.

    Raises:
        RuntimeError: If the kubelet tells nothing newer of one of them.
    """
    return _measured(installed, set(names), deployment_of)


def usage_of_control_pods(installed: Installed) -> dict[str, Usage]:
    """Measure every pod of the release that is no server and no run, by its own name, as ``usage_of`` does.

    Raises:
        RuntimeError: If the kubelet tells nothing newer of one of them.
    """
    return _measured(installed, set(installed.pods(_CONTROL)), lambda pod: pod)


def deployment_of(pod: str) -> str:
    """Give the name of the Deployment that a pod is of."""
    return pod.rsplit("-", 2)[0]


def _measured(installed: Installed, names: set[str], name_of: Callable[[str], str]) -> dict[str, Usage]:
    """Wait for a new measurement of each pod that is wanted.

    Args:
        installed: The release.
        names: What is wanted.
        name_of: Says which of the names a pod goes by.
    """
    asked, deadline = time.time(), time.monotonic() + _USAGE_SECONDS
    while time.monotonic() < deadline:
        found = {name_of(pod): usage for pod, usage in _summary(installed, asked).items()}
        if names <= set(found):
            return {name: found[name] for name in names}
        time.sleep(1)
    raise RuntimeError(f"The kubelet told nothing new of {', '.join(sorted(names - set(found)))}.")


def _summary(installed: Installed, after: float) -> dict[str, Usage]:
    """Give the usage of each of the release's pods that was measured after a moment (a Unix time)."""
    (node,) = (
        installed.cluster.kubectl("get", "nodes", "--selector=!onedata.test/pretended", "--output=name")
        .strip()
        .split()
    )
    path = f"/api/v1/nodes/{node.partition('/')[2]}/proxy/stats/summary"
    pods = json.loads(installed.cluster.kubectl("get", "--raw", path))["pods"]
    found = {}
    for pod in pods:
        if pod["podRef"]["namespace"] != installed.namespace or "usageCoreNanoSeconds" not in pod.get(
            "cpu", {}
        ):
            continue
        if datetime.fromisoformat(pod["cpu"]["time"]).timestamp() >= int(after):
            found[pod["podRef"]["name"]] = Usage(
                pod["cpu"]["usageCoreNanoSeconds"] / 1e9, int(pod["memory"]["workingSetBytes"])
            )
    return found


def _bare_values() -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load((charts.CHART / "values.yaml").read_text())["jupyterhub"]
    del values["enabled"]
    for ours in ("extraConfig", "services", "db"):
        del values["hub"][ours]
    merged = _over(values, deepcopy(VALUES["jupyterhub"]))
    return _over(merged, {"hub": _HUB})


def _over(values: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    """Lay values over others, as Helm does."""
    for key, value in others.items():
        both = isinstance(value, dict) and isinstance(values.get(key), dict)
        values[key] = _over(values[key], value) if both else value
    return values
