"""A real JupyterHub on this machine that starts pods in a namespace of a cluster.

Its servers are busybox's web server, which answers the hub as far as a hub asks: what is looked at here comes before
a notebook server has started. The proxy in front of it is left out, and so is what only that needs.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import httpx
from onedata_hub.launch.hub_login import HubLogin

from tests.cluster.client import (
    HOST_VARIABLE,
    Cluster,
    skip_without,
    skip_without_routes,
    skip_without_volumes,
)
from tests.cluster.images import IMAGES_VARIABLE, busybox_image, project_image
from tests.support.ports import free_port

_START_SECONDS = 60
_TOKEN = "the-token-of-the-tests-themselves"
_CONFIG = """
import json
from jupyterhub.proxy import Proxy
from onedata_hub.limits import Limits
from onedata_hub.pods.namespaces import workspace_of
from onedata_hub.pods.servers import configure_pod_servers

class NoProxy(Proxy):
    should_start = False
    routes = {}
    async def add_route(self, routespec, target, data):
        self.routes[routespec] = {"routespec": routespec, "target": target, "data": data}
    async def delete_route(self, routespec):
        self.routes.pop(routespec, None)
    async def get_all_routes(self):
        return self.routes

given = json.loads(open("given.json").read())
c = get_config()
c.JupyterHub.proxy_class = NoProxy
c.JupyterHub.hub_bind_url = given["hub"]
c.JupyterHub.cookie_secret_file = "cookie"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.allow_named_servers = True
c.JupyterHub.cleanup_servers = False
c.JupyterHub.load_groups = given["groups"]
c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 3}
c.JupyterHub.services = [{"name": "tests", "api_token": given["token"]}]
c.JupyterHub.load_roles = [
    {"name": "tests", "services": ["tests"], "scopes": ["admin:users", "admin:servers", "list:users"]}
]
c.KubeSpawner.namespace = given["namespace"]
c.KubeSpawner.image = given["image"]
c.KubeSpawner.image_pull_policy = given["pull_policy"]
c.KubeSpawner.cmd = ["/bin/busybox"]
c.KubeSpawner.args = ["httpd", "-f", "-p", "8888", "-h", "/"]
c.KubeSpawner.cpu_guarantee, c.KubeSpawner.mem_guarantee = 0.01, "16M"
c.KubeSpawner.delete_grace_period = 1
c.Spawner.consecutive_failure_limit = 5  # as Zero to JupyterHub has it: JupyterHub itself has none
c.KubeSpawner.profile_list = given["profiles"]
c.KubeSpawner.environment = {"ONEDATA_WORKSPACE": workspace_of}
if given["storage"]:
    c.KubeSpawner.storage_pvc_ensure = True
    c.KubeSpawner.storage_capacity = given["storage"]
    claim = {"claimName": "{pvc_name}"}
    c.KubeSpawner.volumes = {"home": {"name": "home", "persistentVolumeClaim": claim}}
    c.KubeSpawner.volume_mounts = {"home": {"name": "home", "mountPath": "/home/jovyan"}}
configure_pod_servers(
    c,
    Limits.model_validate(given["limits"]),
    shows_capacity=given["shows_capacity"],
    namespaces=given["namespaces"],
)
"""

# A site's own hub, told of the platform by the product itself, with its own proxy in front of it.
_PLATFORM_CONFIG = """
import json
from onedata_hub.kubernetes import configure_kubernetes
from onedata_hub.launch.proxy import proxy_command

given = json.loads(open("given.json").read())
c = get_config()
c.JupyterHub.bind_url = given["url"]
c.JupyterHub.hub_bind_url = given["hub"]
c.JupyterHub.db_url = "sqlite:///jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = "cookie"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.cleanup_servers = False
c.JupyterHub.services = [{"name": name, "api_token": token} for name, token in given["tokens"].items()]
c.JupyterHub.load_roles = []
c.ConfigurableHTTPProxy.command = proxy_command()
c.ConfigurableHTTPProxy.api_url = given["proxy"]
c.KubeSpawner.namespace = given["namespace"]
c.KubeSpawner.image = given["image"]
c.KubeSpawner.image_pull_policy = given["pull_policy"]
c.KubeSpawner.cmd = ["jupyterhub-singleuser"]
c.KubeSpawner.uid, c.KubeSpawner.fs_gid = 1000, 100
c.KubeSpawner.cpu_guarantee, c.KubeSpawner.mem_guarantee = 0.01, "64M"
c.KubeSpawner.profile_list = given["profiles"]
c.KubeSpawner.storage_pvc_ensure = True
c.KubeSpawner.storage_capacity = given["storage"]
claim = {"claimName": "{pvc_name}"}
c.KubeSpawner.volumes = {"home": {"name": "home", "persistentVolumeClaim": claim}}
c.KubeSpawner.volume_mounts = {"home": {"name": "home", "mountPath": "/home/jovyan"}}
configure_kubernetes(c, given["platform"])
for service in c.JupyterHub.services:
    service["url"] = given["addresses"].get(service["name"], "")
"""


@dataclass
class PodHub:
    """A hub of these profiles, groups and limits.

    Attributes:
        storage: The size of homes; without one servers have none.
        kubeconfig: Another way to the cluster than that of its administrator.
    """

    cluster: Cluster
    namespace: str
    folder: Path
    profiles: list[dict[str, Any]]
    groups: dict[str, list[str]] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)
    shows_capacity: bool = True
    namespaces: dict[str, str] = field(default_factory=dict)
    storage: str = ""
    kubeconfig: Path | None = None
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    configuration: ClassVar[str] = _CONFIG

    @property
    def url(self) -> str:
        return f"http://{self.cluster.host_address}:{self.port}"

    def start(self) -> None:
        """Start the hub, and wait until it answers; skip where another's cluster cannot have it."""
        skip_without_routes(self.cluster)
        if self.storage:
            skip_without_volumes(self.cluster)
        (self.folder / "given.json").write_text(json.dumps(self.given()))
        (self.folder / "jupyterhub_config.py").write_text(self.configuration)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub"],
                cwd=self.folder,
                env={**os.environ, "KUBECONFIG": str(self.kubeconfig or self.cluster.kubeconfig)},
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + _START_SECONDS
        while not self._answers():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < until, self.log()
            time.sleep(0.2)

    def given(self) -> dict[str, Any]:
        """Give what its configuration reads."""
        return {
            "hub": f"{self.url}/hub/",
            "groups": {name: {"users": users} for name, users in self.groups.items()},
            "token": _TOKEN,
            "namespace": self.namespace,
            "image": busybox_image(),
            "pull_policy": self.cluster.pull_policy,
            "profiles": self.profiles,
            "limits": self.limits,
            "shows_capacity": self.shows_capacity,
            "namespaces": self.namespaces,
            "storage": self.storage,
        }

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/hub/health", trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        """Stop the hub; its servers go on."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    def log(self) -> str:
        return (self.folder / "log").read_text()[-6000:]

    def api(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Ask the hub's REST API as an administrator does."""
        headers = {"Authorization": f"token {_TOKEN}"}
        return httpx.request(
            method, f"{self.url}/hub/api{path}", headers=headers, timeout=60, trust_env=False, **given
        )

    def form_of(self, user: str) -> str:
        """Log a user in, and give the page on which they choose a server, or wait for the one that starts."""
        with HubLogin(self.url, user, "") as session:
            return session.http.get("/hub/spawn").text

    def send_form(self, user: str, **fields: str) -> None:
        """Log a user in and start a server by the page's form, as its button does."""
        with HubLogin(self.url, user, "") as session:
            session.http.get("/hub/spawn")
            sent = session.http.post(
                "/hub/spawn", data={"_xsrf": session.xsrf(), **fields}, follow_redirects=False
            )
        assert sent.status_code == 302, sent.text

    def server(self, user: str, name: str = "") -> dict[str, Any] | None:
        """Give the hub's model of a server; None where none runs or starts."""
        found = self.api("GET", f"/users/{user}").json().get("servers", {}).get(name)
        return found if found and (found["ready"] or found["pending"]) else None

    def told(self, user: str, until: str, name: str = "") -> str:
        """Follow the progress of a start until it has told something; give all that it told."""
        path = f"/users/{user}/servers/{name}/progress" if name else f"/users/{user}/server/progress"
        said = ""
        headers = {"Authorization": f"token {_TOKEN}", "Accept": "text/event-stream"}
        with httpx.stream(
            "GET", f"{self.url}/hub/api{path}", headers=headers, timeout=60, trust_env=False
        ) as answer:
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    said += json.loads(line.removeprefix("data:")).get("message", "") + "\n"
                if until in said:
                    return said
        raise AssertionError(f"'{until}' was not told, but:\n{said}\n{self.log()}")


@dataclass
class PlatformHub(PodHub):
    """A hub that is no part of the release whose services it has; it starts real servers of the platform.

    Attributes:
        platform: The chart's ``global.onedata``, which the release has too.
        tokens: The services' tokens, by their names.
        addresses: Where this machine reaches the services, by their names.
        inner_port: Where servers reach the hub itself, behind its proxy.
    """

    platform: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    inner_port: int = field(default_factory=free_port)
    configuration: ClassVar[str] = _PLATFORM_CONFIG

    def given(self) -> dict[str, Any]:
        """Give what its configuration reads."""
        skip_without(self.cluster, IMAGES_VARIABLE, HOST_VARIABLE)
        return super().given() | {
            "url": f"{self.url}/",
            "hub": f"http://{self.cluster.host_address}:{self.inner_port}",
            "proxy": f"http://127.0.0.1:{free_port()}",
            "image": project_image("notebook"),
            "platform": self.platform,
            "tokens": self.tokens,
            "addresses": self.addresses,
        }


@contextmanager
def running(hub: PodHub) -> Iterator[PodHub]:
    """Start a hub, and stop it with its log shown where something fails."""
    hub.start()
    try:
        yield hub
    finally:
        hub.stop()
