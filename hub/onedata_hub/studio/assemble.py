"""Put the context together from settings and the environment that the hub gives its services."""

import os
import secrets

from onedata_hub.backends.compute.local import LocalCompute
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
        ValueError: If a URL in the settings is of no known kind; says which are.
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
        compute=LocalCompute(settings.spool_dir),
        login=BrowserLogin(OAuthClient.from_environment(environment), _cookie_secret(settings)),
        service_name=environment.get("JUPYTERHUB_SERVICE_NAME", "studio"),
    )


def _cookie_secret(settings: StudioSettings) -> bytes:
    if settings.cookie_secret_file is None:
        return secrets.token_bytes(32)
    return settings.cookie_secret_file.read_bytes()
