"""A pod's state in words: the objects are as a Kubernetes 1.36 wrote them, shortened."""

from typing import Any

import pytest
from onedata_hub.backends.compute.kubernetes.reasons import Seen, why_events, why_evicted


def seen(status: dict[str, Any], *, conditions: list[dict[str, Any]] | None = None, **metadata: Any) -> Seen:
    container = {
        "name": "runner",
        "image": "notebook:1",
        "resources": {"limits": {"memory": "2147483648", "nvidia.com/gpu": "1"}},
    }
    pod = {
        "metadata": {"name": "run-1-x", "creationTimestamp": "2026-11-21T10:00:00Z", **metadata},
        "spec": {"containers": [{"name": "a-proxy", "image": "proxy:1"}, container]},
        "status": status,
    }
    return Seen({"metadata": {}, "spec": {}, "status": {"conditions": conditions or []}}, [pod])


def container(**state: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": "runner", "state": state}]


def disruption(reason: str, message: str = "") -> list[dict[str, Any]]:
    return [{"type": "DisruptionTarget", "status": "True", "reason": reason, "message": message}]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (
            {"phase": "Failed", "containerStatuses": container(terminated={"exitCode": 137, "reason": "OOMKilled"})},
            "It used more memory than its pod may have (2,048 MiB), and was killed.",
        ),
        (
            {"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."},
            "Its pod was evicted from its node: The node was low on resource: memory.",
        ),
        ({"phase": "Failed", "conditions": disruption("PreemptionByScheduler")}, "of higher priority"),
        ({"phase": "Failed", "conditions": disruption("DeletionByTaintManager")}, "Its node does not answer"),
        (
            {"phase": "Failed", "conditions": disruption("TerminationByKubelet", "Pod was terminated in response to imminent node shutdown.")},
            "Its pod was ended by its node: Pod was terminated in response to imminent node shutdown.",
        ),
        (
            {"phase": "Failed", "reason": "UnexpectedAdmissionError", "message": "no healthy devices present"},
            "Its pod failed (UnexpectedAdmissionError): no healthy devices present.",
        ),
        (
            {"phase": "Failed", "containerStatuses": container(terminated={"exitCode": 137, "reason": "Error"})},
            "Its runner was killed (SIGKILL).",
        ),
        (
            {"phase": "Failed", "containerStatuses": container(terminated={"exitCode": 1, "message": "Traceback\nModuleNotFoundError: No module named 'onedata'"})},
            "Its runner ended with status 1. ModuleNotFoundError: No module named 'onedata'",
        ),
        (
            {"phase": "Pending", "containerStatuses": container(waiting={"reason": "CreateContainerConfigError", "message": 'secret "x" not found'})},
            'Its container cannot be started (CreateContainerConfigError): secret "x" not found.',
        ),
        (
            {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes are available: 3 Insufficient nvidia.com/gpu. preemption: 0/3 nodes are available: 3 No preemption victims found."}]},
            "It waits for 1 GPU: no machine has that free now.",
        ),
        (
            {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/2 nodes are available: 1 Insufficient nvidia.com/gpu, 1 node(s) didn't match pod affinity rules. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."}]},
            "It waits for 1 GPU: the machine that has its home has not that free now.",
        ),
        (
            {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]},
            "Its pod waits in a queue of the cluster.",
        ),
    ],
)  # fmt: skip
def test_a_pods_state_is_told_in_words(status: dict[str, Any], words: str) -> None:
    assert words in seen(status).why()


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({"phase": "Pending"}, "starting"),
        ({"phase": "Running", "containerStatuses": container(running={})}, "running"),
        ({"phase": "Running", "containerStatuses": container(waiting={"reason": "ContainerCreating"})}, "starting"),
        ({"phase": "Unknown"}, "starting"),
        ({"phase": "Succeeded"}, "gone"),
        ({"phase": "Failed"}, "gone"),
    ],
)  # fmt: skip
def test_a_runner_is_gone_only_when_its_pod_has_ended(status: dict[str, Any], state: str) -> None:
    assert seen(status).state() == state


def test_a_node_that_is_not_heard_of_is_named_and_its_pod_is_not_gone() -> None:
    lost = {"type": "Ready", "status": "False", "lastTransitionTime": "2026-11-21T10:05:00Z"}
    found = seen({"phase": "Running", "conditions": [lost], "containerStatuses": container(running={})})
    found.pods[0]["spec"]["nodeName"] = "gpu-1"
    assert found.state() == "running"
    assert found.why() == "Its node 'gpu-1' is not heard of since 2026-11-21T10:05:00Z."


def test_a_job_that_failed_while_its_pod_still_ends_is_not_gone() -> None:
    failed = [{"type": "Failed", "status": "True", "reason": "DeadlineExceeded"}]
    running = {"phase": "Running", "containerStatuses": container(running={})}
    assert seen(running, conditions=failed, deletionTimestamp="2026-11-21T10:00:00Z").state() == "running"


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ([{"type": "FailureTarget", "status": "True", "reason": "DeadlineExceeded"}], "It was told to end."),
        ([], "Its pod was deleted."),
    ],
)
@pytest.mark.parametrize("status", [{"phase": "Pending"}, {"phase": "Failed", "containerStatuses": container(terminated={"exitCode": 143})}])  # fmt: skip
def test_a_pod_that_is_being_deleted_says_whether_its_run_was_cancelled(
    conditions: list[dict[str, Any]], words: str, status: dict[str, Any]
) -> None:
    found = seen(status, conditions=conditions, deletionTimestamp="2026-11-21T10:00:00Z")
    assert found.why() == words


@pytest.mark.parametrize(
    ("job", "state", "words"),
    [
        (None, "gone", "not in the cluster any more"),
        ({"spec": {}, "status": {}}, "starting", ""),
        ({"spec": {"suspend": True}, "status": {}}, "starting", "suspended"),
        (
            {"spec": {}, "status": {"conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]}},
            "gone",
            "Its pod was deleted.",
        ),
        (
            {"spec": {}, "status": {"conditions": [{"type": "Failed", "status": "True", "reason": "DeadlineExceeded"}]}},
            "gone",
            "It was told to end.",
        ),
    ],
)  # fmt: skip
def test_a_job_without_a_pod_speaks_for_itself(job: dict[str, Any] | None, state: str, words: str) -> None:
    found = Seen(job)
    assert found.state() == state
    assert words in found.why()


def test_an_eviction_is_told_by_its_event_where_the_pod_ended_as_if_by_itself() -> None:
    mount = {"type": "Warning", "reason": "FailedMount", "message": "no such volume"}
    evicted = {"type": "Warning", "reason": "Evicted", "message": "The node was low on resource: memory"}
    ended = seen({"phase": "Succeeded", "containerStatuses": container(terminated={"exitCode": 0})})
    assert ended.why() == ""
    assert why_evicted([mount, evicted]) == (
        "Its pod was evicted from its node: The node was low on resource: memory."
    )
    assert why_evicted([mount]) == ""


def test_the_newest_warning_is_told_and_a_long_pull_too() -> None:
    pulling = {"type": "Normal", "reason": "Pulling", "message": 'Pulling image "a"', "lastTimestamp": "2026-11-21T10:00:01Z"}  # fmt: skip
    mount = {"type": "Warning", "reason": "FailedMount", "message": "no such\nvolume", "lastTimestamp": "2026-11-21T10:00:02Z"}  # fmt: skip
    assert why_events([mount, pulling]) == "FailedMount: no such volume"
    assert why_events([pulling]) == 'Pulling image "a".'
    assert why_events([]) == ""


def test_what_kept_a_pod_from_every_node_is_not_told_once_it_has_one() -> None:
    unplaced = {"type": "Warning", "reason": "FailedScheduling", "message": "0/1 nodes are available.", "lastTimestamp": "2026-11-21T10:00:02Z"}  # fmt: skip
    pulling = {"type": "Normal", "reason": "Pulling", "message": 'Pulling image "a"', "lastTimestamp": "2026-11-21T10:00:01Z"}  # fmt: skip
    assert why_events([unplaced]) == "FailedScheduling: 0/1 nodes are available."
    assert why_events([unplaced], is_placed=True) == ""
    assert why_events([unplaced, pulling], is_placed=True) == 'Pulling image "a".'
