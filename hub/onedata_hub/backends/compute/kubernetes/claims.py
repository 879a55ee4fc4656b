"""The claim of a user's home, made as KubeSpawner makes it: server or run, who comes first makes it.

Both ask for the same name, so the API server keeps them from making two.

Source: KubeSpawner.get_pvc_manifest and its legacy names, version 7; Zero to JupyterHub's configuration.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onedata_hub.backends.compute.base import ComputeError
from onedata_hub.backends.compute.kubernetes.names import Templates, kubespawner_label
from onedata_hub.pods.homes import is_of_one_node

Json = dict[str, Any]

_OWN_MODES = ["ReadWriteOnce"]


@dataclass(frozen=True)
class HomeClaim:
    """The claim of a user's home.

    Attributes:
        name: Its name.
        legacy_name: Its name if KubeSpawner made it before version 7; the same for most users.
        is_of_one_node: Only pods of one node can mount it at a time.
        manifest: What makes it.
    """

    name: str
    legacy_name: str
    is_of_one_node: bool
    manifest: Json


def home_claim(user: str, values: Mapping[str, Any]) -> HomeClaim | None:
    """Say which claim a user's run mounts as home; None if it mounts none of the user's own.

    Args:
        user: The user's name.
        values: The pod's settings with the profile laid over, in KubeSpawner's terms.

    Raises:
        ComputeError: If a size is missing, or a template cannot be filled.
    """
    template = str(values.get("pvc_name_template", ""))
    if not (template and values.get("storage_pvc_ensure")):
        return None
    templates = Templates(user, template)
    name = str(templates.fill("{pvc_name}"))
    legacy = str(Templates(user, template, is_legacy=True).fill("{pvc_name}"))
    if name not in _mounted(templates.fill(values.get("volumes"))):
        return None
    modes = list(values.get("storage_access_modes") or _OWN_MODES)
    return HomeClaim(name, legacy, is_of_one_node(modes), _manifest(user, name, modes, templates, values))


def _mounted(volumes: Any) -> set[str]:
    listed = volumes.values() if isinstance(volumes, dict) else volumes or ()
    return {one["persistentVolumeClaim"]["claimName"] for one in listed if "persistentVolumeClaim" in one}


def _manifest(
    user: str, name: str, modes: list[str], templates: Templates, values: Mapping[str, Any]
) -> Json:
    if not values.get("storage_capacity"):
        raise ComputeError(
            f"The home of '{user}' cannot be made: no size is named for it. Write storage_capacity beside "
            "storage_pvc_ensure."
        )
    storage_class = values.get("storage_class")
    labels = {
        "hub.jupyter.org/username": kubespawner_label(user),
        **templates.fill(values.get("storage_extra_labels", {})),
        **values.get("common_labels", {}),
        "app.kubernetes.io/component": "singleuser-server",  # KubeSpawner's word for it
        "component": "singleuser-storage",
    }
    annotations = {
        "hub.jupyter.org/username": user,
        **templates.fill(values.get("storage_extra_annotations", {})),
    }
    spec: Json = {
        "accessModes": modes,
        "resources": {"requests": {"storage": str(values["storage_capacity"])}},
    }
    if storage_class is not None:
        annotations["volume.beta.kubernetes.io/storage-class"] = storage_class
        spec["storageClassName"] = storage_class
    if values.get("storage_selector"):
        spec["selector"] = templates.fill(values["storage_selector"])
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "labels": labels, "annotations": annotations},
        "spec": spec,
    }
