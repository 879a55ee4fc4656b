"""Put the context together from settings and the environment that the hub gives its services."""

import os
import secrets

from onedata_hub.backends.compute.base import ComputeBackend
from onedata_hub.backends.compute.opening import open_compute
from onedata_hub.backends.objects import open_store
from onedata_hub.identity import HubIdentity
from onedata_hub.identity.oauth import BrowserLogin, OAuthClient
from onedata_hub.studio.context import Context
from onedata_hub.studio.database import Database
from onedata_hub.studio.settings import StudioSettings


def assemble(settings: StudioSettings) -> Context:
    """Make the context of a studio that runs as a service of JupyterHub.

    Raises:
        KeyError: If the hub's variables are not in the environment; names the first.
        ValueError: If a URL in the settings is of no known kind, or the pods' settings are wrong; says why.
    """
    environment = dict(os.environ)
    identity = HubIdentity(
        environment["JUPYTERHUB_API_URL"],
        environment["JUPYTERHUB_API_TOKEN"],
        cache_seconds=settings.identity_cache_seconds,
    )
    return Context(
        settings=settings,
        database=Database(settings.database_url),
        identity=identity,
        objects=open_store(settings.objects_url),
        compute=_compute(settings),
        login=BrowserLogin(OAuthClient.from_environment(environment), _cookie_secret(settings)),
        service_name=environment.get("JUPYTERHUB_SERVICE_NAME", "studio"),
    )


def _compute(settings: StudioSettings) -> ComputeBackend:
    return open_compute(
        settings.compute,
        spool_dir=settings.spool_dir,
        homes_dir=settings.homes_dir,
        namespace=settings.kubernetes_namespace,
        namespaces=settings.kubernetes_namespaces,
        pod_file=settings.kubernetes_pod_file,
        job_ttl_seconds=settings.kubernetes_job_ttl_seconds,
    )


def _cookie_secret(settings: StudioSettings) -> bytes:
    if settings.cookie_secret_file is None:
        return secrets.token_bytes(32)
    return settings.cookie_secret_file.read_bytes()
