"""Why the cluster does not take a server: its quota is used up, a rule forbids it, its namespace cannot be used."""

import json
import re

from kubernetes_asyncio.client import ApiException

from onedata_hub.amounts import resource_in_words
from onedata_hub.backends.compute.kubernetes.quantities import quantity

# Source: the API server's plugin ResourceQuota; amounts are "requests.memory=1Gi,pods=1".
_QUOTA = re.compile(
    r"exceeded quota: (?P<name>[^,]+), requested: (?P<asked>.+), used: (?P<used>.+), limited: (?P<limit>.+)"
)
_LATER = 429  # and what is the API server's own trouble, from 500 on


def why_refused(error: BaseException, namespace: str) -> str:
    """Say in a sentence why the cluster refused a server's pod or volume, or to have its namespace looked at.

    Returns:
        The sentence; empty where the error is no refusal: the API server is away, or something of ours is wrong.
    """
    if not isinstance(error, ApiException) or not 400 <= (error.status or 0) < _LATER:
        return ""
    said = _message(error)
    quota = _QUOTA.search(said)
    if quota is not None:
        return _over_quota(**quota.groupdict())
    return (
        f"Kubernetes refuses it in namespace '{namespace}': {said.rstrip('.')}. "
        "Tell an administrator of this hub."
    )


def _over_quota(name: str, asked: str, used: str, limit: str) -> str:
    taken, most = _amounts(used), _amounts(limit)
    parts = [
        f"It takes {resource_in_words(resource, amount)}, and the quota '{name}' has "
        f"{resource_in_words(resource, most[resource] - taken[resource])} left of "
        f"{resource_in_words(resource, most[resource])}."
        for resource, amount in _amounts(asked).items()
    ]
    return f"{' '.join(parts)} Choose a smaller profile, or have a server or run of the same namespace ended."


def _amounts(listed: str) -> dict[str, float]:
    """Read amounts by the resource's name, as pods ask for it."""
    pairs = (one.strip().partition("=") for one in listed.split(","))
    return {name.removeprefix("requests.").removeprefix("limits."): quantity(text) for name, _, text in pairs}


def _message(error: ApiException) -> str:
    try:
        said = json.loads(error.body or "")["message"]
    except (ValueError, TypeError, KeyError):
        said = error.reason or error.status
    return " ".join(str(said).split())[:600]
