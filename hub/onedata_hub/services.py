"""The services that the hub manages: studio, MLflow and the idle culler."""

import os
import sys
from pathlib import Path
from typing import Any

from onedata_hub.launch.parent import PARENT_PID
from onedata_hub.launch.state import StateFolder
from onedata_hub.limits import SERVER_LIMITS, Limits
from onedata_hub.profiles import load_profiles
from onedata_hub.roles import ACCESS_MLFLOW, ACCESS_STUDIO, CULLER, KEEPER, MLFLOW, STUDIO
from onedata_hub.settings import PlatformSettings

_READY_SECONDS = 60
_WATCH_SECONDS = 2
# What an operator may set for the services beyond our own settings: SMTP and the like, S3 keys and certificates.
_PASSED_ON = ("ONEDATA_STUDIO_", "ONEDATA_MLFLOW_", "AWS_", "MLFLOW_S3_", "SSL_CERT_", "REQUESTS_CA_BUNDLE")


def services(settings: PlatformSettings, state: StateFolder) -> list[dict[str, Any]]:
    """Give the services for ``c.JupyterHub.services``."""
    ports = state.inner_ports()
    made = [
        _web_service(
            STUDIO, "onedata_hub.studio", ports, state, studio_environment(settings, state), ACCESS_STUDIO
        ),
        _web_service(
            MLFLOW,
            "onedata_hub.mlflow_service",
            ports,
            state,
            mlflow_environment(settings, state),
            ACCESS_MLFLOW,
        ),
        {"name": KEEPER, "api_token": state.secret("keeper-token"), "display": False},
    ]
    limits = load_profiles(settings.profiles_file).limits
    if settings.idle_timeout_seconds > 0 or limits.shortest_hours():
        made.append(_culler(settings, state, limits))
    return made


def watch_services_closely() -> None:
    """Have the hub notice within seconds that a service ended, and start it again.

    It looks every 30 s, and hands its services none of its configuration: the class is all there is to change.
    """
    from jupyterhub.services import service as module
    from traitlets import Integer

    class ServiceSpawner(module._ServiceSpawner):  # type: ignore[misc]  # JupyterHub has no type information
        poll_interval = Integer(_WATCH_SECONDS)

    module._ServiceSpawner = ServiceSpawner


def studio_url(settings: PlatformSettings) -> str:
    """Give the studio's address, without a slash at the end."""
    return f"{settings.public_url}/services/{STUDIO}"


def mlflow_url(settings: PlatformSettings) -> str:
    """Give MLflow's address, without a slash at the end."""
    return f"{settings.public_url}/services/{MLFLOW}"


def studio_environment(settings: PlatformSettings, state: StateFolder) -> dict[str, str]:
    """Give the studio's settings as its environment; it is migrated with the same."""
    ours = {
        "ONEDATA_STUDIO_DATABASE_URL": settings.database_url
        or f"sqlite:///{state / 'studio' / 'studio.sqlite'}",
        "ONEDATA_STUDIO_OBJECTS_URL": settings.objects_url or (state / "objects").as_uri(),
        "ONEDATA_STUDIO_SPOOL_DIR": str(state / "spool"),
        "ONEDATA_STUDIO_HOMES_DIR": str(state / "homes"),
        "ONEDATA_STUDIO_PUBLIC_URL": studio_url(settings),
        "ONEDATA_STUDIO_MLFLOW_URL": mlflow_url(settings),
        "ONEDATA_STUDIO_COOKIE_SECRET_FILE": str(state.secret_file("studio-cookie-secret")),
        "ONEDATA_STUDIO_IDENTITY_CACHE_SECONDS": str(settings.identity_cache_seconds),
    }
    if settings.profiles_file:
        ours["ONEDATA_STUDIO_PROFILES_FILE"] = str(settings.profiles_file)
    return ours | _passed_on()


def mlflow_environment(settings: PlatformSettings, state: StateFolder) -> dict[str, str]:
    """Give the MLflow service's settings as its environment."""
    ours = {
        "ONEDATA_MLFLOW_DATABASE_URL": settings.mlflow_database_url
        or f"sqlite:///{state / 'mlflow' / 'mlflow.sqlite'}",
        "ONEDATA_MLFLOW_ARTIFACTS_URL": settings.mlflow_artifacts_url or str(state / "mlflow" / "artifacts"),
        "ONEDATA_MLFLOW_STUDIO_URL": studio_url(settings),
        "ONEDATA_MLFLOW_OUTBOX_DIR": str(state / "mlflow" / "outbox"),
        "ONEDATA_MLFLOW_COOKIE_SECRET_FILE": str(state.secret_file("mlflow-cookie-secret")),
        "ONEDATA_MLFLOW_KEK_FILE": str(state.secret_file("mlflow-kek")),
        "ONEDATA_MLFLOW_IDENTITY_CACHE_SECONDS": str(settings.identity_cache_seconds),
    }
    return ours | _passed_on()


def _web_service(
    name: str, module: str, ports: dict[str, int], state: StateFolder, environment: dict[str, str], scope: str
) -> dict[str, Any]:
    return {
        "name": name,
        "url": f"http://127.0.0.1:{ports[name]}",
        "command": [sys.executable, "-m", module],
        "cwd": str(state / name),
        "environment": environment | _child_environment(),
        "api_token": state.secret(f"{name}-token"),
        "oauth_no_confirm": True,  # they are part of the platform
        # What the token of a logged-in browser may do: use this service as that user, and no more.
        "oauth_client_allowed_scopes": [scope] if name == STUDIO else [scope, ACCESS_STUDIO],
        **_timeout(),
    }


def _timeout() -> dict[str, int]:
    """Give the services time to answer, on hubs that let us say so (6.0 and later; before, it was 30 s)."""
    import jupyterhub

    return {"timeout": _READY_SECONDS} if jupyterhub.version_info[0] >= 6 else {}


def _culler(settings: PlatformSettings, state: StateFolder, limits: Limits) -> dict[str, Any]:
    return {
        "name": CULLER,
        "command": [sys.executable, "-m", "onedata_hub.culler"],
        "cwd": str(state / "run"),
        "environment": {
            "ONEDATA_PUBLIC_URL": settings.public_url,
            "ONEDATA_IDLE_TIMEOUT_SECONDS": str(settings.idle_timeout_seconds),
            SERVER_LIMITS: limits.to_text(),
        }
        | _child_environment(),
        "api_token": state.secret("idle-culler-token"),
        "display": False,
    }


def _child_environment() -> dict[str, str]:
    """Name ourselves, the hub: a service whose hub was killed ends by itself."""
    return {
        PARENT_PID: str(os.getpid()),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }


def _passed_on() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(_PASSED_ON)}
