"""Wire JupyterHub as the platform needs it: ``configure(c)`` is all that its configuration file calls."""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from onedata.contract.environment import CACHE_DIR, IDLE_TIMEOUT, STUDIO_URL

from onedata_hub.groups import drop_former_members, load_groups
from onedata_hub.hub_database import keep_journal
from onedata_hub.lab_arguments import lab_arguments
from onedata_hub.launch.parent import PARENT_PID, exit_with_parent
from onedata_hub.launch.state import StateFolder
from onedata_hub.login import configure_login
from onedata_hub.machine import SHARED_CORES
from onedata_hub.profiles import Profiles, load_profiles
from onedata_hub.roles import load_roles
from onedata_hub.server_form import read_form, render_form
from onedata_hub.services import mlflow_url, services, studio_url, watch_services_closely
from onedata_hub.settings import PlatformSettings, load_settings
from onedata_hub.spawner import LocalSpawner, check_choice
from onedata_hub.start_check import groups_of, notes_of
from onedata_hub.tracking import tracking_environment

_ACTIVITY_SECONDS = 30
_STOP_SECONDS = 5
_HUB_GRACE_SECONDS = 60.0
# What a user's server needs from the hub's environment. Everything else of it stays with us.
_KEPT = ["LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR",
         "REQUESTS_CA_BUNDLE", "PIP_INDEX_URL", "PIP_CERT"]  # fmt: skip


def configure(c: Any, settings: PlatformSettings | None = None) -> None:
    """Configure a hub on one machine.

    Args:
        c: The hub's configuration object, from ``get_config()``.
        settings: The platform's settings; read from environment and file where none are given.

    Raises:
        SettingsError: If a setting is wrong.
        ProfileError: If the profile file is.
    """
    if PARENT_PID in os.environ:
        # Started by `onedata up`: no hub is left behind where that is killed. It has servers to stop.
        exit_with_parent(grace_seconds=_HUB_GRACE_SECONDS)
    settings = settings or load_settings()
    state = StateFolder(settings.home)
    state.make()
    _configure_hub(c, settings, state)
    _configure_proxy(c, settings, state)
    configure_login(c, settings, state)
    _configure_spawner(c, settings, state)
    c.JupyterHub.load_roles = load_roles()
    c.JupyterHub.services = services(settings, state)
    watch_services_closely()
    if not settings.openid_issuer:  # there groups are the provider's, and the hub takes no others
        c.JupyterHub.load_groups = load_groups(settings.workspaces)
        drop_former_members(c.JupyterHub.db_url, settings.workspaces)


def _configure_hub(c: Any, settings: PlatformSettings, state: StateFolder) -> None:
    c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{state.inner_ports()['hub']}"
    c.JupyterHub.db_url = settings.hub_database_url or f"sqlite:///{state / 'hub' / 'jupyterhub.sqlite'}"
    keep_journal(c)
    c.JupyterHub.upgrade_db = True
    c.JupyterHub.cookie_secret_file = str(state.secret_file("hub-cookie-secret"))
    c.JupyterHub.last_activity_interval = (
        _ACTIVITY_SECONDS  # also how often routes are compared with the proxy's
    )
    c.JupyterHub.cleanup_servers = True  # Ctrl-C stops everything
    c.JupyterHub.authenticate_prometheus = True


def _configure_proxy(c: Any, settings: PlatformSettings, state: StateFolder) -> None:
    """Run the proxy beside the hub and not under it: people keep working while a hub restarts."""
    c.JupyterHub.bind_url = f"{settings.public_url}/"
    c.ConfigurableHTTPProxy.should_start = False
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{state.inner_ports()['proxy']}"
    c.ConfigurableHTTPProxy.auth_token = state.secret("proxy-token")


def _configure_spawner(c: Any, settings: PlatformSettings, state: StateFolder) -> None:
    profiles = load_profiles(settings.profiles_file)
    c.JupyterHub.spawner_class = LocalSpawner
    c.LocalSpawner.homes_dir = str(state / "homes")
    c.LocalSpawner.sockets_dir = str(state.sockets_folder())
    c.LocalSpawner.logs_dir = str(state / "logs" / "servers")
    c.Spawner.options_form = _form_of(profiles)
    c.Spawner.options_from_form = read_form
    c.Spawner.pre_spawn_hook = partial(check_choice, profiles)
    # Whatever is in a home, its server starts; and no file or package in it is taken for a library of the server.
    server = [sys.executable, "-s", "-P", "-m", "jupyterhub.singleuser"]
    c.Spawner.cmd = [sys.executable, "-I", "-m", "onedata.home.start", *server]
    c.Spawner.args = _server_arguments(settings)
    c.Spawner.default_url = "/lab"
    c.Spawner.start_timeout = c.Spawner.http_timeout = settings.start_timeout_seconds
    c.Spawner.poll_interval = 5
    c.Spawner.env_keep = _KEPT
    c.Spawner.environment = _server_environment(settings, state)
    c.LocalProcessSpawner.interrupt_timeout = c.LocalProcessSpawner.term_timeout = _STOP_SECONDS


def _form_of(profiles: Profiles) -> Callable[[LocalSpawner], str]:
    """Give what draws a user's form; a function, since traitlets copies any other value deeply."""

    def draw(spawner: LocalSpawner) -> str:
        own = profiles.of(groups_of(spawner.user))
        return render_form(own, notes=partial(notes_of, own, spawner), last=spawner.orm_spawner.user_options)

    return draw


def _server_environment(settings: PlatformSettings, state: StateFolder) -> dict[str, str]:
    programs = Path(sys.executable).parent
    return {
        "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "VIRTUAL_ENV": sys.prefix,
        "JUPYTER_CONFIG_PATH": str(Path(__file__).parent / "server_config"),  # no question about news
        "JUPYTERHUB_ACTIVITY_INTERVAL": str(_ACTIVITY_SECONDS),
        STUDIO_URL: studio_url(settings),
        IDLE_TIMEOUT: str(settings.idle_timeout_seconds),  # the status bar says when that is near
        CACHE_DIR: str(state / "cache"),
        **tracking_environment(mlflow_url(settings)),
        **SHARED_CORES,
    } | settings.server_environment


def _server_arguments(settings: PlatformSettings) -> list[str]:
    arguments = lab_arguments(settings.identity_cache_seconds)
    if os.geteuid() == 0:  # in a container; elsewhere Jupyter is right to refuse
        arguments.append("--allow-root")
    return arguments
