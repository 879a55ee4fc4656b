"""The claim of a home is the same, whether the hub makes it for a server or the studio for a run."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kubernetes_asyncio.client import ApiClient
from kubespawner import KubeSpawner
from onedata_hub.backends.compute import ComputeError
from onedata_hub.backends.compute.kubernetes.claims import HomeClaim, home_claim
from onedata_hub.pods.homes import HOME_LABEL, keep_beside_home
from traitlets.config import Config

from tests.hub.backends.compute.test_pods import job_of

STORAGE: dict[str, Any] = {
    "pvc_name_template": "claim-{user_server}",
    "storage_pvc_ensure": True,
    "storage_capacity": "10Gi",
    "storage_class": "fast",
    "storage_access_modes": ["ReadWriteOnce"],
    "storage_selector": {"matchLabels": {"pool": "homes"}},
    "storage_extra_labels": {"owner": "{username}"},
    "common_labels": {"app": "jupyterhub", "release": "onedata"},
    "volumes": {"home": {"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}},
}
MOUNT = {"volume_mounts": {"home": {"name": "home", "mountPath": "/home/jovyan"}}}
NAMES = st.one_of(st.text(min_size=1, max_size=80), st.from_regex(r"[a-zA-Z0-9@._-]{1,70}", fullmatch=True))


def spawner_of(user: str, **values: Any) -> Any:
    spawner = KubeSpawner(config=Config({"KubeSpawner": {**STORAGE, **values}}), _mock=True)
    name_user(spawner, user)
    return spawner


def name_user(spawner: Any, user: str) -> None:
    spawner.user.name = user
    spawner.pvc_name = spawner._expand_user_properties(spawner.pvc_name_template)


def claim_of(user: str, **values: Any) -> HomeClaim:
    claim = home_claim(user, {**STORAGE, **values})
    assert claim is not None
    return claim


@pytest.fixture(scope="module", autouse=True)
def no_cluster() -> Iterator[None]:
    """A KubeSpawner reads how to reach a cluster when it is made; here it reaches none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kubespawner.spawner.load_config", lambda **_: None)
        patch.setattr("kubespawner.spawner.shared_client", lambda _: None)
        yield


@pytest.fixture(scope="module")
def spawner() -> Any:
    return spawner_of("ann")


@given(user=NAMES)
@example(user="0" * 34)
@example(user="a.name-that-is-as-long-as-some@universities.example")
@example(user="a" * 47)
def test_the_claim_is_the_one_that_kubespawner_makes(spawner: Any, user: str) -> None:
    name_user(spawner, user)
    wanted = ApiClient.sanitize_for_serialization(ApiClient.__new__(ApiClient), spawner.get_pvc_manifest())
    for version in ("hub.jupyter.org/kubespawner-version", "hub.jupyter.org/jupyterhub-version"):
        wanted["metadata"]["annotations"].pop(version, None)
    assert claim_of(user).manifest == wanted


@given(user=NAMES)
def test_the_name_of_before_is_the_one_that_kubespawner_looks_for(spawner: Any, user: str) -> None:
    name_user(spawner, user)
    assert claim_of(user).legacy_name == spawner._expand_user_properties("claim-{user_server}", "escape")


def test_a_run_that_mounts_no_home_of_its_own_makes_none() -> None:
    shared = {"home": {"name": "home", "persistentVolumeClaim": {"claimName": "everybodys"}}}
    assert home_claim("ann", {**STORAGE, "volumes": shared}) is None
    assert home_claim("ann", {**STORAGE, "volumes": None}) is None
    assert home_claim("ann", {**STORAGE, "storage_pvc_ensure": False}) is None
    assert home_claim("ann", {}) is None


def test_a_home_without_a_size_is_refused_with_what_to_write() -> None:
    with pytest.raises(ComputeError, match="storage_capacity"):
        home_claim("ann", {**STORAGE, "storage_capacity": None})


async def test_server_and_run_ask_for_the_node_where_their_home_is() -> None:
    spawner = spawner_of("Ann@example.org", **MOUNT, image="notebook:1", cmd=["lab"])
    pod = ApiClient.sanitize_for_serialization(
        ApiClient.__new__(ApiClient), keep_beside_home(spawner, await spawner.get_pod_manifest())
    )
    run = job_of(user="Ann@example.org", **STORAGE, **MOUNT)["spec"]["template"]
    for one in (pod, run):
        label = one["metadata"]["labels"][HOME_LABEL]
        assert label == spawner.pvc_name
        assert one["spec"]["affinity"]["podAffinity"] == {
            "requiredDuringSchedulingIgnoredDuringExecution": [
                {
                    "labelSelector": {"matchLabels": {HOME_LABEL: label}},
                    "topologyKey": "kubernetes.io/hostname",
                }
            ]
        }


async def test_the_sites_own_affinity_stays_beside_that_of_the_home() -> None:
    term = {"topologyKey": "zone", "labelSelector": {"matchLabels": {"a": "b"}}}
    spawner = spawner_of("ann", **MOUNT, image="notebook:1", pod_affinity_required=[term])
    pod = keep_beside_home(spawner, await spawner.get_pod_manifest())
    assert (
        pod.spec.affinity.pod_affinity.required_during_scheduling_ignored_during_execution[0].topology_key
        == "zone"
    )
    run = job_of(**STORAGE, **MOUNT, pod_affinity_required=[term])["spec"]["template"]["spec"]
    assert run["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][0] == term


async def test_a_home_that_many_nodes_mount_ties_nobody_to_a_node() -> None:
    many = {"storage_access_modes": ["ReadWriteMany"]}
    spawner = spawner_of("ann", **MOUNT, image="notebook:1", **many)
    assert keep_beside_home(spawner, await spawner.get_pod_manifest()).spec.affinity is None
    assert "affinity" not in job_of(**{**STORAGE, **MOUNT, **many})["spec"]["template"]["spec"]
