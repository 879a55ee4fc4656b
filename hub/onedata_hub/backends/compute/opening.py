"""Opens the compute backend that the settings name."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from onedata_hub.backends.compute.base import ComputeBackend
from onedata_hub.backends.compute.local import LocalCompute


def open_compute(
    kind: Literal["local", "kubernetes"],
    *,
    spool_dir: Path,
    homes_dir: Path | None = None,
    namespace: str = "",
    namespaces: Mapping[str, str] | None = None,
    pod_file: Path | None = None,
    job_ttl_seconds: int = 86_400,
) -> ComputeBackend:
    """Open a backend; nothing is connected or started yet.

    Args:
        kind: Which one.
        spool_dir: Where local runs keep their files.
        homes_dir: Where the homes of local runs' users are.
        namespace: Of Kubernetes Jobs; empty is the one that this pod is in.
        namespaces: Of the Jobs of workspaces that have a namespace of their own, by the workspace's name.
        pod_file: What every run's pod has, in KubeSpawner's terms.
        job_ttl_seconds: After which Kubernetes itself removes an ended Job.

    Raises:
        ValueError: If the file with the pod settings is wrong; says where.
    """
    if kind == "local":
        return LocalCompute(spool_dir, homes_dir=homes_dir)
    # The client library takes 60 MiB: only where it is needed.
    from onedata_hub.backends.compute.kubernetes import (
        KubernetesCompute,
        KubernetesPlaces,
        read_pod_settings,
    )
    from onedata_hub.backends.compute.kubernetes.cluster import Cluster

    pod = read_pod_settings(pod_file)
    own = KubernetesCompute(Cluster(namespace), pod, job_ttl_seconds)
    if not namespaces:
        return own
    others = {
        workspace: KubernetesCompute(Cluster(name), pod, job_ttl_seconds)
        for workspace, name in namespaces.items()
    }
    return KubernetesPlaces(own, others)
