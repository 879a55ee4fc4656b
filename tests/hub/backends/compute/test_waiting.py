"""Which container of a pod is asked for: the kubelet lists their states by name, others among them."""

from typing import Any

import pytest
from onedata_hub.backends.compute.kubernetes.reasons import Seen
from onedata_hub.backends.compute.kubernetes.waiting import container_state, why_waiting


def run(phase: str, **state: dict[str, Any]) -> Seen:
    """Give a run whose pod has a proxy of the cluster's own beside it."""
    statuses = [{"name": "istio-proxy", "state": {"running": {}}}, {"name": "runner", "state": state}]
    runner = {"name": "runner", "image": "notebook:1", "resources": {"limits": {"memory": "2147483648"}}}
    pod = {
        "metadata": {"creationTimestamp": "2026-11-21T10:00:00Z"},
        "spec": {
            "restartPolicy": "Never",
            "containers": [runner, {"name": "istio-proxy", "image": "proxy:1"}],
        },
        "status": {"phase": phase, "containerStatuses": statuses},
    }
    return Seen({"metadata": {}, "spec": {}, "status": {}}, [pod])


def test_a_run_whose_image_is_missing_does_not_run_because_a_proxy_beside_it_does() -> None:
    seen = run("Pending", waiting={"reason": "ImagePullBackOff", "message": "Back-off pulling image"})
    assert seen.state() == "starting"
    assert seen.why() == "The image 'notebook:1' cannot be had (ImagePullBackOff): Back-off pulling image."


def test_a_run_that_took_too_much_memory_is_told_beside_a_proxy_too() -> None:
    seen = run("Failed", terminated={"exitCode": 137, "reason": "OOMKilled"})
    assert "It used more memory than its pod may have (2,048 MiB)" in seen.why()


def test_a_run_is_over_when_its_runner_is_whatever_runs_on_beside_it() -> None:
    seen = run("Running", terminated={"exitCode": 137, "reason": "OOMKilled"})
    assert seen.state() == "gone"
    assert "It used more memory than its pod may have (2,048 MiB)" in seen.why()
    assert run("Running", terminated={"exitCode": 0}).state() == "gone"


def test_a_runner_that_its_pod_starts_again_is_not_over() -> None:
    seen = run("Running", terminated={"exitCode": 1})
    seen.pods[0]["spec"]["restartPolicy"] = "OnFailure"
    assert seen.state() == "starting"


@pytest.mark.parametrize("statuses", [None, [], [{"name": "istio-proxy", "state": {"running": {}}}]])
def test_a_container_of_which_nothing_is_told_yet_has_no_state(statuses: list[dict[str, Any]] | None) -> None:
    assert container_state({"status": {"containerStatuses": statuses}}, "runner") == {}


def test_why_a_pod_waits_is_told_of_the_container_that_is_asked_for() -> None:
    pods = [
        {
            "spec": {"containers": [{"name": name, "image": "model:1"}]},
            "status": {
                "containerStatuses": [{"name": name, "state": {"waiting": {"reason": "ErrImagePull"}}}]
            },
        }
        for name in ("runner", "notebook", "served")
    ]
    assert [why_waiting(pod, "served") for pod in pods] == [
        "",
        "",
        "The image 'model:1' cannot be had (ErrImagePull): no more is said.",
    ]


def test_an_init_container_that_cannot_be_started_is_why_all_wait() -> None:
    pod = {
        "spec": {"containers": [{"name": "notebook", "image": "notebook:1"}]},
        "status": {
            "initContainerStatuses": [
                {"name": "first", "state": {"terminated": {"exitCode": 0}}},
                {
                    "name": "second",
                    "state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such"}},
                },
                {"name": "third", "state": {"waiting": {"reason": "PodInitializing"}}},
            ],
            "containerStatuses": [{"name": "notebook", "state": {"waiting": {"reason": "PodInitializing"}}}],
        },
    }
    said = "Its init container 'second' cannot be started (ImagePullBackOff): no such."
    assert why_waiting(pod, "notebook") == said
