"""Pretended nodes: KWOK tells the API server that their pods run, and nothing runs.

All that is between is real: the API server, the scheduler, the controllers. What a pod would do must be done by
whoever asks for it; every pod has the same address, where a test may listen.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.cluster import processes
from tests.cluster.build import build_kwok, programs_folder
from tests.cluster.client import wait_for
from tests.cluster.components import kubectl
from tests.cluster.place import HOME, KUBECONFIG, NODE_ADDRESS, ClusterError, environment

LABEL = "onedata.test/pretended"
TAINT = {"key": LABEL, "value": "true", "effect": "NoSchedule"}
_PORT = 10247
_SIZE = {"cpu": "1000", "memory": "4Ti", "pods": "2000"}
_NODE_STATUS = """
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ Now | Quote }}
  lastTransitionTime: {{ Now | Quote }}
{{ end }}
"""
_POD_STATUS = """
phase: Running
startTime: {{ Now | Quote }}
hostIP: "ADDRESS"
podIP: "ADDRESS"
podIPs: [{ip: "ADDRESS"}]
conditions:
- {type: Initialized, status: "True", lastTransitionTime: {{ Now | Quote }}}
- {type: Ready, status: "True", lastTransitionTime: {{ Now | Quote }}}
- {type: ContainersReady, status: "True", lastTransitionTime: {{ Now | Quote }}}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ .image | Quote }}
  ready: true
  started: true
  restartCount: 0
  state: {running: {startedAt: {{ Now | Quote }}}}
{{ end }}
"""


@contextmanager
def pretended_nodes(count: int, pod_address: str) -> Iterator[None]:
    """Have nodes that only pods go to which ask for the label and bear the taint.

    Args:
        count: How many; each takes 2,000 pods.
        pod_address: The address that every pod on them has.

    Raises:
        ClusterError: If KWOK cannot be built or does not start.
    """
    program = build_kwok()
    configuration = HOME / "etc" / "kwok.yaml"
    configuration.write_text("\n---\n".join(json.dumps(stage) for stage in _stages(pod_address)))
    command = [
        str(program),
        f"--kubeconfig={KUBECONFIG}",
        f"--config={configuration}",
        f"--manage-nodes-with-label-selector={LABEL}=true",
        "--node-lease-duration-seconds=40",
        f"--server-address={NODE_ADDRESS}:{_PORT}",
    ]
    processes.start("kwok", command, environment(programs_folder()))
    nodes = [_node(number) for number in range(count)]
    try:
        _do("create", "--filename=-", text=_as_list(nodes))
        wait_for("the pretended nodes", lambda: _are_ready(count))
        yield
    finally:
        _do("delete", "nodes", f"--selector={LABEL}=true", "--ignore-not-found", "--timeout=60s")
        processes.stop("kwok", seconds=5)
        configuration.unlink()


def _stages(pod_address: str) -> list[dict[str, Any]]:
    not_deleted = {"key": ".metadata.deletionTimestamp", "operator": "DoesNotExist"}
    deleted = {"key": ".metadata.deletionTimestamp", "operator": "Exists"}
    pending = {"key": ".status.phase", "operator": "In", "values": ["Pending"]}
    ready = '.status.conditions.[] | select( .type == "Ready" ) | .status'
    not_ready = {"key": ready, "operator": "NotIn", "values": ["True"]}
    pod_status = _POD_STATUS.replace("ADDRESS", pod_address)
    return [
        _stage("node-ready", "Node", [not_ready], {"statusTemplate": _NODE_STATUS}),
        _stage("pod-ready", "Pod", [not_deleted, pending], {"statusTemplate": pod_status}),
        _stage("pod-gone", "Pod", [deleted], {"delete": True}),
    ]


def _stage(name: str, kind: str, matches: list[dict[str, Any]], then: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": name},
        "spec": {
            "resourceRef": {"apiGroup": "v1", "kind": kind},
            "selector": {"matchExpressions": matches},
            "next": then,
        },
    }


def _node(number: int) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": f"pretended-{number}",
            "labels": {LABEL: "true", "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"},
        },
        "spec": {"taints": [TAINT]},
        "status": {"capacity": _SIZE, "allocatable": _SIZE},
    }


def _as_list(items: list[dict[str, Any]]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


def _are_ready(count: int) -> bool:
    path = "--output=jsonpath={.items[*].status.conditions[?(@.type=='Ready')].status}"
    asked = kubectl("get", "nodes", f"--selector={LABEL}=true", path)
    if processes.pid_of("kwok") is None:
        raise ClusterError(f"KWOK ended. Its last lines:\n{processes.tail('kwok')}")
    return asked.stdout.split() == ["True"] * count


def _do(*arguments: str, text: str | None = None) -> None:
    done = kubectl(*arguments, text=text)
    if done.returncode != 0:
        raise ClusterError(f"'kubectl {' '.join(arguments)}' failed: {done.stderr.strip()}")
