"""Quotas that hold: the API server refuses by what it has heard of one, which may be later than its status says."""

import json
from typing import Any

from tests.cluster.client import Cluster, wait_for

Json = dict[str, Any]


def allow_at_most(cluster: Cluster, namespace: str, name: str, hard: dict[str, str]) -> None:
    """Have a quota in a namespace, and wait until the API server refuses what is over it.

    Args:
        cluster: Where the namespace is.
        namespace: Its name.
        name: The quota's.
        hard: One resource and how much of it there may be: none, or of memory less than a terabyte.
    """
    ((resource, _),) = hard.items()
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name}, "spec": {"hard": hard}}
    cluster.apply(quota, namespace=namespace)
    tried = ("create", "--dry-run=server", f"--namespace={namespace}", "--filename=-")
    text = json.dumps(_too_much(resource))
    wait_for(
        f"quota '{name}' to hold",
        lambda: f"exceeded quota: {name}" in cluster.try_kubectl(*tried, text=text).stderr,
    )


def _too_much(resource: str) -> Json:
    """Give an object that a quota of a resource refuses."""
    container = {"name": "none", "image": "none"}
    pod = {"restartPolicy": "Never", "containers": [container]}
    large = {"containers": [container | {"resources": {"requests": {"memory": "1Ti"}}}]}
    objects: dict[str, Json] = {
        "pods": {"apiVersion": "v1", "kind": "Pod", "spec": pod},
        "requests.memory": {"apiVersion": "v1", "kind": "Pod", "spec": large},
        "count/jobs.batch": {"apiVersion": "batch/v1", "kind": "Job", "spec": {"template": {"spec": pod}}},
        "count/secrets": {"apiVersion": "v1", "kind": "Secret"},
    }
    return objects[resource] | {"metadata": {"name": "too-much"}}
