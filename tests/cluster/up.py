"""Bring the cluster up, and say how it is."""

import base64
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from string import Template

from tests.cluster import images, parts
from tests.cluster.build import build, one_at_a_time, programs_folder
from tests.cluster.certificates import make_certificates
from tests.cluster.components import components, kubectl
from tests.cluster.network import make_cgroups, make_network
from tests.cluster.place import (
    HOME,
    HOST_ADDRESS,
    KUBECONFIG,
    NET,
    NODE,
    NODE_ADDRESS,
    POD_RANGE,
    ClusterError,
    make_folders,
)
from tests.cluster.processes import pid_of

_SOURCE = Path(__file__).parent
_PATIENCE_SECONDS = 180
GPU = "nvidia.com/gpu"
Report = Callable[[str], None]


def up(report: Report, gpus: int = 0) -> None:
    """Bring the cluster up; what runs already stays as it is.

    Args:
        report: Told of each step in a sentence.
        gpus: GPUs that the node claims to have. No device is behind them: they are for the scheduler.

    Raises:
        ClusterError: If a part is missing or does not start; names it and shows its last lines.
    """
    began = time.monotonic()

    def step(words: str) -> None:
        report(f"{time.monotonic() - began:5.1f} s  {words}")

    parts.install(parts.RUN)
    build()
    step("programs are built")
    with one_at_a_time(NET):
        make_folders()
        make_certificates()
        make_network()
        make_cgroups()
        _write_configuration()
        _start(step)
        _apply("storage")
        _apply("metrics")
        _wait("volumes and accounts", lambda: kubectl("get", "serviceaccount", "default").returncode == 0)
        if gpus:
            claim_gpus(gpus)
            step(f"the node claims {gpus} of {GPU}")
        step(f"up. export KUBECONFIG={KUBECONFIG} PATH={programs_folder()}:$PATH")


def _start(step: Report) -> None:
    """Start all, what others wait for first."""
    all_of_them = components()
    for name in ("etcd", "containerd"):
        all_of_them[name].start()
    for name in ("etcd", "containerd"):
        all_of_them[name].wait()
    step("etcd and containerd run")
    all_of_them["kube-apiserver"].start()
    images.make_small_images()
    all_of_them["kube-apiserver"].wait()
    step("the API server answers")
    rest = [one for one in all_of_them.values() if one.name not in ("etcd", "containerd", "kube-apiserver")]
    for component in rest:
        component.start()
    for component in rest:
        component.wait()
    step("every process runs")
    _wait("node to be ready", node_is_ready)
    step("the node is ready")


def node_is_ready() -> bool:
    """Say whether the node takes pods."""
    asked = kubectl("get", "node", NODE, "--output=jsonpath={.status.conditions[?(@.type=='Ready')].status}")
    return asked.stdout == "True"


def claim_gpus(count: int) -> None:
    """Make the node claim GPUs, until its kubelet starts afresh.

    Raises:
        ClusterError: If the API server refuses.
    """
    key = GPU.replace("/", "~1")
    patch = [
        {"op": "add", "path": f"/status/{where}/{key}", "value": str(count)}
        for where in ("capacity", "allocatable")
    ]
    done = kubectl(
        "patch", "node", NODE, "--subresource=status", "--type=json", f"--patch={json.dumps(patch)}"
    )
    if done.returncode != 0:
        raise ClusterError(f"The node cannot claim GPUs: {done.stderr.strip()}")


def status() -> dict[str, bool]:
    """Say of each component whether it runs and is ready."""
    return {name: pid_of(name) is not None and one.is_ready() for name, one in components().items()}


def values() -> dict[str, str]:
    """Give what the templates in ``etc`` and ``manifests`` name."""
    authority = HOME / "pki" / "ca.crt"
    runc = next(part for part in parts.RUN if part.program == "runc").find()
    return {
        "home": str(HOME),
        "net": NET,
        "node": NODE,
        "node_address": NODE_ADDRESS,
        "host_address": HOST_ADDRESS,
        "pod_range": POD_RANGE,
        "runc": str(runc),
        "ca_bundle": base64.b64encode(authority.read_bytes()).decode(),
    }


def _write_configuration() -> None:
    for source in sorted((_SOURCE / "etc").rglob("*")):
        target = HOME / "etc" / source.relative_to(_SOURCE / "etc")
        if source.is_dir():
            target.mkdir(exist_ok=True)
        else:
            target.write_text(Template(source.read_text()).substitute(values()))
    if shutil.disk_usage(HOME).free < 5 << 30:
        raise ClusterError(
            f"{HOME} has less than 5 GiB free: pods would be evicted. Free some, or set ONEDATA_CLUSTER_HOME."
        )


def _apply(name: str) -> None:
    text = Template((_SOURCE / "manifests" / f"{name}.yaml").read_text()).substitute(values())
    done = kubectl("apply", "--filename=-", text=text)
    if done.returncode != 0:
        raise ClusterError(f"The API server refuses {name}.yaml: {done.stderr.strip()}")


def _wait(what: str, is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > until:
            raise ClusterError(
                f"Waited {_PATIENCE_SECONDS} s for the {what}. Look at the logs in {HOME / 'log'}."
            )
        time.sleep(0.2)
