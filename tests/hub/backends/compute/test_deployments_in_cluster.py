"""The port carries long-running work without a change to it: the tests' own adapter, on a real cluster."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from onedata_hub.backends.compute import ComputePort, StillRunning
from onedata_hub.backends.compute.kubernetes.cluster import Cluster

from tests.cluster.images import busybox_image
from tests.hub.backends.compute.deployments import Deployments, Served
from tests.hub.backends.compute.in_cluster import InCluster

WEB = "mkdir /tmp/web && echo $GREETING > /tmp/web/index.html && echo begun && exec httpd -f -p 8000 -h /tmp/web"


@pytest.fixture
async def deployments(in_cluster: InCluster) -> AsyncIterator[ComputePort[Served]]:
    """The port, as those who look after served models will have it."""
    cluster = Cluster(in_cluster.namespace, kubeconfig=in_cluster.cluster.kubeconfig)
    yield Deployments(cluster)
    await cluster.close()


def web(reference: str, image: str) -> Served:
    return Served(reference, ["sh", "-c", WEB], 8000, {"GREETING": "hello"}, {"image": image})


async def until(port: ComputePort[Served], reference: str, state: str) -> None:
    async with asyncio.timeout(60):
        while await port.state(reference) != state:
            await asyncio.sleep(0.2)


async def test_served_work_is_started_found_ended_and_forgotten(
    deployments: ComputePort[Served], in_cluster: InCluster
) -> None:
    request = web("model-1", busybox_image())
    assert [await deployments.start(request) for _ in range(2)] == ["model-1", "model-1"]
    await until(deployments, "model-1", "running")
    assert await deployments.list_running() == ["model-1"]
    assert await deployments.log("model-1", 0) == b"begun\n"
    pods = (await in_cluster.kubectl("get", "pods", "--output=name")).split()
    assert len(pods) == 1  # though it was started twice
    said = await in_cluster.kubectl("exec", pods[0], "--", "wget", "-qO-", "http://model-1:8000/")
    assert said == "hello\n"
    with pytest.raises(StillRunning):
        await deployments.remove("model-1")
    await deployments.cancel("model-1")
    await until(deployments, "model-1", "gone")
    await deployments.remove("model-1")
    assert await deployments.list_all() == {}


async def test_served_work_that_cannot_start_says_why_in_the_words_of_runs(
    deployments: ComputePort[Served],
) -> None:
    await deployments.start(web("model-2", "one-data-studio/no-such:1"))
    async with asyncio.timeout(60):
        while not (said := await deployments.why("model-2")):
            await asyncio.sleep(0.2)
    assert said.startswith("The image 'one-data-studio/no-such:1' cannot be had")
    assert await deployments.state("model-2") == "starting"
