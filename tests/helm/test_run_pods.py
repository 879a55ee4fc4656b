"""What works in a server works in a run: the pod's settings are those that the hub gives to KubeSpawner."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from kubespawner import KubeSpawner
from onedata_hub.backends.compute.kubernetes import pods
from onedata_hub.backends.compute.kubernetes.pods import read_pod_settings

from tests.helm.charts import Manifest
from tests.helm.conftest import Render
from tests.helm.hub_configuration import hub_settings
from tests.helm.test_services import studio_text

_TERM = {"matchExpressions": [{"key": "pool", "operator": "In", "values": ["users"]}]}
_PODS = {"labelSelector": {"matchLabels": {"app": "cache"}}, "topologyKey": "kubernetes.io/hostname"}
_WEIGHED = {"weight": 5, "podAffinityTerm": _PODS}
EVERYTHING: dict[str, Any] = {
    "imagePullSecret": {"create": True, "registry": "r.example.org", "username": "u", "password": "p"},
    "imagePullSecrets": [{"name": "registry"}],
    "scheduling": {
        "userScheduler": {"enabled": True},
        "podPriority": {"enabled": True},
        "userPods": {"nodeAffinity": {"matchNodePurpose": "require"}},
    },
    "hub": {
        "config": {
            "KubeSpawner": {"supplemental_gids": [2000], "mem_limit": "3G", "k8s_api_threadpool_workers": 3}
        }
    },
    "singleuser": {
        "image": {"pullPolicy": "Always", "pullSecrets": ["own"]},
        "uid": 1234,
        "fsGid": 4321,
        "serviceAccountName": "people",
        "extraAnnotations": {"example.org/note": "x"},
        "extraLabels": {"example.org/team": "data"},
        "extraEnv": {"SITE": "here", "ONEDATA_CACHE_DIR": "/scratch"},
        "extraFiles": {"pip.conf": {"mountPath": "/etc/pip.conf", "mode": 292, "stringData": "[global]\n"}},
        "nodeSelector": {"pool": "users"},
        "extraTolerations": [{"key": "users", "operator": "Exists"}],
        "extraNodeAffinity": {"required": [_TERM], "preferred": [{"weight": 7, "preference": _TERM}]},
        "extraPodAffinity": {"required": [_PODS], "preferred": [_WEIGHED]},
        "extraPodAntiAffinity": {"required": [_PODS], "preferred": [_WEIGHED]},
        "initContainers": [{"name": "first", "image": "busybox:1.37"}],
        "memory": {"limit": "2G", "guarantee": "1G"},
        "cpu": {"limit": 2, "guarantee": 0.5},
        "extraResource": {"limits": {"example.org/gpu": "1"}, "guarantees": {"example.org/gpu": "1"}},
        "extraPodConfig": {"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["s3"]}]},
        "storage": {
            "capacity": "7Gi",
            "extraLabels": {"example.org/kind": "home"},
            "dynamic": {"storageClass": "fast", "storageAccessModes": ["ReadWriteMany"], "subPath": "home"},
            "extraVolumes": [{"name": "site", "configMap": {"name": "site"}}],
            "extraVolumeMounts": [{"name": "site", "mountPath": "/etc/site"}],
        },
    },
}
# What the hub sets besides is a function, or of a server alone.
_NOT_COMPARED = {"environment", "volumes", "volume_mounts", "extra_labels", "container_security_context"}
_OF_THE_HUB = "hub.jupyter.org/network-access-hub"


def run_settings(manifests: list[Manifest], folder: Path) -> dict[str, Any]:
    """Give what a run's pod has as the studio reads it."""
    file = folder / "pod.yaml"
    file.write_text(studio_text(manifests, "pod.yaml"))
    return dict(read_pod_settings(file).values)


def said(settings: dict[str, Any]) -> dict[str, Any]:
    """Leave out what says nothing, and what this test does not compare."""
    return {
        name: value
        for name, value in settings.items()
        if name in pods._KNOWN - _NOT_COMPARED and value not in (None, {}, [], "")
    }


@pytest.mark.parametrize("values", [{}, EVERYTHING], ids=["as it comes", "everything set"])
def test_a_run_has_what_the_hub_gives_to_a_server(
    render_full: Render, full_chart: Path, tmp_path: Path, values: dict[str, Any]
):
    manifests = render_full({"jupyterhub": values})
    (tmp_path / "hub").mkdir()
    server = hub_settings(manifests, full_chart, tmp_path / "hub")["KubeSpawner"]
    run = run_settings(manifests, tmp_path)
    unsaid = {"uid": 1000, "fs_gid": 100, "pvc_name_template": KubeSpawner.pvc_name_template.default_value}
    assert said(run) == unsaid | said(server)
    assert {_OF_THE_HUB: "true"} | run["extra_labels"] == server["extra_labels"]
    given = {name: value for name, value in server["environment"].items() if not _is_a_servers(name)}
    assert run["environment"] == given
    homes = {"volume-{user_server}": "home", "onedata-objects": "objects"}
    assert mounted(run) == {(homes.get(name, name), *rest) for name, *rest in mounted(server)}
    assert sources(run) == sources(server)


def _is_a_servers(name: str) -> bool:
    """Say whether a variable comes from what the platform tells servers; runs are told by the studio."""
    return name not in {"ONEDATA_CACHE_DIR", "SITE"}


def mounted(settings: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {
        (one["name"], one["mountPath"], one.get("subPath") or "")
        for one in settings["volume_mounts"].values()
    }


def sources(settings: dict[str, Any]) -> list[str]:
    """Give what volumes are of, without their names."""
    found = (
        {key: value for key, value in one.items() if key != "name"} for one in settings["volumes"].values()
    )
    return sorted(yaml.safe_dump(one) for one in found)


def test_what_is_set_for_kubespawner_itself_is_all_that_a_run_knows(render_full: Render, tmp_path: Path):
    """The chart names them one by one, since it cannot ask the studio."""
    not_the_sites = {"volumes", "volume_mounts", "common_labels", "storage_pvc_ensure"}
    given = {name: f"of-{name}" for name in pods._KNOWN - not_the_sites}
    manifests = render_full({"jupyterhub": {"hub": {"config": {"KubeSpawner": given}}}})
    settings = yaml.safe_load(studio_text(manifests, "pod.yaml"))
    assert {name: settings.get(name) for name in given} == given


def test_what_servers_have_in_their_environment_stands_in_secrets_alone(render_full: Render):
    value = "the-key-of-an-index-of-packages"
    extra = {"jupyterhub": {"singleuser": {"extraEnv": {"UV_INDEX_PASSWORD": value}}}}
    holding = [one["kind"] for one in render_full(extra) if value in yaml.safe_dump(one, width=10**6)]
    assert holding == ["Secret"]
