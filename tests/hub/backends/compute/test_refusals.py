"""What people are told where the cluster does not take their server."""

import json
from typing import Any

import pytest
from kubernetes_asyncio.client import ApiException
from onedata.contract.environment import PROFILE
from onedata_hub.backends.compute.base import NeverStarts, StartRequest
from onedata_hub.backends.compute.kubernetes import KubernetesCompute, PodSettings
from onedata_hub.backends.compute.kubernetes.cluster import Cluster, Refused
from onedata_hub.backends.compute.kubernetes.refusals import UNANSWERED, why_away, why_refused

from tests.support.runner import make_spec


def refusal(message: str, status: int = 403) -> ApiException:
    error = ApiException(status=status, reason="Forbidden")
    error.body = json.dumps({"message": message})  # type: ignore[assignment]  # the library reads text, too
    return error


class ClusterThatRefusesSecrets(Cluster):
    """Takes a Job, and answers to its Secret as an API server does that will not have it."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__()
        self._refusal = Refused(status, reason, f"Kubernetes refused secrets: {message}")

    async def create(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path == "v1:secrets":
            raise self._refusal
        return {**body, "metadata": {**body["metadata"], "uid": "a1"}}


def a_run(**profile: Any) -> StartRequest:
    return StartRequest(make_spec("http://studio.test"), b"{}", {PROFILE: "gpu"}, profile=profile)


async def test_a_run_that_asks_for_what_its_pod_cannot_have_never_starts() -> None:
    with pytest.raises(NeverStarts, match="'gpu' asks for 'extra_containers'"):
        await KubernetesCompute(Cluster("nobody-is-asked"), PodSettings()).start(a_run(extra_containers=[]))


async def test_a_run_without_an_image_never_starts() -> None:
    with pytest.raises(NeverStarts, match="No image is named"):
        await KubernetesCompute(Cluster("nobody-is-asked"), PodSettings()).start(a_run())


@pytest.mark.parametrize(
    ("status", "reason", "message"),
    [
        (403, "Forbidden", "it is forbidden"),
        (422, "Invalid", "it is invalid"),
        (400, "BadRequest", "it is bad"),
    ],
)
async def test_what_the_api_server_forbids_or_does_not_understand_never_starts_and_says_whom_to_tell(
    status: int, reason: str, message: str
) -> None:
    cluster = ClusterThatRefusesSecrets(status, reason, message)
    with pytest.raises(NeverStarts, match=f"{message}. Tell an administrator of this hub."):
        await KubernetesCompute(cluster, PodSettings({"image": "a"})).start(a_run())


@pytest.mark.parametrize(
    ("status", "reason", "message"),
    [
        (403, "Forbidden", "it is forbidden: exceeded quota: team, requested: count/secrets=1"),
        (409, "Conflict", 'Operation cannot be fulfilled on resourcequotas "team"'),
        (404, "NotFound", 'namespaces "team" not found'),
        (401, "Unauthorized", "Unauthorized"),
    ],
)
async def test_what_may_pass_is_no_reason_to_give_a_start_up(status: int, reason: str, message: str) -> None:
    cluster = ClusterThatRefusesSecrets(status, reason, message)
    with pytest.raises(Refused, match=message):
        await KubernetesCompute(cluster, PodSettings({"image": "a"})).start(a_run())


async def test_a_secret_that_another_start_has_made_is_kept() -> None:
    cluster = ClusterThatRefusesSecrets(409, "AlreadyExists", "it is there")
    request = a_run()
    assert await KubernetesCompute(cluster, PodSettings({"image": "a"})).start(request) == request.reference


@pytest.mark.parametrize(
    ("amounts", "words"),
    [
        (
            "requested: requests.nvidia.com/gpu=2, used: requests.nvidia.com/gpu=3, limited: requests.nvidia.com/gpu=4",
            "It takes 2 GPUs, and the quota 'team' has 1 GPU left of 4 GPUs.",
        ),
        (
            "requested: limits.memory=8Gi,requests.cpu=500m, used: limits.memory=60Gi,requests.cpu=16, "
            "limited: limits.memory=64Gi,requests.cpu=16",
            "It takes 8 GB of memory, and the quota 'team' has 4 GB of memory left of 64 GB of memory. "
            "It takes 0.5 CPUs, and the quota 'team' has 0 CPUs left of 16 CPUs.",
        ),
        (
            "requested: persistentvolumeclaims=1, used: persistentvolumeclaims=5, limited: persistentvolumeclaims=5",
            "It takes 1 persistentvolumeclaims, and the quota 'team' has 0 persistentvolumeclaims left",
        ),
    ],
)
def test_a_quota_is_told_in_the_words_of_profiles(amounts: str, words: str) -> None:
    said = why_refused(refusal(f'pods "jupyter-ann" is forbidden: exceeded quota: team, {amounts}'), "team-a")
    assert said.startswith(words)
    assert said.endswith("Choose a smaller profile, or have a server or run of the same namespace ended.")


def test_another_refusal_is_told_as_the_cluster_words_it() -> None:
    said = why_refused(
        refusal('pods "jupyter-ann" is forbidden: failed quota: team: must specify cpu.'), "team-a"
    )
    assert (
        "in namespace 'team-a': pods \"jupyter-ann\" is forbidden: failed quota: team: must specify cpu."
        in said
    )
    empty = ApiException(status=404, reason="Not Found")
    assert "'team-a': Not Found. Tell an administrator" in why_refused(empty, "team-a")


class ClusterWithAFullQuota(Cluster):
    """Refuses every Job, as an API server does before it says that one is there; perhaps this very one is."""

    def __init__(self, *, holds_job: bool) -> None:
        super().__init__()
        self._holds_job = holds_job
        self._job: dict[str, Any] = {}
        self.secrets = 0

    async def create(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path == "v1:secrets":
            self.secrets += 1
            return body
        self._job = {**body, "metadata": {**body["metadata"], "uid": "a1"}}
        raise Refused(403, "Forbidden", "exceeded quota: team, requested: count/jobs.batch=1")

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        if not self._holds_job:
            raise Refused(404, "NotFound", "it is not there")
        return self._job

    async def list(self, path: str, **query: Any) -> dict[str, Any]:
        return {"items": [], "metadata": {}}


async def test_a_start_whose_own_job_fills_the_quota_is_completed() -> None:
    request, cluster = a_run(), ClusterWithAFullQuota(holds_job=True)
    assert await KubernetesCompute(cluster, PodSettings({"image": "a"})).start(request) == request.reference
    assert cluster.secrets == 1


async def test_a_full_quota_without_the_job_is_told_and_may_pass() -> None:
    cluster = ClusterWithAFullQuota(holds_job=False)
    with pytest.raises(Refused, match="exceeded quota: team"):
        await KubernetesCompute(cluster, PodSettings({"image": "a"})).start(a_run())


def test_a_fault_of_the_api_server_is_told_in_its_words_and_is_none_of_the_hubs() -> None:
    assert why_away(refusal("etcdserver: request timed out", 500)) == (
        "The Kubernetes API server has a fault: etcdserver: request timed out. Try again in a minute."
    )
    assert [why_away(refusal("away", status)) for status in (429, 502, 503, 504)] == [UNANSWERED] * 4
    assert why_away(refusal("forbidden", 403)) == why_away(RuntimeError("ours")) == ""


@pytest.mark.parametrize("error", [refusal("slow down", 429), refusal("broken", 500), RuntimeError("ours")])
def test_what_is_no_refusal_is_left_to_the_hub(error: Exception) -> None:
    assert why_refused(error, "team-a") == ""
