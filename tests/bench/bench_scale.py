"""A thousand users' servers against a real hub: KWOK pretends their nodes and pods, all else is real.

What grows is measured between two sizes, so that what is there without users does not count. Needs the project's
own cluster with its images (``make cluster images``), and Zero to JupyterHub's chart in ONEDATA_Z2JH_CHART. The
cluster's API server runs with an audit log meanwhile, since its metrics do not say who asks.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.bench.harness import Figure, percentile
from tests.bench.pretended_servers import pretended_servers
from tests.bench.releases import CALLER, Usage, a_place, hub_client, usage_of
from tests.cluster.audit import AuditLog, audited, of_user
from tests.cluster.kwok import LABEL, TAINT, pretended_nodes
from tests.cluster.place import HOST_ADDRESS
from tests.helm.installed import Installed

PARTS = ("hub", "proxy", "studio-api")
SERVERS, QUICK_SERVERS = (200, 1_000), (20, 60)  # slopes are taken between the two
AT_ONCE = 40  # below the hub's own limit of 64 starts at a time, beyond which it answers 429
SPAWN_SECONDS = 300.0
CULL_SECONDS = 1_200.0
IDLE_LOOK_SECONDS = 30.0
_NODES = 2
_SERVERS = "app.kubernetes.io/component=singleuser-server"
_NEVER, _SOON = 86_400, 60
# The volume of objects is on this machine's node, and homes would be: neither can be mounted on a pretended one.
_ON_PRETENDED_NODES: dict[str, Any] = {
    "jupyterhub": {
        "hub": {
            "extraConfig": {
                "pretended": "c.KubeSpawner.volumes.pop('onedata-objects')\n"
                "c.KubeSpawner.volume_mounts.pop('onedata-objects')"
            }
        },
        "singleuser": {
            "storage": {"type": "none"},
            "nodeSelector": {LABEL: "true"},
            "extraTolerations": [TAINT],
        },
    },
}


@dataclass(frozen=True)
class _Part:
    """A part whose share in starts and stops is counted."""

    name: str
    pod: str  # its Deployment
    accounts: tuple[str, ...]
    ending: str  # of its figures' keys; the hub's were there first


_COUNTED = (
    _Part("hub", "hub", ("hub",), ""),
    # On SQLite, as here, one pod does the work of both, as the second.
    _Part("studio", "studio-api", ("studio-api", "studio-jobs"), "_studio"),
)
_Asked = dict[_Part, Counter[str]]


def _values(idle_timeout_seconds: int) -> dict[str, Any]:
    return _ON_PRETENDED_NODES | {"global": {"onedata": {"idleTimeoutSeconds": idle_timeout_seconds}}}


def measure(quick: bool) -> Iterator[Figure]:
    """Spawn, list, let be, and cull."""
    few, many = QUICK_SERVERS if quick else SERVERS
    with (
        a_place() as place,
        audited() as log,
        pretended_nodes(_NODES, HOST_ADDRESS),
        pretended_servers(HOST_ADDRESS),
        place.platform(_values(_NEVER)) as platform,
    ):
        crowd = _Crowd(platform, log)
        crowd.grow_to(few)
        small = crowd.look()
        crowd.grow_to(many)
        large = crowd.look()
        yield from _of_starts(crowd, small, large)
        yield from _of_many(crowd, small, large)
        yield from _of_activity(crowd)
        yield from _of_restart_and_culling(crowd)


@dataclass
class _Sight:
    """The platform with so many servers: what it has used so far, and what it takes while nobody does anything."""

    servers: int
    used: dict[str, Usage]
    idle_cpu: dict[str, float]  # share of a core
    asked: _Asked  # of the API server, since the beginning
    seconds: float  # spent on starts, since the beginning


@dataclass
class _Crowd:
    """Users whose servers are pretended."""

    platform: Installed
    log: AuditLog
    names: list[str] = field(default_factory=list)
    taken: list[float] = field(default_factory=list)  # seconds of the last starts, each from POST to ready
    total: _Asked = field(default_factory=lambda: {part: Counter() for part in _COUNTED})
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.hub = hub_client(self.platform)
        self.log.count()

    def grow_to(self, count: int) -> None:
        """Start servers until there are so many.

        Raises:
            RuntimeError: If one does not start.
        """
        new = [f"user-{number:04d}" for number in range(len(self.names), count)]
        for first in range(0, len(new), 100):
            self.hub.post("/users", json={"usernames": new[first : first + 100]}).raise_for_status()
        began = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            self.taken = list(pool.map(self._start, new))
        self.seconds += time.monotonic() - began
        self.names += new

    def _start(self, name: str) -> float:
        """Start a server and follow its progress, as a person's page does; give the seconds to ready."""
        began = time.monotonic()
        self.hub.post(f"/users/{name}/server", json={}).raise_for_status()
        with self.hub.stream("GET", f"/users/{name}/server/progress", timeout=SPAWN_SECONDS) as stream:
            for line in stream.iter_lines():
                event = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if event.get("ready"):
                    return time.monotonic() - began
                if event.get("failed"):
                    raise RuntimeError(f"The server of {name} did not start: {event}")
        raise RuntimeError(f"The hub stopped telling of the start of {name}'s server before it was ready.")

    def asked(self) -> _Asked:
        """Count what was asked of the API server since this was asked last, by part, verb and resource."""
        counted, head = self.log.count(), f"system:serviceaccount:{self.platform.namespace}"
        return {
            part: sum((of_user(counted, f"{head}:{name}") for name in part.accounts), Counter())
            for part in _COUNTED
        }

    def look(self) -> _Sight:
        """Take stock, then watch a while in which nothing is asked for."""
        before, began = usage_of(self.platform, PARTS), time.monotonic()
        time.sleep(IDLE_LOOK_SECONDS)
        used, seconds = usage_of(self.platform, PARTS), time.monotonic() - began
        idle = {name: (used[name].cpu_seconds - before[name].cpu_seconds) / seconds for name in PARTS}
        asked = self.asked()
        self.total = {part: before + asked[part] for part, before in self.total.items()}
        return _Sight(len(self.names), used, idle, self.total, self.seconds)

    def running(self) -> int:
        """Count the servers' pods."""
        return len(self.platform.kubectl("get", "pods", "-l", _SERVERS, "-o", "name").split())


def _of_starts(crowd: _Crowd, small: _Sight, large: _Sight) -> Iterator[Figure]:
    servers = large.servers - small.servers
    about = f"{servers:,} servers, {AT_ONCE} at a time; {_load()}"
    asked = {part: large.asked[part] - small.asked[part] for part in _COUNTED}
    yield from _shares("start", servers, small.used, large.used, asked, about)
    seconds = (large.seconds - small.seconds) / servers
    about = f"{about}; each from POST to ready in {percentile(crowd.taken, 0.95):.1f} s, p95"
    yield _figure("start_seconds", "time for each of many starts", seconds, "s", 2.0, about)


def _shares(
    what: str, servers: int, before: dict[str, Usage], after: dict[str, Usage], asked: _Asked, about: str
) -> Iterator[Figure]:
    """Say what each part takes for a server's start or stop."""
    for part in _COUNTED:
        cpu = (after[part.pod].cpu_seconds - before[part.pod].cpu_seconds) / servers
        title = f"CPU of the {part.name} for a server's {what}"
        yield _figure(
            f"{what}_cpu{part.ending}", title, cpu, "s", 1.0, f"with what it does by itself; {about}"
        )
        kinds = ", ".join(f"{times:,} {kind}" for kind, times in asked[part].most_common(4)) or "none"
        title = f"requests of the {part.name} to the API server for a server's {what}"
        share = asked[part].total() / servers
        yield _figure(f"{what}_requests{part.ending}", title, share, "requests", 10, f"{kinds}; {about}")


def _of_many(crowd: _Crowd, small: _Sight, large: _Sight) -> Iterator[Figure]:
    servers = large.servers - small.servers
    for name in PARTS:
        less, more = (one.used[name].memory_bytes for one in (small, large))
        grown = (more - less) / servers / 1e3
        about = (
            f"{more / 1e6:.0f} MB with {large.servers:,} servers, {less / 1e6:.0f} MB with {small.servers:,}"
        )
        yield _figure(f"memory_{name}", f"memory of {name} for each server", grown, "kB", 500, about)
        about = f"{small.idle_cpu[name] * 100:.1f} % with {small.servers:,} servers; nobody does anything"
        share = large.idle_cpu[name] * 100
        yield _figure(f"idle_{name}", f"CPU of {name}, {large.servers:,} servers idle", share, "%", 50, about)
    yield _lists("list_page", "a page of 50 users from the hub", lambda: _page(crowd.hub))
    yield _lists("list_all", f"all {large.servers:,} users from the hub", lambda: _all(crowd.hub))


def _of_activity(crowd: _Crowd) -> Iterator[Figure]:
    """Let every server report its activity once, as each does every five minutes."""
    found = json.loads(crowd.platform.kubectl("get", "pods", "-l", _SERVERS, "-o", "json"))["items"]
    base, before = crowd.platform.address(), usage_of(crowd.platform, PARTS)
    with httpx.Client(base_url=base, timeout=60, trust_env=False) as http:
        for pod in found:
            _report(http, pod)
    spent = usage_of(crowd.platform, PARTS)["hub"].cpu_seconds - before["hub"].cpu_seconds
    about = f"{len(found):,} servers, one after the other"
    yield _figure(
        "activity",
        "CPU of the hub for a server's report of activity",
        spent / len(found) * 1e3,
        "ms",
        50,
        about,
    )


def _report(http: httpx.Client, pod: dict[str, Any]) -> None:
    variables = {one["name"]: one.get("value", "") for one in pod["spec"]["containers"][0]["env"]}
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    http.post(
        f"/hub/api/users/{variables['JUPYTERHUB_USER']}/activity",
        headers={"Authorization": f"token {variables['JUPYTERHUB_API_TOKEN']}"},
        json={"servers": {"": {"last_activity": now}}, "last_activity": now},
    ).raise_for_status()


def _of_restart_and_culling(crowd: _Crowd) -> Iterator[Figure]:
    """Change the idle timeout: the hub starts anew with all servers there, and the culler stops them."""
    many, began = crowd.running(), time.monotonic()
    crowd.platform.change("upgrade", CALLER, _values(_SOON))
    taken = time.monotonic() - began
    yield _figure(
        "hub_restart", f"an upgrade that starts the hub anew with {many:,} servers", taken, "s", 300, _load()
    )
    crowd.asked()
    before, began, many = usage_of(crowd.platform, PARTS), time.monotonic(), crowd.running()
    _wait(lambda: crowd.running() == 0, CULL_SECONDS, "the culling of all servers")
    seconds = time.monotonic() - began
    about = f"{many:,} servers in {seconds:.0f} s, the culler in the hub's pod; {_load()}"
    yield from _shares("cull", many, before, usage_of(crowd.platform, PARTS), crowd.asked(), about)


def _wait(is_so: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError(f"Waited {seconds:.0f} s for {what}.")
        time.sleep(2)


def _page(hub: httpx.Client, offset: int = 0, limit: int = 50) -> int | None:
    """Read a page of users; give where the next one begins, or none."""
    accept = {"Accept": "application/jupyterhub-pagination+json"}
    answer = hub.get("/users", params={"limit": limit, "offset": offset}, headers=accept).raise_for_status()
    following = answer.json()["_pagination"]["next"]
    return int(following["offset"]) if following else None


def _all(hub: httpx.Client) -> None:
    """Read every user, as the culler does each minute."""
    offset: int | None = 0
    while offset is not None:
        offset = _page(hub, offset, limit=200)


def _lists(key: str, what: str, ask: Callable[[], object]) -> Figure:
    taken = []
    for _ in range(20):
        began = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - began)
    return _figure(
        key, f"{what}, p95", percentile(taken, 0.95) * 1e3, "ms", 2_000, f"{len(taken)} times; {_load()}"
    )


def _figure(key: str, what: str, value: float, unit: str, target: float, detail: str) -> Figure:
    return Figure(f"scale.{key}", f"Pretended servers on Kubernetes: {what}", value, unit, target, detail)


def _load() -> str:
    return f"load of the machine {os.getloadavg()[0]:.1f}"
