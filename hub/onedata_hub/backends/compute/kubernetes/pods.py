"""Make a run's pod: what every pod has, the profile laid over it, both in KubeSpawner's terms.

So the pod has the image, the home, the data and the place that the user's server has with the same
profile. What concerns a server alone is left out; what is not known is refused by its name.

Source: KubeSpawner reference (its configuration's names), and the pod security standard ``restricted``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from onedata.contract.environment import RUN_LIMITS
from onedata.contract.runner import RunLimits

from onedata_hub.backends.compute.base import ComputeError, StartRequest
from onedata_hub.backends.compute.kubernetes.claims import home_claim
from onedata_hub.backends.compute.kubernetes.names import Templates
from onedata_hub.pods.homes import HOME_LABEL, beside_home, home_label
from onedata_hub.server_size import ProfileError, laid_over, parse_memory

Json = dict[str, Any]

CONTAINER = "runner"
SPOOL = "/run/onedata"
_HOME = "/run/home"  # where no volume is mounted as the home
_HOMES = ("/home/", "/root")
_GRACE_SECONDS = 25  # below the port's: what is left of that is for the API server and the node
_RUNNER_BYTES = 128 * 2**20  # the runner's own share: it takes 72 MiB, and more with large outputs
_KNOWN = {
    *("image", "image_pull_policy", "image_pull_secrets", "node_selector", "tolerations", "scheduler_name"),
    *("priority_class_name", "service_account", "environment", "volumes", "volume_mounts", "init_containers"),
    *("cpu_limit", "cpu_guarantee", "mem_limit", "mem_guarantee"),
    *("extra_resource_limits", "extra_resource_guarantees", "extra_labels", "extra_annotations"),
    *("uid", "gid", "fs_gid", "supplemental_gids", "pvc_name_template", "common_labels"),
    *("storage_pvc_ensure", "storage_class", "storage_capacity", "storage_access_modes", "storage_selector"),
    *("storage_extra_labels", "storage_extra_annotations"),
    *("node_affinity_required", "node_affinity_preferred", "pod_affinity_required", "pod_affinity_preferred"),
    *("pod_anti_affinity_required", "pod_anti_affinity_preferred"),
    *("container_security_context", "pod_security_context", "extra_container_config", "extra_pod_config"),
}
_OF_A_SERVER = {
    *("cmd", "args", "port", "default_url", "notebook_dir", "working_dir", "start_timeout", "http_timeout"),
    *("lifecycle_hooks", "pod_name_template", "slug_scheme", "options_form", "poll_interval", "debug"),
    *("delete_grace_period", "events_enabled"),
}
_NOT_THE_PODS = {"pvc_name_template", "environment", "storage_extra_labels", "storage_extra_annotations"}


class PodSettingsError(ValueError):
    """The file with the pod settings is wrong; says where and what to write."""


@dataclass(frozen=True)
class PodSettings:
    """What every run's pod has, in KubeSpawner's terms, before its profile is laid over."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _refuse_unknown(self.values, "The pod settings")


def read_pod_settings(path: Path | None) -> PodSettings:
    """Read the file with the pod settings; without one there are none, and profiles name the image.

    Raises:
        PodSettingsError: If it cannot be read, or says what a run's pod cannot have.
    """
    if path is None:
        return PodSettings()
    try:
        content = yaml.safe_load(path.read_text()) or {}
        if not isinstance(content, dict):
            raise PodSettingsError("it is no map of names to values")
        return PodSettings(content)
    except (OSError, yaml.YAMLError, PodSettingsError, ComputeError) as error:
        raise PodSettingsError(
            f"The pod settings {path} cannot be used: {error}. Write KubeSpawner's names, such as image and volumes."
        ) from error


def pod_values(request: StartRequest, settings: PodSettings) -> Json:
    """Give all that is asked of an attempt's pod: what every pod has, the profile laid over.

    Raises:
        ComputeError: If the profile asks for what a run's pod cannot have.
    """
    _refuse_unknown(request.profile, f"Profile '{request.environment.get('ONEDATA_PROFILE', '')}'")
    return laid_over(settings.values, request.profile)


def pod_template(request: StartRequest, values: Mapping[str, Any], secret: str) -> Json:
    """Make the template of an attempt's pod: its metadata and spec.

    Args:
        request: The attempt.
        values: What is asked of the pod, from ``pod_values``.
        secret: The Secret from which the runner has its environment.

    Raises:
        ComputeError: If that comes to no pod; says what is missing or wrong.
    """
    home = home_claim(request.spec.user, values)
    asked = {name: value for name, value in values.items() if name not in _NOT_THE_PODS}
    filled: Json = Templates(request.spec.user, values.get("pvc_name_template", "")).fill(asked)
    filled |= {"environment": values.get("environment", {})}
    if home is not None and home.is_of_one_node:
        beside = [*_values(filled.get("pod_affinity_required")), beside_home(home.name)]
        filled["pod_affinity_required"] = beside
        filled["extra_labels"] = {**filled.get("extra_labels", {}), HOME_LABEL: home_label(home.name)}
    if not filled.get("image"):
        raise ComputeError(
            "No image is named for the run. Name one in the profile, or in the file of kubernetes_pod_file."
        )
    return {
        "metadata": {
            "labels": dict(filled.get("extra_labels", {})),
            # A notebook does not go on elsewhere: whoever tidies nodes shall wait for its end.
            "annotations": {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}
            | filled.get("extra_annotations", {}),
        },
        "spec": _spec(filled, request, secret),
    }


def _spec(values: Json, request: StartRequest, secret: str) -> Json:
    volumes = _values(values.get("volumes"))
    mounts = _values(values.get("volume_mounts"))
    has_home = any(str(mount["mountPath"]).startswith(_HOMES) for mount in mounts)
    own = ["spool", "tmp"] if has_home else ["spool", "tmp", "home"]
    spec: Json = {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": _GRACE_SECONDS,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": int(values.get("uid") or 1000),
            "fsGroup": int(values.get("fs_gid") or 100),
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        | _present(runAsGroup=values.get("gid"), supplementalGroups=values.get("supplemental_gids"))
        | values.get("pod_security_context", {}),
        "containers": [_container(values, request, secret, own)],
        "volumes": [*volumes, *({"name": f"onedata-{name}", "emptyDir": {}} for name in own)],
    }
    spec |= _present(
        nodeSelector=values.get("node_selector"),
        tolerations=_values(values.get("tolerations")),
        schedulerName=values.get("scheduler_name"),
        priorityClassName=values.get("priority_class_name"),
        serviceAccountName=values.get("service_account"),
        imagePullSecrets=[
            {"name": one} if isinstance(one, str) else one for one in values.get("image_pull_secrets") or []
        ],
        initContainers=_values(values.get("init_containers")),
        affinity=_affinity(values),
    )
    return laid_over(spec, values.get("extra_pod_config", {}))


def _container(values: Json, request: StartRequest, secret: str, own: list[str]) -> Json:
    places = {"spool": SPOOL, "tmp": "/tmp", "home": _HOME}  # noqa: S108 - each is the pod's own volume
    limits, requests = _resources(values)
    environment = dict(values.get("environment", {}))
    environment |= {RUN_LIMITS: _run_limits(request.limits, limits.get("memory")).model_dump_json()}
    if "home" in own:
        environment["HOME"] = _HOME
    container = {
        "name": CONTAINER,
        "image": values["image"],
        "command": ["python3", "-s", "-P", "-m", "onedata.runner", "--fetch", SPOOL],
        "workingDir": SPOOL,
        # A variable named here comes before the Secret's, so those of profile and job are left out.
        "env": [
            _variable(name, value) for name, value in environment.items() if name not in request.environment
        ],
        "envFrom": [{"secretRef": {"name": secret}}],
        "resources": {"limits": limits, "requests": requests},
        "volumeMounts": [
            *_values(values.get("volume_mounts")),
            *({"name": f"onedata-{name}", "mountPath": places[name]} for name in own),
        ],
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        }
        | values.get("container_security_context", {}),
    } | _present(imagePullPolicy=values.get("image_pull_policy"))
    return laid_over(container, values.get("extra_container_config", {}))


def _variable(name: str, value: Any) -> Json:
    return {"name": name, **value} if isinstance(value, dict) else {"name": name, "value": str(value)}


def _resources(values: Json) -> tuple[Json, Json]:
    """Give limits and requests; memory in bytes, as KubeSpawner reads it (1G is 2**30)."""
    try:
        limits = _present(cpu=_text(values.get("cpu_limit")), memory=parse_memory(values.get("mem_limit")))
        requests = _present(
            cpu=_text(values.get("cpu_guarantee")), memory=parse_memory(values.get("mem_guarantee"))
        )
    except ProfileError as error:
        raise ComputeError(str(error)) from error
    limits |= _texts(values.get("extra_resource_limits"))
    requests |= _texts(values.get("extra_resource_guarantees"))
    return limits, requests


def _texts(amounts: Mapping[str, Any] | None) -> Json:
    return {name: str(amount) for name, amount in (amounts or {}).items()}


def _run_limits(limits: RunLimits, pod_bytes: int | None) -> RunLimits:
    """Keep the notebook below the pod's limit: the runner then says which cell took too much.

    At the pod's own limit the system kills without a word, the runner perhaps first.
    """
    if pod_bytes is None:
        return limits
    return limits.model_copy(update={"memory_bytes": max(pod_bytes - _RUNNER_BYTES, pod_bytes // 2)})


def _affinity(values: Json) -> Json:
    node = _present(
        requiredDuringSchedulingIgnoredDuringExecution=_present(
            nodeSelectorTerms=_values(values.get("node_affinity_required"))
        ),
        preferredDuringSchedulingIgnoredDuringExecution=_values(values.get("node_affinity_preferred")),
    )
    return _present(
        nodeAffinity=node,
        podAffinity=_pod_affinity(values, "pod_affinity"),
        podAntiAffinity=_pod_affinity(values, "pod_anti_affinity"),
    )


def _pod_affinity(values: Json, name: str) -> Json:
    return _present(
        requiredDuringSchedulingIgnoredDuringExecution=_values(values.get(f"{name}_required")),
        preferredDuringSchedulingIgnoredDuringExecution=_values(values.get(f"{name}_preferred")),
    )


def _values(listed: Any) -> list[Any]:
    """Give a list, or a map's values in the order of their keys: KubeSpawner takes either."""
    return [listed[name] for name in sorted(listed)] if isinstance(listed, dict) else list(listed or [])


def _present(**fields: Any) -> Json:
    """Give the fields that say something."""
    return {name: value for name, value in fields.items() if value not in (None, [], {}, "")}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _refuse_unknown(values: Mapping[str, Any], whose: str) -> None:
    unknown = sorted(set(values) - _KNOWN - _OF_A_SERVER)
    if unknown:
        raise ComputeError(
            f"{whose} asks for '{unknown[0]}', which a run's pod cannot have. Use extra_pod_config or "
            "extra_container_config, or leave it out."
        )
