"""What the studio sees of a cluster, whatever becomes of its way to the API server: late, and never wrong."""

import asyncio
from collections.abc import AsyncIterator, Collection
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from onedata_hub.backends.compute import ComputeError
from onedata_hub.backends.compute.kubernetes.manifests import COMPONENT, MANAGED_BY
from onedata_hub.backends.compute.kubernetes.view import Watched

from tests.cluster.images import busybox_image
from tests.hub.backends.compute.in_cluster import InCluster, Link
from tests.hub.backends.compute.running import (
    eventually,
    request_for,
    until_gone,
    until_logged,
    until_running,
    until_told,
)
from tests.support.runner import SmallStudio

SHORT_SLEEP = "import time\nprint('asleep', flush=True)\ntime.sleep(15)\nprint('awake')"
SILENCE_SECONDS = 5
RESYNC_SECONDS = 5
FOUND_SECONDS = 60.0  # far less than the usual resync, so that nothing but what a test is about can find it


@pytest.fixture
async def link(in_cluster: InCluster) -> AsyncIterator[Link]:
    """A way to the API server that can be cut."""
    config = yaml.safe_load(in_cluster.cluster.kubeconfig.read_text())
    address = urlsplit(config["clusters"][0]["cluster"]["server"])
    made = Link(address.hostname or "", address.port or 443)
    await made.come()
    yield made
    await made.go()


async def test_a_watch_that_is_cut_misses_nothing(
    in_cluster: InCluster, studio: SmallStudio, link: Link
) -> None:
    async with in_cluster.backend(server=link.url) as compute:
        reference = await compute.start(request_for(studio, SHORT_SLEEP))
        for _ in range(5):
            link.cut()
            await asyncio.sleep(0.5)
        await until_told(studio)
        link.cut()
        await until_gone(compute, reference)
        assert studio.results[0].outcome == "succeeded"
        assert await compute.log(reference, 0) == b"asleep\nawake\n"
        assert await compute.list_all() == {reference: "gone"}


async def test_an_api_server_that_is_away_ends_and_doubles_nothing(
    in_cluster: InCluster, studio: SmallStudio, link: Link
) -> None:
    async with in_cluster.backend(server=link.url) as compute:
        running = await compute.start(request_for(studio, SHORT_SLEEP))
        await until_logged(compute, running, b"asleep")
        await until_running(compute, running)
        await link.go()
        assert await compute.state(running) == "running"
        with pytest.raises(ComputeError, match="does not answer"):
            await compute.state("never-1")
        second = request_for(studio, "print('second')", run_id="run2")
        with pytest.raises(ComputeError, match="does not answer"):
            await compute.start(second)
        with pytest.raises(ComputeError, match="does not answer"):
            await compute.cancel(running)
        await until_told(studio)  # the run goes on, and tells its result
        assert await compute.state(running) == "running"  # late, and never wrongly gone
        await link.come()
        assert await compute.start(second) == "run2-1"
        for reference in (running, "run2-1"):
            await until_gone(compute, reference)
        assert [result.outcome for result in studio.results] == ["succeeded", "succeeded"]
        assert len(studio.places) == 2


def job(name: str) -> dict[str, Any]:
    """Give a Job that the studio looks after, and that never has a pod."""
    labels = {MANAGED_BY: "one-data-studio", COMPONENT: "job-run"}
    pod = {"restartPolicy": "Never", "containers": [{"name": "none", "image": busybox_image()}]}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "labels": labels},
        "spec": {"suspend": True, "template": {"spec": pod}},
    }


async def until_seen(jobs: Watched, names: Collection[str], seconds: float = FOUND_SECONDS) -> None:
    """Wait until a watch has these Jobs and no others, each as its controller leaves it."""

    async def is_seen() -> bool:
        settled = {one["metadata"]["name"] for one in jobs.all() if one["status"].get("conditions")}
        return settled == set(names) == {one["metadata"]["name"] for one in jobs.all()}

    await eventually(is_seen, f"the sight of {sorted(names)} alone", seconds)


async def test_a_watch_that_falls_silent_is_cut_and_misses_nothing(in_cluster: InCluster, link: Link) -> None:
    async with in_cluster.view(server=link.url, silence_seconds=SILENCE_SECONDS) as view:
        await in_cluster.apply(job("ends"), job("stays"))
        await until_seen(view.jobs, ["ends", "stays"])
        link.fall_silent()
        await in_cluster.kubectl("delete", "job", "ends")
        await in_cluster.apply(job("comes"))
        await until_seen(view.jobs, ["comes", "stays"])


async def test_what_happened_before_the_oldest_event_that_the_api_server_keeps_is_read_anew(
    in_cluster: InCluster, link: Link
) -> None:
    if not in_cluster.cluster.is_ours:
        pytest.skip("its API server is not ours to start anew")
    async with in_cluster.view(server=link.url) as view:
        await in_cluster.apply(job("ends"), job("stays"))
        await until_seen(view.jobs, ["ends", "stays"])
        await link.go()
        seen_until = str(max(int(one["metadata"]["resourceVersion"]) for one in view.jobs.all()))
        await in_cluster.kubectl("delete", "job", "ends")
        await in_cluster.apply(job("comes"))
        await asyncio.to_thread(start_api_server_anew, in_cluster)  # it begins with what there is now
        assert '"code":410' in await told_since(in_cluster, seen_until)
        await link.come()
        await until_seen(view.jobs, ["comes", "stays"])


def start_api_server_anew(in_cluster: InCluster) -> None:
    with in_cluster.cluster.without("kube-apiserver"):
        pass


async def told_since(in_cluster: InCluster, version: str) -> str:
    """Give what the API server tells of Jobs to a watch that goes on from a version."""
    jobs = f"/apis/batch/v1/namespaces/{in_cluster.namespace}/jobs"
    return await in_cluster.kubectl(
        "get", "--raw", f"{jobs}?watch=1&timeoutSeconds=5&resourceVersion={version}"
    )


async def test_what_no_watch_has_told_is_found_by_the_next_resync(in_cluster: InCluster) -> None:
    async with in_cluster.view(resync_seconds=RESYNC_SECONDS) as view:
        await in_cluster.apply(job("ends"), job("stays"))
        await until_seen(view.jobs, ["ends", "stays"])
        ended = view.jobs.get("ends")
        assert ended is not None
        await in_cluster.kubectl("delete", "job", "ends")
        await until_seen(view.jobs, ["stays"])
        view.jobs.note(ended)  # as if its end had not been told,
        view.jobs.forget("stays")  # and nothing ever of the other
        await until_seen(view.jobs, ["stays"])
