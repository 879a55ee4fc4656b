"""What manifests say of pods, and what pod security "restricted" asks of them."""

from collections.abc import Iterator
from typing import Any

from tests.helm.charts import Manifest

_VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}


def pods(manifests: list[Manifest]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each pod's template with the name of what makes it."""
    for one in manifests:
        spec = one.get("spec") or {}
        if one["kind"] == "Pod":
            yield f"Pod/{one['metadata']['name']}", one
        elif one["kind"] == "CronJob":
            yield f"CronJob/{one['metadata']['name']}", spec["jobTemplate"]["spec"]["template"]
        elif "template" in spec and "containers" in (spec["template"].get("spec") or {}):
            yield f"{one['kind']}/{one['metadata']['name']}", spec["template"]


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    """Give a pod's containers, those too that come first."""
    spec = pod["spec"]
    return [*(spec.get("initContainers") or ()), *spec["containers"]]


def breaches(pod: dict[str, Any]) -> list[str]:
    """Say what of a pod is not "restricted".

    Source: Kubernetes, "Pod Security Standards", table "Restricted".
    """
    spec = pod["spec"]
    own = spec.get("securityContext") or {}
    found = [f"has {key}" for key in ("hostNetwork", "hostPID", "hostIPC") if spec.get(key)]
    for volume in spec.get("volumes") or ():
        found += [f"volume {volume['name']} is a {kind}" for kind in set(volume) - {"name"} - _VOLUMES]
    for container in containers(pod):
        found += [f"{container['name']} {what}" for what in _container_breaches(container, own)]
    return found


def _container_breaches(container: dict[str, Any], pod: dict[str, Any]) -> Iterator[str]:
    own = container.get("securityContext") or {}
    both = pod | own
    if both.get("runAsNonRoot") is not True or both.get("runAsUser") == 0:
        yield "may run as root"
    if (both.get("seccompProfile") or {}).get("type") not in ("RuntimeDefault", "Localhost"):
        yield "has no seccomp profile"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "may gain privileges"
    if own.get("privileged"):
        yield "is privileged"
    capabilities = own.get("capabilities") or {}
    if "ALL" not in (capabilities.get("drop") or ()):
        yield "keeps capabilities"
    if set(capabilities.get("add") or ()) - {"NET_BIND_SERVICE"}:
        yield "adds capabilities"
    if any(port.get("hostPort") for port in container.get("ports") or ()):
        yield "takes a port of its node"
