"""Why the cluster does not take a server or run: a quota is used up, a rule forbids it, or nobody answers."""

import contextlib
import json
import re
from collections.abc import Iterator

from aiohttp import ClientError
from kubernetes_asyncio.client import ApiException

from onedata_hub.amounts import resource_in_words
from onedata_hub.backends.compute.base import ComputeError, NeverStarts
from onedata_hub.backends.compute.kubernetes.cluster import Refused
from onedata_hub.backends.compute.kubernetes.quantities import quantity
from onedata_hub.backends.compute.kubernetes.waiting import sentence

# Source: the API server's plugin ResourceQuota; amounts are "requests.memory=1Gi,pods=1".
_QUOTA = re.compile(
    r"exceeded quota: (?P<name>[^,]+), requested: (?P<asked>.+), used: (?P<used>.+), limited: (?P<limit>.+)"
)
_LATER = 429  # and what is the API server's own trouble, from 500 on
_AWAY = (_LATER, 502, 503, 504)
_FAULTS = 500
_FINAL = (400, 403, 422)  # what is asked for is wrong, or forbidden
_OVER_QUOTA = "exceeded quota"
UNANSWERED = "The Kubernetes API server does not answer. Servers and runs go on; try again in a minute."


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


def why_away(error: BaseException) -> str:
    """Say in a sentence that the API server does not answer, itself or what stands in front of it, or has a fault.

    Returns:
        The sentence; empty where the error is another.
    """
    if not isinstance(error, ApiException):
        return UNANSWERED if isinstance(error, ClientError) else ""
    if error.status in _AWAY:
        return UNANSWERED
    if (error.status or 0) < _FAULTS:
        return ""
    return f"The Kubernetes API server has a fault: {sentence(_message(error))} Try again in a minute."


@contextlib.contextmanager
def telling_never(kind: type[ComputeError]) -> Iterator[None]:
    """Tell an error of what is asked for as one that no later try mends; pass on what may pass.

    Args:
        kind: What is such an error here; one of the API server is so by what it says.
    """
    try:
        yield
    except kind as error:
        if not isinstance(error, Refused):
            raise NeverStarts(str(error)) from error
        if error.status not in _FINAL or is_over_quota(error):
            raise
        raise NeverStarts(f"{sentence(str(error))} Tell an administrator of this hub.") from error


def is_over_quota(error: Refused) -> bool:
    """Say whether a quota forbids it now; others may end."""
    return _OVER_QUOTA in str(error)


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
