"""Have a hub on Kubernetes start servers of the profiles that people's groups may have."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from onedata_hub.limits import Limits
from onedata_hub.machine import Machine
from onedata_hub.pods.namespaces import WORKSPACE_OPTION
from onedata_hub.profiles import Profiles, read_profiles
from onedata_hub.server_size import ProfileError
from onedata_hub.settings import SettingsError

_TEMPLATES = Path(__file__).parent.parent / "hub_templates"
# The word of progress after a minute; KubeSpawner puts the seconds in.
_SLOW = "This takes longer than most starts: {seconds} seconds so far. You may close this page; the start goes on."
_SLOW_AGAIN_SECONDS = 30
# What every server is where a site lists no profiles: limits hold there too.
_ONE_FOR_ALL = [{"display_name": "Server", "slug": "server"}]


def configure_pod_servers(
    c: Any, limits: Limits, *, shows_capacity: bool, namespaces: Mapping[str, str] | None = None
) -> None:
    """Put our spawner in KubeSpawner's place, which it is but for its checks and its words.

    Args:
        c: The hub's configuration object, with the profiles in ``KubeSpawner.profile_list``.
        limits: What people may have at once.
        shows_capacity: Whether the hub may read what is free in the cluster, and tells it.
        namespaces: Namespaces of workspaces whose servers are not in the hub's own, by the workspace's name.

    Raises:
        SettingsError: If the profiles are wrong; says where.
    """
    from onedata_hub.pods.spawner import PodSpawner, with_profiles  # with it the cluster's client library

    profiles = _read(c.KubeSpawner.get("profile_list"), limits)
    if namespaces:
        _keep_option_free(profiles)
    c.JupyterHub.spawner_class = PodSpawner
    c.PodSpawner.profiles_for = with_profiles(profiles)
    c.PodSpawner.shows_capacity = shows_capacity
    c.PodSpawner.namespaces = dict(namespaces or {})
    c.JupyterHub.template_paths = [*c.JupyterHub.get("template_paths", []), str(_TEMPLATES)]
    if "slow_spawn_message" not in c.KubeSpawner:
        c.KubeSpawner.slow_spawn_message = _SLOW
        c.KubeSpawner.slow_spawn_message_frequency = _SLOW_AGAIN_SECONDS


def _keep_option_free(profiles: Profiles) -> None:
    for profile in profiles.by_slug.values():
        if WORKSPACE_OPTION in profile.profile_options:
            raise SettingsError(
                f"Value jupyterhub.singleuser.profileList: profile '{profile.slug}' has an option "
                f"'{WORKSPACE_OPTION}', which with namespaces is the platform's own. Rename it and upgrade."
            )


def _read(listed: Any, limits: Limits) -> Profiles:
    # Of a machine nothing is asked where servers are pods: the cluster alone knows what it has.
    machine = Machine(
        cpus=os.cpu_count() or 1, memory_bytes=0, gpus=0, limits_memory=False, limits_cpus=False
    )
    try:
        return read_profiles(listed or _ONE_FOR_ALL, machine=machine, in_pods=True, limits=limits)
    except ProfileError as error:
        raise SettingsError(
            f"Value jupyterhub.singleuser.profileList, {error} Correct it and upgrade."
        ) from error
