"""A run's Job in the cluster: there until its record is safe with the studio, and not for ever after."""

import json

from tests.hub.backends.compute.in_cluster import InCluster
from tests.hub.backends.compute.running import eventually, request_for, until_logged, until_told
from tests.support.runner import SmallStudio

# A runner waits longer after each: these take several times the second that an ended Job is kept here.
VAIN_TRIES = 6


async def test_kubernetes_removes_a_job_by_itself_once_the_record_is_safe_and_no_sooner(
    in_cluster: InCluster, studio: SmallStudio
) -> None:
    tries: list[None] = []

    async def is_begun() -> bool:
        return bool(studio.places)

    async def is_tried() -> bool:
        return len(tries) >= VAIN_TRIES

    async def is_clean() -> bool:
        return await in_cluster.kubectl("get", "jobs,pods,secrets", "--output=name") == ""

    async with in_cluster.backend(ttl_seconds=1) as compute:
        reference = await compute.start(request_for(studio, "print('done', flush=True)"))
        await eventually(is_begun, "the begin of the run")
        studio.refusal = 503, "text/html"  # as the hub's proxy answers for a studio that is away
        await until_logged(compute, reference, b"done\n")
        studio.before_answer = lambda: tries.append(None)
        await eventually(is_tried, "a runner that tries to tell its result")
        (job,) = json.loads(await in_cluster.kubectl("get", "jobs", "--output=json"))["items"]
        assert job["spec"]["ttlSecondsAfterFinished"] == 1
        assert (studio.results, job["status"]["active"]) == ([], 1)
        studio.refusal = None
        assert (await until_told(studio)).outcome == "succeeded"
        await eventually(is_clean, "the end of the Job, its pod and its Secret")
