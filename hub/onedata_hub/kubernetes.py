"""Wire a hub on Kubernetes: what Zero to JupyterHub's configuration calls when its own is done.

That chart configures hub, proxy and KubeSpawner from its values, and holds the services' tokens. Here the
platform's part is added: its roles, where its services are, and what every server is told.
"""

import os
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit, urlunsplit

from onedata.contract.environment import (
    CACHE_DIR,
    IDLE_TIMEOUT,
    PROFILE,
    PROFILE_OPTIONS,
    STUDIO_URL,
    WORKSPACE,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from onedata_hub.groups import drop_former_members, load_groups
from onedata_hub.hub_database import keep_journal
from onedata_hub.lab_arguments import lab_arguments
from onedata_hub.limits import SERVER_LIMITS, Limits
from onedata_hub.login import check_login
from onedata_hub.machine import SHARED_CORES
from onedata_hub.naming import is_workspace_group
from onedata_hub.pods.homes import with_pods_beside_homes
from onedata_hub.pods.namespaces import WORKSPACE_OPTION, workspace_of
from onedata_hub.pods.servers import configure_pod_servers
from onedata_hub.roles import ACCESS_MLFLOW, ACCESS_STUDIO, CULLER, KEEPER, MLFLOW, STUDIO, load_roles
from onedata_hub.server_size import options_text
from onedata_hub.settings import SettingsError
from onedata_hub.tracking import tracking_environment

# Where the chart puts the services, and where studio and servers alike mount the volume of objects.
_ADDRESSES = {STUDIO: "http://studio-api:8000", MLFLOW: "http://mlflow:8000"}
_OBJECTS_FOLDER = "/srv/onedata/objects"
_OBJECTS_CLAIM = "onedata-objects"
_HUB_API_HERE = "http://127.0.0.1:8081/hub/api"
_CHECK_SECONDS = 1.0  # a start is checked in milliseconds; one that goes on is answered 202 then
_CACHE_FOLDER = "/tmp/onedata-cache"  # noqa: S108 - the pod is the user's own


_NamespaceName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]


class _Values(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")


class Volume(_Values):
    """The volume of objects. Its size and class concern the chart alone."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore")

    existing_claim: str = ""


class Objects(_Values):
    """Where bytes live; of S3 the hub needs to know nothing."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore")

    type: Literal["pvc", "s3"] = "pvc"
    pvc: Volume = Field(default_factory=Volume)


class KubernetesSettings(_Values):
    """The chart's ``global.onedata`` values, which both hub and services know."""

    public_url: str = ""
    idle_timeout_seconds: int = Field(default=3600, ge=0)
    identity_cache_seconds: int = Field(default=10, ge=1, le=300)
    workspaces: dict[str, list[str]] = Field(default_factory=dict)
    objects: Objects = Field(default_factory=Objects)
    limits: Limits = Field(default_factory=Limits)
    show_capacity: bool = False
    namespaces: dict[str, _NamespaceName] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _can_have_namespaces(self) -> "KubernetesSettings":
        for workspace in self.namespaces:
            if not is_workspace_group(workspace):
                raise ValueError(
                    f"namespaces names '{workspace}', which can be no workspace that people share"
                )
        counted = Counter(self.namespaces.values())
        shared = [name for name, count in counted.items() if count > 1]
        if shared:
            raise ValueError(
                f"two workspaces of namespaces have '{shared[0]}'; homes of one would be in the other"
            )
        if self.namespaces and self.objects.type != "s3":
            raise ValueError(
                "with namespaces, objects.type must be s3: a volume is mounted in one namespace alone"
            )
        return self


def configure_kubernetes(c: Any, values: Mapping[str, Any], *, proxy: str = "proxy-public") -> None:
    """Add the platform to a hub that Zero to JupyterHub has configured.

    Args:
        c: The hub's configuration object.
        values: The chart's ``global.onedata``.
        proxy: The Service of the proxy that people reach.

    Raises:
        SettingsError: If a value is wrong or unknown; names it.
    """
    try:
        settings = KubernetesSettings.model_validate(values)
    except ValidationError as error:
        wrong = error.errors()[0]
        place = ".".join(str(part) for part in wrong["loc"])
        raise SettingsError(
            f"Value global.onedata{place and '.'}{place}: {wrong['msg']}. Correct it and upgrade."
        ) from error
    check_login(c, settings.workspaces)
    keep_journal(c)
    if settings.namespaces:
        proxy = _make_reachable(c, settings, proxy)
    public_url = settings.public_url.rstrip("/") or f"http://{proxy}"
    _add_services(c, settings, public_url)
    _keep_routes(c)
    _answer_refusals(c)
    _configure_servers(c, settings, public_url)
    configure_pod_servers(
        c, settings.limits, shows_capacity=settings.show_capacity, namespaces=settings.namespaces
    )
    if (
        settings.workspaces
    ):  # with groups from the identity provider the hub takes none from its configuration
        c.JupyterHub.load_groups = load_groups(settings.workspaces)
        drop_former_members(c.JupyterHub.db_url, settings.workspaces)


def _make_reachable(c: Any, settings: KubernetesSettings, proxy: str) -> str:
    """Name the hub for servers of other namespaces, by its own, and give the proxy's name there."""
    own = str(c.KubeSpawner.namespace)
    if own in settings.namespaces.values():
        raise SettingsError(
            f"Value global.onedata.namespaces: '{own}' is the namespace of the hub itself, where servers of no "
            "workspace are. Name another and upgrade."
        )
    hub = urlsplit(c.JupyterHub.hub_connect_url)
    named = f"{hub.hostname}.{own}" + (f":{hub.port}" if hub.port else "")
    c.JupyterHub.hub_connect_url = urlunsplit(hub._replace(netloc=named))
    return f"{proxy}.{own}"


def _add_services(c: Any, settings: KubernetesSettings, public_url: str) -> None:
    """Say where studio and MLflow are, and what their logged-in browsers may do."""
    known = {service["name"]: service for service in c.JupyterHub.services}
    lacking = sorted(set(_ADDRESSES) - set(known))
    if lacking:
        raise SettingsError(
            f"The hub has no token for service '{lacking[0]}'. "
            f"Write 'hub.services.{lacking[0]}: {{}}' into the values of jupyterhub."
        )
    for name, address in _ADDRESSES.items():
        own = ACCESS_STUDIO if name == STUDIO else ACCESS_MLFLOW
        known[name] |= {
            "url": address,
            "oauth_no_confirm": True,  # they are part of the platform
            "oauth_client_allowed_scopes": sorted({own, ACCESS_STUDIO}),
        }
    unneeded = {KEEPER}  # the proxy is kept running by Kubernetes
    if settings.idle_timeout_seconds or settings.limits.shortest_hours():
        c.JupyterHub.services.append(_culler(settings, public_url))
    else:
        unneeded.add(CULLER)
    c.JupyterHub.load_roles = [
        *c.JupyterHub.load_roles,
        *(role for role in load_roles() if not unneeded & set(role.get("services", ()))),
    ]


def _keep_routes(c: Any) -> None:
    """Have the hub fill in the routes of its proxy's new pod at once; a proxy of the site's own choice stays."""
    from onedata_hub.pods.proxy import RefilledProxy  # with it much of the hub

    if "proxy_class" not in c.JupyterHub:
        c.JupyterHub.proxy_class = RefilledProxy
        c.RefilledProxy.watched_route = f"/services/{STUDIO}/"


def _answer_refusals(c: Any) -> None:
    """Have a refused start answered as such: Zero to JupyterHub has the hub answer 202 before a start is checked."""
    known = dict(c.JupyterHub.get("tornado_settings", {}))
    if known.get("slow_spawn_timeout") == 0:
        c.JupyterHub.tornado_settings = known | {"slow_spawn_timeout": _CHECK_SECONDS}


def _culler(settings: KubernetesSettings, public_url: str) -> dict[str, Any]:
    # It runs in the hub's pod. The hub's own Service is not for it: a network policy keeps that to others.
    return {
        "name": CULLER,
        "command": ["env", f"JUPYTERHUB_API_URL={_HUB_API_HERE}", sys.executable, "-m", "onedata_hub.culler"],
        "environment": {
            "ONEDATA_PUBLIC_URL": public_url,
            "ONEDATA_IDLE_TIMEOUT_SECONDS": str(settings.idle_timeout_seconds),
            SERVER_LIMITS: settings.limits.to_text(),
            # JupyterHub hands services little of its own environment, and publicUrl may be of the site's authority.
            **{name: os.environ[name] for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if name in os.environ},
        },
        "display": False,
    }


def _configure_servers(c: Any, settings: KubernetesSettings, public_url: str) -> None:
    """Tell servers where the platform is; what the site set itself stays."""
    c.KubeSpawner.environment = {
        STUDIO_URL: f"{public_url}/services/{STUDIO}",
        IDLE_TIMEOUT: str(settings.idle_timeout_seconds),
        CACHE_DIR: _CACHE_FOLDER,
        WORKSPACE: workspace_of,
        PROFILE: _profile_of,
        PROFILE_OPTIONS: _profile_options_of,
        **tracking_environment(f"{public_url}/services/{MLFLOW}"),
        **SHARED_CORES,
    } | dict(c.KubeSpawner.get("environment", {}))
    c.Spawner.args = [
        *lab_arguments(settings.identity_cache_seconds),
        *c.Spawner.get("args", []),
    ]
    # Pod security "restricted", beside what KubeSpawner sets itself.
    c.KubeSpawner.container_security_context = {
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    } | dict(c.KubeSpawner.get("container_security_context", {}))
    c.KubeSpawner.modify_pod_hook = with_pods_beside_homes(c.KubeSpawner.get("modify_pod_hook"))
    if settings.objects.type == "pvc":
        claim = settings.objects.pvc.existing_claim or _OBJECTS_CLAIM
        name = "onedata-objects"
        c.KubeSpawner.volumes[name] = {"name": name, "persistentVolumeClaim": {"claimName": claim}}
        c.KubeSpawner.volume_mounts[name] = {"name": name, "mountPath": _OBJECTS_FOLDER}


def _profile_of(spawner: Any) -> str:
    return str((spawner.user_options or {}).get("profile", ""))


def _profile_options_of(spawner: Any) -> str:
    chosen = spawner.user_options or {}
    return options_text({name: value for name, value in chosen.items() if name != WORKSPACE_OPTION})
