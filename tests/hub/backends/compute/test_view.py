"""What is kept of the cluster, whatever the order in which it is told."""

import asyncio
import json
from typing import Any

from onedata_hub.backends.compute.kubernetes.cluster import Cluster
from onedata_hub.backends.compute.kubernetes.manifests import JOB_UID_LABEL
from onedata_hub.backends.compute.kubernetes.pods import CONTAINER
from onedata_hub.backends.compute.kubernetes.view import JOBS, View, Watched


def job(name: str, version: int, uid: str = "u1") -> dict[str, Any]:
    return {"metadata": {"name": name, "uid": uid, "resourceVersion": str(version)}, "spec": {}, "status": {}}


async def told(watched: Watched, kind: str, found: dict[str, Any]) -> None:
    watched._take(json.loads(json.dumps({"type": kind, "object": found})))
    await asyncio.sleep(0)


async def test_an_object_just_made_is_not_undone_by_what_a_watch_tells_late() -> None:
    watched = Watched(Cluster("test"), JOBS)
    await told(watched, "ADDED", job("run-1", 10, "old"))
    watched.forget("run-1")  # deleted by us, and made anew
    watched.note(job("run-1", 30, "new"))
    await told(watched, "MODIFIED", job("run-1", 15, "old"))
    await told(watched, "DELETED", job("run-1", 20, "old"))
    found = watched.get("run-1")
    assert found is not None
    assert found["metadata"]["uid"] == "new"
    await told(watched, "DELETED", job("run-1", 40, "new"))
    assert watched.get("run-1") is None


async def test_a_bookmark_changes_nothing_but_where_to_go_on() -> None:
    watched = Watched(Cluster("test"), JOBS)
    await told(watched, "ADDED", job("run-1", 10))
    await told(watched, "BOOKMARK", {"metadata": {"resourceVersion": "50"}})
    assert [one["metadata"]["name"] for one in watched.all()] == ["run-1"]
    assert watched._version == "50"


async def test_a_job_made_anew_has_not_the_pods_of_the_earlier_one_of_its_name() -> None:
    view = View(Cluster("test"))
    for uid, version in (("old", 10), ("new", 30)):
        pod = {"name": f"pod-of-{uid}", "labels": {JOB_UID_LABEL: uid}, "resourceVersion": str(version)}
        view.jobs.note(job("run-1", version, uid))
        view.pods.note({"metadata": pod})
    (found,) = view.seen("run-1").pods
    assert found["metadata"]["name"] == "pod-of-new"
    await told(view.pods, "DELETED", {"metadata": found["metadata"] | {"resourceVersion": "40"}})
    assert view.seen("run-1").pods == []


async def test_what_is_kept_of_a_pod_tells_why_it_waits_and_how_much_memory_it_had() -> None:
    view = View(Cluster("test"))
    beside = {"name": "a-proxy", "image": "proxy:1"}
    run = {"name": CONTAINER, "image": "notebook:1", "resources": {"limits": {"memory": "1048576"}}}
    view.jobs.note(job("run-1", 10))
    metadata = {"name": "pod", "labels": {JOB_UID_LABEL: "u1"}, "creationTimestamp": "2026-11-21T10:00:00Z"}
    for phase, state, said in (
        (
            "Pending",
            {"waiting": {"reason": "ErrImagePull", "message": "gone"}},
            "The image 'notebook:1' cannot be had",
        ),
        (
            "Failed",
            {"terminated": {"reason": "OOMKilled", "exitCode": 137}},
            "more memory than its pod may have (1 MiB)",
        ),
    ):
        status = {"phase": phase, "containerStatuses": [{"name": CONTAINER, "state": state}]}
        view.pods.note({"metadata": metadata, "spec": {"containers": [beside, run]}, "status": status})
        assert said in view.seen("run-1").why()
