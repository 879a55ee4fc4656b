"""The port carries long-running work without a change to it: the tests' own adapter, on a real cluster."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from onedata_hub.backends.compute import ComputePort, StillRunning
from onedata_hub.backends.compute.kubernetes.cluster import Cluster

from tests.cluster.images import busybox_image
from tests.hub.backends.compute.deployments import Deployments, Served
from tests.hub.backends.compute.in_cluster import InCluster
from tests.hub.backends.compute.running import (
    eventually,
    until_gone,
    until_logged,
    until_running,
    until_why,
)

_BRIEFLY = ("busybox", "timeout", "5")  # Debian's wget crashes on a time limit of its own
WEB = "mkdir /tmp/web && echo $GREETING > /tmp/web/index.html && echo begun && exec httpd -f -p 8000 -h /tmp/web"


@pytest.fixture
async def deployments(in_cluster: InCluster) -> AsyncIterator[ComputePort[Served]]:
    """The port, as those who look after served models will have it."""
    cluster = Cluster(in_cluster.namespace, kubeconfig=in_cluster.cluster.kubeconfig)
    yield Deployments(cluster)
    await cluster.close()


def web(reference: str, image: str) -> Served:
    return Served(reference, ["sh", "-c", WEB], 8000, {"GREETING": "hello"}, {"image": image})


async def until_answered(in_cluster: InCluster, pod: str, url: str, text: str) -> None:
    """Wait until a pod is given a text at an address: a Service leads somewhere later than its pods run."""
    asked = (f"--namespace={in_cluster.namespace}", "exec", pod, "--", *_BRIEFLY, "wget", "-qO-", url)

    async def is_answered() -> bool:
        return (await asyncio.to_thread(in_cluster.cluster.try_kubectl, *asked)).stdout == text

    await eventually(is_answered, f"{text!r} at {url}")


async def test_served_work_is_started_found_ended_and_forgotten(
    deployments: ComputePort[Served], in_cluster: InCluster
) -> None:
    request = web("model-1", busybox_image())
    assert [await deployments.start(request) for _ in range(2)] == ["model-1", "model-1"]
    await until_running(deployments, "model-1")
    assert await deployments.list_running() == ["model-1"]
    await until_logged(deployments, "model-1", b"begun")
    assert await deployments.log("model-1", 0) == b"begun\n"
    pods = (await in_cluster.kubectl("get", "pods", "--output=name")).split()
    assert len(pods) == 1  # though it was started twice
    await until_answered(in_cluster, pods[0], "http://model-1:8000/", "hello\n")
    with pytest.raises(StillRunning):
        await deployments.remove("model-1")
    await deployments.cancel("model-1")
    await until_gone(deployments, "model-1")
    await deployments.remove("model-1")
    assert await deployments.list_all() == {}


async def test_served_work_that_cannot_start_says_why_in_the_words_of_runs(
    deployments: ComputePort[Served],
) -> None:
    await deployments.start(web("model-2", "one-data-studio/no-such:1"))
    said = await until_why(deployments, "model-2", "cannot be had")
    assert said.startswith("The image 'one-data-studio/no-such:1' cannot be had")
    assert await deployments.state("model-2") == "starting"
