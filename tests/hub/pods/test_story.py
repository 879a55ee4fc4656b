"""How a start goes, in words: the objects are as a Kubernetes 1.36 wrote them, shortened."""

from typing import Any

import pytest
from onedata_hub.pods.story import Story

TIMEOUT = 300.0


def pod(
    message: str = "", *, on: str = "", waiting: dict[str, str] | None = None, **limits: str
) -> dict[str, Any]:
    status: dict[str, Any] = {"phase": "Pending"}
    if message:
        status["conditions"] = [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
        ]
    if waiting:
        own = {"name": "notebook", "state": {"running": None, "waiting": waiting}}
        status["containerStatuses"] = [{"name": "istio-proxy", "state": {"running": {}}}, own]
    container = {"name": "notebook", "image": "notebook:1", "resources": {"limits": limits}}
    proxy = {"name": "istio-proxy", "image": "proxy:1"}  # what a cluster puts into each pod, first or last
    return {
        "metadata": {},
        "spec": {"containers": [proxy, container]} | ({"nodeName": on} if on else {}),
        "status": status,
    }


def event(reason: str, message: str = "", *, of: str = "") -> dict[str, Any]:
    return {"reason": reason, "message": message, "involvedObject": {"fieldPath": of} if of else {}}


def told(found: dict[str, Any] | None, *events: dict[str, Any]) -> str:
    return Story(found, list(events), TIMEOUT).now().words


@pytest.mark.parametrize(
    ("message", "limits", "words"),
    [
        (
            "0/3 nodes are available: 1 node(s) had untolerated taint {own: team}, 2 Insufficient nvidia.com/gpu. "
            "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
            {"nvidia.com/gpu": "2"},
            "It waits for 2 GPUs: no machine has that free now.",
        ),
        (
            "0/2 nodes are available: 2 Insufficient memory, 1 Insufficient cpu.",
            {"memory": "68719476736", "cpu": "4"},
            "It waits for 64 GB of memory and 4 CPUs: no machine has that free now.",
        ),
        (
            "0/1 nodes are available: 1 Insufficient nvidia.com/mig-1g.10gb. no new claims to deallocate, preemption: 0/1 nodes",
            {"nvidia.com/mig-1g.10gb": "1"},
            "It waits for 1 GPU slice (1g.10gb): no machine has that free now.",
        ),
        ("0/2 nodes are available: 2 Too many pods.", {}, "every machine has as many servers and runs as it may"),
        (
            "0/2 nodes are available: 1 node(s) had volume node affinity conflict, 1 node(s) were unschedulable.",
            {},
            "It waits: the machine that has its volume cannot take it.",
        ),
        (
            "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
            {},
            "It waits: no machine is of the kind that its profile asks for.",
        ),
        (
            "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.",
            {},
            "It waits: the machines are not ready.",
        ),
        (
            "0/1 nodes are available: 1 node(s) had untolerated taint(s). no new claims to deallocate, preemption: 0/1",
            {},
            "It waits: the machines are kept for others, or are not fit for use now.",
        ),
        ("0/1 nodes are available: 1 something new.", {}, "No machine can take it now: 1 something new."),
    ],
)  # fmt: skip
def test_what_the_scheduler_says_is_put_into_words(message: str, limits: dict[str, str], words: str) -> None:
    assert words in told(pod(message, **limits))


def test_waiting_says_when_it_starts_and_when_it_is_given_up() -> None:
    said = told(pod("0/1 nodes are available: 1 Insufficient nvidia.com/gpu.", **{"nvidia.com/gpu": "1"}))
    assert said.endswith("It starts as soon as there is room, and is given up after 5 minutes.")


def test_machine_that_is_being_added_is_told() -> None:
    waiting = pod("0/1 nodes are available: 1 Insufficient cpu.", cpu="2")
    assert "A machine is being added to the cluster" in told(waiting, event("TriggeredScaleUp"))


def test_steps_follow_one_another() -> None:
    placed = pod(on="gpu-1")
    events: list[dict[str, Any]] = []
    steps = [Story(None, [], TIMEOUT).now(), Story(pod(), [], TIMEOUT).now()]
    for reason in ("Scheduled", "Pulling", "Pulled", "Created", "Started"):
        events.append(event(reason, of="spec.containers{notebook}"))
        steps.append(Story(placed, events, TIMEOUT).now())
    percents = [step.percent for step in steps]
    assert percents == sorted(percents)
    assert "The image is being fetched" in steps[3].words
    assert "runs" in steps[-1].words


@pytest.mark.parametrize(
    ("waiting", "words"),
    [
        (
            {"reason": "ImagePullBackOff", "message": "Back-off pulling image"},
            "The image 'notebook:1' cannot be had (ImagePullBackOff): Back-off pulling image.",
        ),
        (
            {"reason": "CreateContainerConfigError", "message": 'secret "x" not found'},
            'Its container cannot be started (CreateContainerConfigError): secret "x" not found.',
        ),
    ],
)
def test_fault_of_a_container_is_told(waiting: dict[str, str], words: str) -> None:
    assert told(pod(on="a", waiting=waiting), event("Pulling")) == words


@pytest.mark.parametrize(
    "other", ["spec.initContainers{block-cloud-metadata}", "spec.containers{istio-proxy}"]
)
def test_another_container_that_has_started_is_not_the_server(other: str) -> None:
    sooner = [event(reason, of=other) for reason in ("Pulled", "Created", "Started")]
    pulling = event("Pulling", of="spec.containers{notebook}")
    assert "The image is being fetched" in told(pod(on="a"), *sooner, pulling)


def test_volume_that_cannot_be_mounted_is_told() -> None:
    said = told(pod(on="a", waiting={"reason": "ContainerCreating"}), event("FailedMount", "no such\nclaim"))
    assert said == "Its volume cannot be mounted yet: no such claim"
