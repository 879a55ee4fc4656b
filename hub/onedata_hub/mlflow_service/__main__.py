"""``python -m onedata_hub.mlflow_service``: what the hub starts."""

import logging
import os
import secrets
import sys

import httpx
from pydantic import ValidationError

from onedata_hub.identity import HubIdentity
from onedata_hub.identity.oauth import BrowserLogin, OAuthClient
from onedata_hub.launch.parent import exit_with_parent
from onedata_hub.mlflow_service.app import Gate, Parts
from onedata_hub.mlflow_service.backend import Backend
from onedata_hub.mlflow_service.environment import prepare
from onedata_hub.mlflow_service.members import Members
from onedata_hub.mlflow_service.outbox import Outbox
from onedata_hub.mlflow_service.settings import MlflowSettings
from onedata_hub.serving import serve


def assemble(settings: MlflowSettings, environment: dict[str, str]) -> Gate:
    """Make the app of a service that the hub started.

    Raises:
        KeyError: If the hub's variables are not in the environment; names the first.
    """
    http = httpx.AsyncClient(timeout=10.0, limits=httpx.Limits(max_connections=20))
    studio_url = settings.studio_url.rstrip("/")
    secret = (
        settings.cookie_secret_file.read_bytes() if settings.cookie_secret_file else secrets.token_bytes(32)
    )
    parts = Parts(
        backend=Backend(settings),
        identity=HubIdentity(
            environment["JUPYTERHUB_API_URL"],
            environment["JUPYTERHUB_API_TOKEN"],
            cache_seconds=settings.identity_cache_seconds,
        ),
        http=http,
        members=Members(http, studio_url, cache_seconds=settings.membership_cache_seconds),
        outbox=Outbox(settings.outbox_dir),
        login=BrowserLogin(OAuthClient.from_environment(environment), secret),
        studio_url=studio_url,
        service_token=environment["JUPYTERHUB_API_TOKEN"],
        service_name=environment.get("JUPYTERHUB_SERVICE_NAME", "mlflow"),
    )
    return Gate(parts, prefix=environment.get("JUPYTERHUB_SERVICE_PREFIX", ""))


def main() -> int:
    """Serve at the address that JupyterHub gives in ``JUPYTERHUB_SERVICE_URL``; give the exit status."""
    exit_with_parent()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        settings = MlflowSettings()
        prepare(settings)
    except ValidationError as error:
        for wrong in error.errors():
            name = "_".join(str(part) for part in wrong["loc"]).upper()
            print(
                f"Setting ONEDATA_MLFLOW_{name}: {wrong['msg']}. Correct it and start again.", file=sys.stderr
            )
        return 2
    except OSError as error:
        print(f"MLflow cannot start: {error}", file=sys.stderr)
        return 2
    return serve(assemble(settings, dict(os.environ)))


if __name__ == "__main__":
    sys.exit(main())
