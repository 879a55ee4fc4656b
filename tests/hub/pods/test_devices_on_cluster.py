"""Parts of GPUs, kinds of machines and images by digest, as profiles ask for them, on a real cluster.

The node claims the devices and the kind; the scheduler goes by that claim alone, and nothing here needs more.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster import images
from tests.cluster.client import Cluster, wait_for
from tests.cluster.place import NODE
from tests.hub.pods.test_servers_on_cluster import PATIENT_SECONDS, is_ready, start, stop, waiting
from tests.support.pod_hub import PodHub, running

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]

SLICE, SHARE = "nvidia.com/mig-1g.10gb", "nvidia.com/gpu.shared"
KIND, H100 = "nvidia.com/gpu.product", "NVIDIA-H100-80GB-HBM3"  # as NVIDIA's feature discovery labels a node


def profiles(digest: str) -> list[dict[str, Any]]:
    """Give a profile for each way to ask for a device, a machine or an image."""
    asked = {
        "Slice": {"extra_resource_limits": {SLICE: "1"}, "start_timeout": PATIENT_SECONDS},
        "Share": {"extra_resource_limits": {SHARE: "1"}, "start_timeout": PATIENT_SECONDS},
        "H100": {"node_selector": {KIND: H100}},
        "B200": {"node_selector": {KIND: "NVIDIA-B200"}},
    }
    pinned = {
        "display_name": "Pinned",
        "kubespawner_override": {"image": f"{images.BUSYBOX.partition(':')[0]}@{digest}"},
    }
    choices = {"usual": {"display_name": "Usual", "default": True}, "pinned": pinned}
    image = {"image": {"display_name": "Image", "choices": choices}}
    return [
        *({"display_name": name, "kubespawner_override": overrides} for name, overrides in asked.items()),
        {"display_name": "Image", "profile_options": image},
    ]


@pytest.fixture(scope="module", autouse=True)
def claims(cluster: Cluster) -> Iterator[None]:
    """The node claims one slice of a GPU, two shares of one, and to be of a kind."""
    if not cluster.is_ours:
        pytest.skip("what the node of another's cluster claims to have is not ours to set")
    _patch_status(cluster, "add", {SLICE: "1", SHARE: "2"})
    cluster.kubectl("label", "node", NODE, f"{KIND}={H100}", "--overwrite")
    yield
    cluster.kubectl("label", "node", NODE, f"{KIND}-")
    _patch_status(cluster, "remove", {SLICE: "1", SHARE: "2"})


def _patch_status(cluster: Cluster, what: str, amounts: dict[str, str]) -> None:
    """Change what the node says it has, and what of it is for pods."""
    patch = [
        {"op": what, "path": f"/status/{where}/{name.replace('/', '~1')}", "value": amount}
        for name, amount in amounts.items()
        for where in ("capacity", "allocatable")
    ]
    cluster.kubectl("patch", "node", NODE, "--subresource=status", "--type=json", "-p", json.dumps(patch))


@pytest.fixture(scope="module")
def hub(cluster: Cluster, claims: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PodHub]:
    with cluster.namespace("devices") as namespace:
        listed = profiles(images.names()[images.BUSYBOX])
        with running(PodHub(cluster, namespace, tmp_path_factory.mktemp("hub"), listed)) as made:
            yield made


def started(hub: PodHub, user: str, **options: str) -> dict[str, Any]:
    """Start a server, wait until it is ready, and give its pod."""
    assert start(hub, user, **options) in (201, 202)
    wait_for(f"{user}'s server", lambda: is_ready(hub, user))
    return hub.cluster.get("pod", f"jupyter-{user}", hub.namespace)


def test_a_slice_of_a_gpu_is_the_pods_own_and_the_next_waits_for_it(hub: PodHub) -> None:
    pod = started(hub, "ann", profile="slice")
    assert pod["spec"]["nodeName"] == NODE
    assert pod["spec"]["containers"][0]["resources"]["limits"][SLICE] == "1"
    assert start(hub, "bob", profile="slice") == 202
    one = "1 GPU slice (1g.10gb)"
    hub.told("bob", waiting(one, f"{one} in all, in use by 1 server or run."))
    stop(hub, "ann")
    wait_for("bob's server", lambda: is_ready(hub, "bob"))
    stop(hub, "bob")


def test_as_many_servers_share_a_gpu_as_its_machine_offers_shares(hub: PodHub) -> None:
    for user in ("cleo", "dan"):
        pod = started(hub, user, profile="share")
        assert pod["spec"]["nodeName"] == NODE
        assert pod["spec"]["containers"][0]["resources"]["limits"][SHARE] == "1"
    assert start(hub, "eve", profile="share") == 202
    in_use = "2 shares of a GPU in all, in use by 2 servers or runs."
    hub.told("eve", waiting("1 share of a GPU", in_use))
    for user in ("cleo", "dan", "eve"):
        stop(hub, user)


def test_a_kind_of_gpu_is_a_label_of_the_machines_that_have_it(hub: PodHub) -> None:
    pod = started(hub, "fay", profile="h100")
    assert pod["spec"]["nodeName"] == NODE
    assert pod["spec"]["nodeSelector"] == {KIND: H100}
    stop(hub, "fay")
    assert start(hub, "gus", profile="b200") == 202
    assert "no machine is of the kind that its profile asks for" in hub.told("gus", "of the kind")
    assert "nodeName" not in hub.cluster.get("pod", "jupyter-gus", hub.namespace)["spec"]
    stop(hub, "gus")


def test_an_image_chosen_by_digest_is_the_one_that_runs(hub: PodHub) -> None:
    digest = images.names()[images.BUSYBOX]
    pod = started(hub, "hal", profile="image", image="pinned")
    assert pod["spec"]["containers"][0]["image"] == f"onedata.test/busybox@{digest}"
    assert pod["status"]["containerStatuses"][0]["state"]["running"]
    stop(hub, "hal")
