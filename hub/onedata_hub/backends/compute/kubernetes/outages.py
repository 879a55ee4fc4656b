"""Whether the API server is away for a while, of which people are told and for which nothing of ours is to blame."""

from aiohttp import ClientError
from kubernetes_asyncio.client import ApiException

UNANSWERED = "The Kubernetes API server does not answer. Servers and runs go on; try again in a minute."
_LATER = (429, 503, 504)


def why_away(error: BaseException) -> str:
    """Say in a sentence that the API server does not answer: itself, or what stands in front of it.

    Returns:
        The sentence; empty where the error is another.
    """
    is_told = isinstance(error, ApiException) and error.status in _LATER
    if not (is_told or isinstance(error, ClientError)):
        return ""
    return UNANSWERED
