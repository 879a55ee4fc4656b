"""What people are told where the cluster does not take their server."""

import json

import pytest
from kubernetes_asyncio.client import ApiException
from onedata_hub.backends.compute.kubernetes.refusals import why_refused


def refusal(message: str, status: int = 403) -> ApiException:
    error = ApiException(status=status, reason="Forbidden")
    error.body = json.dumps({"message": message})  # type: ignore[assignment]  # the library reads text, too
    return error


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


@pytest.mark.parametrize("error", [refusal("slow down", 429), refusal("broken", 500), RuntimeError("ours")])
def test_what_is_no_refusal_is_left_to_the_hub(error: Exception) -> None:
    assert why_refused(error, "team-a") == ""
