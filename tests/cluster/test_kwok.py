"""Pretended nodes are nodes to the API server, and their pods run as far as it can tell."""

import pytest

from tests.cluster.client import Cluster, wait_for
from tests.cluster.kwok import LABEL, TAINT, pretended_nodes
from tests.cluster.place import HOST_ADDRESS

pytestmark = pytest.mark.timeout(600)  # KWOK is built at its first use


def test_a_pod_on_a_pretended_node_runs_has_the_given_address_and_can_be_deleted(
    cluster: Cluster, namespace: str
) -> None:
    if not cluster.is_ours:
        pytest.skip("KWOK is started beside the processes of our own cluster")
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "pretended"},
        "spec": {
            "nodeSelector": {LABEL: "true"},
            "tolerations": [TAINT],
            "containers": [{"name": "main", "image": "no-such-image:1"}],
        },
    }
    with pretended_nodes(2, HOST_ADDRESS):
        cluster.apply(pod, namespace=namespace)

        def status() -> dict[str, object]:
            return dict(cluster.get("pod", "pretended", namespace)["status"])

        wait_for("the pod", lambda: status()["phase"] == "Running")
        assert status()["podIP"] == HOST_ADDRESS
        cluster.kubectl("delete", "pod", "pretended", f"--namespace={namespace}", "--timeout=30s")
    assert "pretended" not in cluster.kubectl("get", "nodes", "--output=name")
