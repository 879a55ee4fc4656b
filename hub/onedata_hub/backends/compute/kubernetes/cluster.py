"""Speaks to the API server: plain JSON in and out, and errors that say what is true.

The client library brings the connection, the credentials and their renewal. Its models are left
out: they cost more to fill than all the rest, and hide fields that are newer than they are.
"""

import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
from kubernetes_asyncio.client import ApiClient, Configuration
from kubernetes_asyncio.config import ConfigException, load_incluster_config, load_kube_config

from onedata_hub.backends.compute.base import ComputeError

Json = dict[str, Any]

_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 20.0
_PAGE = 500
_MERGE_PATCH = "application/merge-patch+json"


class ClusterAway(ComputeError):
    """The API server does not answer now; it may later."""


class Refused(ComputeError):
    """The API server answered, and said no.

    Attributes:
        status: The HTTP status.
        reason: The machine's word for it, such as ``AlreadyExists``.
    """

    def __init__(self, status: int, reason: str, message: str) -> None:
        self.status = status
        self.reason = reason
        super().__init__(message)


class Cluster:
    """One namespace of a cluster.

    Args:
        namespace: Its name; empty is the one this pod is in, or else the kubeconfig's.
        kubeconfig: The file that says how to reach it; by default a pod's own account, or else KUBECONFIG.
        server: An address to use in place of the configured one.
    """

    def __init__(self, namespace: str = "", *, kubeconfig: Path | None = None, server: str = "") -> None:
        self._namespace = namespace
        self._kubeconfig = kubeconfig
        self._server = server
        self._api: ApiClient | None = None
        self.requests = 0  # how many were sent: what a run costs the API server is measured with it

    async def namespace(self) -> str:
        """Name the namespace.

        Raises:
            ComputeError: If there is no configuration to reach a cluster with.
        """
        await self._connected()
        return self._namespace

    async def get(self, path: str, **query: Any) -> Json:
        """Read one object. ``path`` begins after the namespace, as in ``jobs/name`` of ``batch/v1``."""
        return await self._request("GET", path, query=query)

    async def list(self, path: str, **query: Any) -> Json:
        """Read a whole list, page by page; ``metadata.resourceVersion`` is that of all of it."""
        found = await self._request("GET", path, query={**query, "limit": _PAGE})
        items, more = found["items"], found["metadata"].get("continue")
        while more:
            page = await self._request("GET", path, query={**query, "limit": _PAGE, "continue": more})
            items.extend(page["items"])
            more = page["metadata"].get("continue")
        return found

    async def create(self, path: str, body: Json) -> Json:
        """Make an object."""
        return await self._request("POST", path, body=body)

    async def patch(self, path: str, body: Json) -> Json:
        """Change the fields of an object that are given."""
        return await self._request("PATCH", path, body=body, content_type=_MERGE_PATCH)

    async def delete(self, path: str, body: Json) -> Json:
        """Delete an object."""
        return await self._request("DELETE", path, body=body)

    @contextlib.asynccontextmanager
    async def stream(self, path: str, silence_seconds: float, **query: Any) -> AsyncIterator[Any]:
        """Open an answer that comes in pieces; it is cut when nothing comes for ``silence_seconds``.

        Raises:
            ClusterAway: If the connection fails or is cut, also within the block.
            Refused: If the API server says no.
        """
        timeout = aiohttp.ClientTimeout(sock_connect=_CONNECT_SECONDS, sock_read=silence_seconds)
        try:
            answer = await self._send("GET", path, query, None, "application/json", timeout)
            try:
                if answer.status >= 400:
                    raise _refusal(answer.status, await answer.read(), path)
                yield answer.content
            finally:
                answer.close()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ClusterAway(f"The Kubernetes API server does not answer ({_said(error)}).") from error

    async def close(self) -> None:
        """Close the connections."""
        if self._api is not None:
            await self._api.close()
            self._api = None

    async def _request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Json | None = None,
        content_type: str = "application/json",
    ) -> Json:
        timeout = aiohttp.ClientTimeout(total=_ANSWER_SECONDS, sock_connect=_CONNECT_SECONDS)
        try:
            answer = await self._send(method, path, query or {}, body, content_type, timeout)
            content = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ClusterAway(f"The Kubernetes API server does not answer ({_said(error)}).") from error
        if answer.status >= 400:
            raise _refusal(answer.status, content, path)
        found: Json = json.loads(content)
        return found

    async def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any],
        body: Json | None,
        content_type: str,
        patience: aiohttp.ClientTimeout,
    ) -> aiohttp.ClientResponse:
        api = await self._connected()
        group, _, rest = path.partition(":")  # "batch/v1:jobs/name"; the core group is "v1"
        root = f"/apis/{group}" if "/" in group else f"/api/{group}"
        self.requests += 1
        answer: aiohttp.ClientResponse = await api.call_api(
            f"{root}/namespaces/{self._namespace}/{rest}",
            method,
            query_params=list(query.items()),
            header_params={"Accept": "application/json", "Content-Type": content_type},
            body=body,
            auth_settings=["BearerToken"],
            _preload_content=False,
            _request_timeout=patience,
        )
        return answer

    async def _connected(self) -> ApiClient:
        if self._api is None:
            configuration = Configuration()
            try:
                await self._configure(configuration)
            except (ConfigException, OSError) as error:
                raise ComputeError(
                    f"There is no configuration of a Kubernetes cluster ({error}). Run the studio in a pod with "
                    "a service account, or set KUBECONFIG."
                ) from error
            configuration.host = self._server or configuration.host
            self._api = ApiClient(configuration)
        return self._api

    async def _configure(self, configuration: Configuration) -> None:
        if self._kubeconfig is None and (_SERVICE_ACCOUNT / "token").exists():
            load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]  # it has none
            self._namespace = self._namespace or (_SERVICE_ACCOUNT / "namespace").read_text().strip()
        else:
            file = str(self._kubeconfig) if self._kubeconfig else None
            loader = await load_kube_config(config_file=file, client_configuration=configuration)
            context: Any = loader.current_context
            self._namespace = self._namespace or context["context"].safe_get("namespace") or "default"


def _refusal(status: int, content: bytes, path: str) -> ComputeError:
    try:
        said = json.loads(content)
        reason, message = str(said.get("reason", "")), str(said.get("message", ""))
    except (ValueError, AttributeError):
        reason, message = "", content[:300].decode("utf-8", "replace")
    if status >= 500 or status == 429:
        return ClusterAway(f"The Kubernetes API server says {status} ({message}).")
    return Refused(status, reason, f"Kubernetes refused {path.partition(':')[2]}: {message}")


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
