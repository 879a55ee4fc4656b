"""The compute backend of a Kubernetes cluster: a run attempt is a Job."""

from onedata_hub.backends.compute.kubernetes.adapter import KubernetesCompute
from onedata_hub.backends.compute.kubernetes.places import KubernetesPlaces
from onedata_hub.backends.compute.kubernetes.pods import PodSettings, read_pod_settings

__all__ = ["KubernetesCompute", "KubernetesPlaces", "PodSettings", "read_pod_settings"]
