"""Homes on a real cluster: made once, by whoever comes first, and mounted where they are."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from onedata_hub.backends.compute.kubernetes.claims import home_claim
from onedata_hub.pods.homes import HOME_LABEL, beside_home, home_label

from tests.hub.backends.compute.in_cluster import InCluster
from tests.hub.backends.compute.running import eventually, request_for, until_why
from tests.support.runner import SmallStudio

STORAGE: dict[str, Any] = {
    "pvc_name_template": "claim-{user_server}",
    "storage_pvc_ensure": True,
    "storage_capacity": "1Gi",
    "common_labels": {"app": "jupyterhub"},
    "volumes": {"home": {"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}},
    "volume_mounts": {"home": {"name": "home", "mountPath": "/home/jovyan"}},
}
# What is asked here is where a pod goes, and not what it does there.
NO_IMAGE = {"image": "onedata.test/not-here:1", "image_pull_policy": "Never"}
OTHER = "other-node"
ANYWHERE = {"tolerations": [{"operator": "Exists"}]}  # the other node is not heard of: nothing runs there


async def listed(in_cluster: InCluster, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(await in_cluster.kubectl("get", kind, "-o", "json"))["items"]
    return found


async def node_of_run(in_cluster: InCluster) -> str:
    """Wait until the scheduler has a place for the run's pod; name it."""
    place = ""

    async def is_placed() -> bool:
        nonlocal place
        pods = [one for one in await listed(in_cluster, "pods") if one["metadata"]["name"].startswith("run-")]
        place = pods[0]["spec"].get("nodeName", "") if pods else ""
        return bool(place)

    await eventually(is_placed, "a node for the run")
    return place


async def test_the_first_run_makes_the_home_and_its_volume_comes(
    in_cluster: InCluster, studio: SmallStudio
) -> None:
    async with in_cluster.backend(**STORAGE, **NO_IMAGE) as compute:
        await compute.start(request_for(studio, "1", user="ann"))

        async def is_bound() -> bool:
            return [one["status"]["phase"] for one in await listed(in_cluster, "pvc")] == ["Bound"]

        await eventually(is_bound, "the home's volume")
        [claim] = await listed(in_cluster, "pvc")
    assert claim["metadata"]["name"] == "claim-ann"
    assert claim["metadata"]["labels"]["component"] == "singleuser-storage"
    assert "ownerReferences" not in claim["metadata"]  # it outlives the run


async def test_a_server_and_runs_that_come_at_once_have_one_home(
    in_cluster: InCluster, studio: SmallStudio
) -> None:
    home = home_claim("ann", STORAGE)
    assert home is not None
    async with in_cluster.backend(**STORAGE, **NO_IMAGE) as compute:
        # As KubeSpawner asks for it, to whom it is all the same if it is there already.
        manifest = json.dumps(home.manifest)
        arguments = (f"--namespace={in_cluster.namespace}", "create", "--filename=-")
        made = asyncio.to_thread(in_cluster.cluster.try_kubectl, *arguments, text=manifest)
        runs = [compute.start(request_for(studio, "1", user="ann", run_id=f"run{n}")) for n in range(4)]
        await asyncio.gather(made, *runs)
        assert [one["metadata"]["name"] for one in await listed(in_cluster, "pvc")] == ["claim-ann"]
        assert len(await listed(in_cluster, "jobs")) == 4


async def test_a_home_of_before_kubespawner_7_is_used_and_no_new_one_made(
    in_cluster: InCluster, studio: SmallStudio
) -> None:
    home = home_claim("Ann@example.org", STORAGE)
    assert home is not None
    old = home.manifest | {"metadata": {"name": home.legacy_name}}
    await in_cluster.apply(old)
    async with in_cluster.backend(**STORAGE, **NO_IMAGE) as compute:
        await compute.start(request_for(studio, "1", user="Ann@example.org"))
    assert [one["metadata"]["name"] for one in await listed(in_cluster, "pvc")] == [home.legacy_name]
    [job] = await listed(in_cluster, "jobs")
    volumes = job["spec"]["template"]["spec"]["volumes"]
    assert {"name": "home", "persistentVolumeClaim": {"claimName": home.legacy_name}} in volumes


@contextlib.asynccontextmanager
async def another_node(in_cluster: InCluster, cpu: str) -> AsyncIterator[None]:
    """Have the scheduler see a second node. No kubelet is behind it: pods get their place, and no more."""
    node = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": OTHER, "labels": {"kubernetes.io/hostname": OTHER}},
    }
    room = {"cpu": cpu, "memory": "4Gi", "pods": "10"}
    status = {
        "capacity": room,
        "allocatable": room,
        "conditions": [{"type": "Ready", "status": "True", "reason": "Test", "message": "for a test"}],
    }
    await in_cluster.kubectl("create", "-f", "-", text=json.dumps(node))
    try:
        patch = json.dumps({"status": status})
        await in_cluster.kubectl("patch", "node", OTHER, "--subresource=status", "--type=merge", "-p", patch)
        yield
    finally:
        await in_cluster.kubectl("delete", "node", OTHER, "--wait=false")


async def server_on_other_node(in_cluster: InCluster, cpu: str) -> None:
    """Put the pod of ann's server onto the other node, with a home that any node might mount."""
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"home-of-{in_cluster.namespace}"},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": "by-hand",
            "hostPath": {"path": "/tmp/onedata-test-home"},
            "claimRef": {"namespace": in_cluster.namespace, "name": "claim-ann"},
        },
    }
    home = home_claim("ann", {**STORAGE, "storage_class": "by-hand"})
    assert home is not None
    server = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "jupyter-ann", "labels": {HOME_LABEL: home_label("claim-ann")}},
        "spec": {
            "nodeSelector": {"kubernetes.io/hostname": OTHER},
            **ANYWHERE,
            "affinity": {
                "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [beside_home("claim-ann")]}
            },
            "containers": [
                {
                    "name": "notebook",
                    "image": "onedata.test/not-here:1",
                    "resources": {"requests": {"cpu": cpu}},
                }
            ],
            "volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": "claim-ann"}}],
        },
    }
    await in_cluster.kubectl("create", "-f", "-", text=json.dumps(volume))
    await in_cluster.apply(home.manifest, server)

    async def is_placed() -> bool:
        return [one["spec"].get("nodeName") for one in await listed(in_cluster, "pods")] == [OTHER]

    await eventually(is_placed, "the server's place")


async def remove_home(in_cluster: InCluster) -> None:
    """Remove the volume, and what mounts it."""
    await in_cluster.kubectl("delete", "jobs,pods", "--all", "--force", "--wait=false")
    await in_cluster.kubectl("delete", "pv", f"home-of-{in_cluster.namespace}", "--wait=false")


async def test_a_run_goes_to_the_node_of_its_users_server(in_cluster: InCluster, studio: SmallStudio) -> None:
    async with another_node(in_cluster, cpu="2"), in_cluster.backend(**STORAGE, **NO_IMAGE) as compute:
        await server_on_other_node(in_cluster, cpu="1")
        await compute.start(request_for(studio, "1", user="ann", profile=ANYWHERE))
        assert await node_of_run(in_cluster) == OTHER
        await remove_home(in_cluster)


async def test_a_run_waits_for_room_where_its_home_is_and_says_so(
    in_cluster: InCluster, studio: SmallStudio
) -> None:
    half = {**ANYWHERE, "cpu_guarantee": 0.5}
    async with another_node(in_cluster, cpu="2"), in_cluster.backend(**STORAGE, **NO_IMAGE) as compute:
        await server_on_other_node(in_cluster, cpu="1800m")
        reference = await compute.start(request_for(studio, "1", user="ann", profile=half))
        said = await until_why(compute, reference, "It waits for")
        assert said == "It waits for 0.5 CPUs: the machine that has its home has not that free now."
        await in_cluster.kubectl("delete", "pod", "jupyter-ann", "--force", "--wait=false")
        assert await node_of_run(in_cluster)
        await remove_home(in_cluster)
