"""The cluster does what a Kubernetes does: what other tests build on is shown here first."""

import json
from typing import Any

import pytest

from tests.cluster.client import Cluster, skip_without, skip_without_volumes, wait_for
from tests.cluster.components import components
from tests.cluster.images import BUSYBOX_VARIABLE, busybox_image
from tests.cluster.place import NODE
from tests.cluster.processes import pid_of
from tests.cluster.up import GPU, claim_gpus

pytestmark = pytest.mark.timeout(300)
_METRICS = "/apis/metrics.k8s.io/v1beta1"


@pytest.fixture
def namespace(cluster: Cluster, namespace: str) -> str:
    """A namespace of the test's own, for pods of BusyBox."""
    skip_without(cluster, BUSYBOX_VARIABLE)
    return namespace


def pod(name: str, *command: str, **container: Any) -> dict[str, Any]:
    """A pod of the smallest image that runs a command once."""
    only = {"name": name, "image": busybox_image(), "command": ["sh", "-c", " ".join(command)], **container}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 0, "containers": [only]},
    }


def finished(cluster: Cluster, namespace: str, name: str) -> dict[str, Any]:
    """Wait until a pod has ended; give what became of its container."""

    def ended() -> dict[str, Any] | None:
        status = cluster.get("pod", name, namespace)["status"]
        return status if status["phase"] in ("Succeeded", "Failed") else None

    return dict(wait_for(f"the end of pod {name}", ended)["containerStatuses"][0]["state"]["terminated"])


def logs(cluster: Cluster, namespace: str, name: str) -> str:
    return cluster.kubectl("logs", name, f"--namespace={namespace}")


def test_every_process_is_ready_and_the_node_takes_pods(cluster: Cluster) -> None:
    if cluster.is_ours:
        assert {name: one.is_ready() for name, one in components().items()} == dict.fromkeys(
            components(), True
        )
    nodes = json.loads(cluster.kubectl("get", "nodes", "--output=json"))["items"]
    ready = [c["status"] for node in nodes for c in node["status"]["conditions"] if c["type"] == "Ready"]
    assert ready
    assert set(ready) == {"True"}


def test_a_pod_finds_a_service_by_its_name(cluster: Cluster, namespace: str) -> None:
    cluster.apply(pod("asks", "nslookup kubernetes.default.svc.cluster.local"), namespace=namespace)
    assert finished(cluster, namespace, "asks")["exitCode"] == 0
    address = cluster.get("service", "kubernetes", "default")["spec"]["clusterIP"]
    assert address in logs(cluster, namespace, "asks")


def test_pods_reach_one_another_through_a_service(cluster: Cluster, namespace: str) -> None:
    server = pod("server", "echo heard | nc -l -p 8000")
    server["metadata"]["labels"] = {"app": "server"}
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "server"},
        "spec": {"selector": {"app": "server"}, "ports": [{"port": 80, "targetPort": 8000}]},
    }
    cluster.apply(server, service, namespace=namespace)
    wait_for("the server", lambda: cluster.get("pod", "server", namespace)["status"]["phase"] == "Running")
    cluster.apply(
        pod("client", "for i in 1 2 3 4 5; do nc -w 5 server 80 </dev/null && exit; sleep 1; done"),
        namespace=namespace,
    )
    finished(cluster, namespace, "client")
    assert logs(cluster, namespace, "client").strip() == "heard"


def test_a_claim_binds_and_keeps_what_a_pod_wrote(cluster: Cluster, namespace: str) -> None:
    skip_without_volumes(cluster)
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "home"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    for name, command in (("writes", "echo kept > /home/file"), ("reads", "cat /home/file")):
        reader = pod(name, command, volumeMounts=[{"name": "home", "mountPath": "/home"}])
        reader["spec"]["volumes"] = [{"name": "home", "persistentVolumeClaim": {"claimName": "home"}}]
        cluster.apply(claim, reader, namespace=namespace)
        assert finished(cluster, namespace, name)["exitCode"] == 0
    assert logs(cluster, namespace, "reads").strip() == "kept"
    assert cluster.get("pvc", "home", namespace)["status"]["phase"] == "Bound"


def test_a_pod_over_its_memory_is_told_as_killed_for_it(cluster: Cluster, namespace: str) -> None:
    greedy = pod("greedy", "tail /dev/zero", resources={"limits": {"memory": "32Mi"}})
    cluster.apply(greedy, namespace=namespace)
    ended = finished(cluster, namespace, "greedy")
    assert (ended["reason"], ended["exitCode"]) == ("OOMKilled", 137)


def test_a_missing_image_is_told_at_once(cluster: Cluster, namespace: str) -> None:
    if not cluster.is_ours:
        pytest.skip("another's cluster may reach a registry, and takes its time to look there")
    missing = pod("missing", "true", image="one-data-studio/no-such-image:1")
    cluster.apply(missing, namespace=namespace)

    def waiting() -> dict[str, Any]:
        states = cluster.get("pod", "missing", namespace)["status"].get("containerStatuses", [{}])
        return dict(states[0].get("state", {}).get("waiting", {}))

    told = wait_for("the reason", lambda: waiting().get("reason") in ("ErrImagePull", "ImagePullBackOff"), 20)
    assert told
    assert "no-such-image" in waiting()["message"]


def test_a_pod_that_asks_for_a_gpu_waits_until_the_node_claims_one(cluster: Cluster, namespace: str) -> None:
    if not cluster.is_ours:
        pytest.skip("another's node claims what it has")
    have = int(cluster.get("node", NODE, namespace)["status"]["allocatable"].get(GPU, 0))
    cluster.apply(pod("gpu", "true", resources={"limits": {GPU: str(have + 1)}}), namespace=namespace)

    def why() -> str:
        told = cluster.get("pod", "gpu", namespace)["status"].get("conditions", [{}])
        return str(told[0].get("message", ""))

    assert f"Insufficient {GPU}" in wait_for("the scheduler's words", why)
    claim_gpus(have + 1)
    try:
        assert finished(cluster, namespace, "gpu")["exitCode"] == 0
    finally:
        claim_gpus(have)


def test_memory_and_processors_of_a_pod_are_measured(cluster: Cluster, namespace: str) -> None:
    if not cluster.is_ours and cluster.try_kubectl("get", "--raw", _METRICS).returncode != 0:
        pytest.skip("another's cluster has no metrics-server")
    cluster.apply(
        pod("busy", "while true; do true; done", resources={"limits": {"cpu": "100m"}}), namespace=namespace
    )
    wait_for("the pod", lambda: cluster.get("pod", "busy", namespace)["status"]["phase"] == "Running")
    path = f"{_METRICS}/namespaces/{namespace}/pods/busy"

    def usage() -> dict[str, str] | None:
        asked = cluster.try_kubectl("get", "--raw", path)
        if asked.returncode != 0:
            return None
        containers = json.loads(asked.stdout)["containers"]
        return dict(containers[0]["usage"]) if containers else None

    used = wait_for("its metrics", usage)
    assert int(used["cpu"].removesuffix("n")) > 10_000_000  # of the 100 million that its limit is
    assert int(used["memory"].removesuffix("Ki")) > 0


def test_a_restricted_pod_runs_and_a_privileged_one_is_refused(cluster: Cluster, namespace: str) -> None:
    cluster.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
    context = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "runAsUser": 1000,
        "readOnlyRootFilesystem": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    cluster.apply(
        pod("good", "id -u; touch /file 2>&1 || echo refused", securityContext=context), namespace=namespace
    )
    assert finished(cluster, namespace, "good")["exitCode"] == 0
    assert logs(cluster, namespace, "good").split()[0] == "1000"
    assert "refused" in logs(cluster, namespace, "good")
    bad = json.dumps(pod("bad", "true", securityContext={"privileged": True}))
    refused = cluster.try_kubectl("create", f"--namespace={namespace}", "--filename=-", text=bad)
    assert refused.returncode != 0
    assert 'violates PodSecurity "restricted:latest"' in refused.stderr


@pytest.mark.parametrize("component", ["kube-apiserver", "kubelet", "containerd"])
def test_a_pod_outlives_a_restart_of(component: str, cluster: Cluster, namespace: str) -> None:
    if not cluster.is_ours:
        pytest.skip("its processes are not ours to stop")
    cluster.apply(pod("stays", "sleep 600"), namespace=namespace)
    wait_for("the pod", lambda: cluster.get("pod", "stays", namespace)["status"]["phase"] == "Running")
    before = pid_of(component)
    with cluster.without(component):
        assert pid_of(component) is None
    assert pid_of(component) not in (None, before)
    command = ("exec", "stays", f"--namespace={namespace}", "--", "sh", "-c", "echo here")
    wait_for("the kubelet's word", lambda: cluster.try_kubectl(*command).stdout.strip() == "here")
    status = cluster.get("pod", "stays", namespace)["status"]
    assert (status["phase"], status["containerStatuses"][0]["restartCount"]) == ("Running", 0)
