"""A cluster that is taken down leaves nothing: shown on a second one, beside the one that tests use."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.build import programs_folder
from tests.cluster.down import ELSEWHERE, is_dead_socket

pytestmark = pytest.mark.timeout(900)
_NUMBER = "9"
_HOME = Path(f"/var/lib/onedata-cluster-{_NUMBER}")
_ROOT = Path(__file__).resolve().parent.parent.parent


def run(verb: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "KUBECONFIG"} | {"ONEDATA_CLUSTER": _NUMBER}
    command = [sys.executable, "-m", "tests.cluster", verb]
    return subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False)


def traces() -> dict[str, set[str]]:
    """Everything on this machine that tells of the second cluster."""
    mark = f"onedata-cluster-{_NUMBER}"
    processes = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if mark in words or f"10.200.{_NUMBER}.2" in words:
            processes.add(words)
    routes = subprocess.run(["ip", "route"], capture_output=True, text=True, check=True).stdout.splitlines()
    return {
        "processes": processes,
        "mounts": {line for line in Path("/proc/self/mounts").read_text().splitlines() if mark in line},
        "namespaces": {str(path) for path in Path("/run/netns").glob(f"*{mark}*")},
        "links": {path.name for path in Path("/sys/class/net").glob(f"onedata-*-{_NUMBER}")},
        "routes": {line for line in routes if f"10.200.{_NUMBER}." in line},
        "cgroups": {str(path) for path in Path("/sys/fs/cgroup").glob(f"**/{mark}")},
        "folder": {str(_HOME)} if _HOME.exists() else set(),
    }


def remains_elsewhere() -> set[str]:
    """What only an ended cluster leaves in the places it shares with others."""
    files = [path for name in ELSEWHERE for path in Path(name).rglob("*") if not path.is_dir()]
    told = {path.name.split("-")[-2] for path in files if path.name.startswith("onedata-cluster")}
    return {
        str(path)
        for path in files
        if is_dead_socket(path)
        or (path.is_symlink() and not path.exists())
        or f"onedata-cluster-{_NUMBER}-" in path.name
        or (path.name.startswith("cni-loopback-") and path.name.split("-")[2] not in told)
    }


@pytest.fixture
def second() -> Iterator[None]:
    assert not any(traces().values()), "an earlier second cluster is still there"
    try:
        yield
    finally:
        run("down")


def test_down_leaves_no_process_mount_namespace_route_cgroup_or_file(second: None) -> None:
    before = remains_elsewhere()
    started = run("up")
    assert started.returncode == 0, started.stderr
    up = traces()
    assert all(up.values()), (
        f"the cluster is up, and yet there is no trace of: {[k for k, v in up.items() if not v]}"
    )
    _start_pods()
    ended = run("down")
    assert ended.returncode == 0, ended.stderr
    assert traces() == {kind: set() for kind in up}
    assert remains_elsewhere() <= before


def test_down_of_a_cluster_that_is_not_up_is_no_error(second: None) -> None:
    assert run("down").returncode == 0


def test_a_part_that_ends_is_named_with_its_last_words(second: None) -> None:
    """The API server's own answer to a key that is no key, not ours."""
    assert run("up").returncode == 0
    (_HOME / "pki" / "apiserver.key").write_text("no key")
    pid = int((_HOME / "run" / "kube-apiserver.pid").read_text().split()[0])
    os.kill(pid, 9)
    refused = run("up")
    assert refused.returncode == 1
    assert refused.stderr.startswith("kube-apiserver ended while it started.")
    assert "apiserver.key" in refused.stderr or "tls" in refused.stderr


def _start_pods() -> None:
    """Two pods that run, one with a volume, so that there is something to leave behind."""
    manifest = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: home}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: with-volume}
spec:
  containers:
    - {name: one, image: "onedata.test/busybox:1", command: [sleep, infinity], volumeMounts: [{name: v, mountPath: /v}]}
  volumes: [{name: v, persistentVolumeClaim: {claimName: home}}]
"""
    kubectl = programs_folder() / "kubectl"
    environment = os.environ | {"KUBECONFIG": str(_HOME / "etc" / "admin.kubeconfig")}
    subprocess.run([kubectl, "apply", "--filename=-"], env=environment, input=manifest, text=True, check=True)
    waiting = [kubectl, "wait", "--for=condition=Ready", "pod/with-volume", "--timeout=120s"]
    subprocess.run(waiting, env=environment, check=True)
