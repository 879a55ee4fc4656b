"""Servers in the namespaces of their workspaces, by a hub that may do there what the chart gives it and no more."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

from tests.cluster.client import Cluster, wait_for
from tests.cluster.quotas import allow_at_most
from tests.support.pod_hub import PodHub, running

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]

PROFILES = [
    {"display_name": "Small", "default": True},
    {"display_name": "Large", "kubespawner_override": {"mem_guarantee": "64M"}},
]
RULES = [
    {
        "apiGroups": [""],
        "resources": ["pods", "persistentvolumeclaims"],
        "verbs": ["get", "watch", "list", "create", "delete"],
    },
    {"apiGroups": [""], "resources": ["events"], "verbs": ["get", "watch", "list"]},
]


class PatientHub(PodHub):
    """A hub that waits longer than others before it answers who starts a server: a refusal is the answer then."""

    configuration: ClassVar[str] = (
        f"{PodHub.configuration}c.JupyterHub.tornado_settings = {{'slow_spawn_timeout': 40}}\n"
    )


@dataclass
class Site:
    """A hub with its namespace, and those of two workspaces; in the second it may do nothing yet."""

    hub: PodHub
    team_a: str
    team_b: str

    @property
    def own(self) -> str:
        return self.hub.namespace

    def names(self, kind: str, namespace: str) -> list[str]:
        """Name the objects of a kind."""
        return [
            one["metadata"]["name"]
            for one in json.loads(self.hub.cluster.kubectl("-n", namespace, "get", kind, "-o", "json"))[
                "items"
            ]
        ]

    def home(self, user: str, namespace: str) -> str:
        """Give the uid of a user's home in a namespace; empty where there is none."""
        asked = ("-n", namespace, "get", "pvc", f"claim-{user}", "--ignore-not-found", "-o")
        return self.hub.cluster.kubectl(*asked, "jsonpath={.metadata.uid}")

    def start(self, user: str, **options: str) -> None:
        """Start a server, and wait until it is ready."""
        assert self.ask(user, **options)[0] in (201, 202)
        wait_for(f"{user}'s server", lambda: (self.hub.server(user) or {}).get("ready"))

    def ask(self, user: str, **options: str) -> tuple[int, str]:
        """Ask for a server; give the status, and the message of one that is refused."""
        self.hub.api("POST", f"/users/{user}")
        answer = self.hub.api("POST", f"/users/{user}/server", json=options)
        return answer.status_code, answer.json()["message"] if answer.status_code >= 400 else ""

    def stop(self, user: str) -> None:
        wait_for(
            "a server to stop", lambda: self.hub.api("DELETE", f"/users/{user}/server").status_code < 300
        )
        wait_for(f"the end of {user}'s server", lambda: self.hub.server(user) is None)

    def allow(self, namespace: str) -> None:
        """Give the hub's account its rights in a namespace, as the chart does."""
        named = {"name": "hub", "namespace": namespace}
        role = {"kind": "Role", "metadata": named, "rules": RULES}
        binding = {
            "kind": "RoleBinding",
            "metadata": named,
            "subjects": [{"kind": "ServiceAccount", "name": "hub", "namespace": self.own}],
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "hub"},
        }
        api = {"apiVersion": "rbac.authorization.k8s.io/v1"}
        self.hub.cluster.apply(api | role, api | binding, namespace=namespace)


def _as_account(cluster: Cluster, namespace: str, file: Path) -> Path:
    """Write a way to the cluster as the account ``hub`` of a namespace."""
    cluster.kubectl("-n", namespace, "create", "serviceaccount", "hub")
    token = cluster.kubectl("-n", namespace, "create", "token", "hub", "--duration=1h").strip()
    known: dict[str, Any] = yaml.safe_load(cluster.kubeconfig.read_text())
    known["users"] = [{"name": one["name"], "user": {"token": token}} for one in known["users"]]
    file.write_text(yaml.safe_dump(known))
    return file


@pytest.fixture(scope="module")
def site(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A hub whose people may start servers in the namespaces of team-a and team-b."""
    folder = tmp_path_factory.mktemp("hub")
    with ExitStack() as made:
        own, team_a, team_b = (made.enter_context(cluster.namespace(f"place-{one}")) for one in "oab")
        members = [f"ann{n}" for n in range(9)]
        hub = PatientHub(
            cluster,
            own,
            folder,
            PROFILES,
            groups={"team-a": members, "team-b": members},
            shows_capacity=False,
            namespaces={"team-a": team_a, "team-b": team_b},
            storage="64Mi",
            kubeconfig=_as_account(cluster, own, folder / "kubeconfig"),
        )
        found = Site(hub, team_a, team_b)
        for namespace in (own, team_a):
            found.allow(namespace)
        made.enter_context(running(hub))
        yield found


def test_a_server_of_a_workspace_is_in_its_namespace_with_a_home_there(site: Site) -> None:
    site.start("ann0", workspace="team-a")
    (pod,) = site.names("pods", site.team_a)
    assert site.names("persistentvolumeclaims", site.team_a) == ["claim-ann0"]
    assert "claim-ann0" not in site.names("persistentvolumeclaims", site.own)
    spec = json.loads(site.hub.cluster.kubectl("-n", site.team_a, "get", "pod", pod, "-o", "json"))["spec"]
    told = {one["name"]: one.get("value") for one in spec["containers"][0]["env"]}
    assert told["ONEDATA_WORKSPACE"] == "team-a"
    site.stop("ann0")
    wait_for("no pod in the namespace", lambda: site.names("pods", site.team_a) == [])


def test_each_place_keeps_its_home_however_one_goes_between_them(site: Site) -> None:
    def homes() -> dict[str, str]:
        return {
            namespace: uid for namespace in (site.own, site.team_a) if (uid := site.home("ann1", namespace))
        }

    site.start("ann1", workspace="team-a")
    site.stop("ann1")
    site.start("ann1", workspace="", profile="small")
    assert any("ann1" in one for one in site.names("pods", site.own))
    site.stop("ann1")
    both = homes()
    assert set(both) == {site.own, site.team_a}
    site.hub.stop()
    site.hub.start()
    site.start("ann1", workspace="team-a")
    site.stop("ann1")
    site.start("ann1", profile="small")
    assert any("ann1" in one for one in site.names("pods", site.own))
    site.stop("ann1")
    assert homes() == both


def test_all_homes_go_with_a_user_who_is_deleted(site: Site) -> None:
    for workspace in ("team-a", ""):
        site.start("ann6", workspace=workspace, profile="small")
        site.stop("ann6")
    assert all(site.home("ann6", namespace) for namespace in (site.own, site.team_a))
    assert site.hub.api("DELETE", "/users/ann6").status_code == 204
    for namespace in (site.own, site.team_a):
        wait_for(f"no home in {namespace}", lambda place=namespace: not site.home("ann6", place))


def test_a_server_in_a_workspaces_namespace_outlives_the_hub(site: Site) -> None:
    site.start("ann2", workspace="team-a")
    (before,) = (one for one in site.names("pods", site.team_a) if "ann2" in one)
    site.hub.stop()
    site.hub.start()
    assert (site.hub.server("ann2") or {}).get("ready")
    site.stop("ann2")
    wait_for("its end", lambda: before not in site.names("pods", site.team_a))


@pytest.mark.parametrize("workspace", ["team-a", "no-such"])
def test_others_are_refused_and_learn_not_whether_there_is_such_a_workspace(
    site: Site, workspace: str
) -> None:
    status, said = site.ask("zoe", workspace=workspace)
    assert status == 403
    assert f"Workspace '{workspace}' is none of yours that has servers of its own here. Leave it out." in said
    assert site.hub.server("zoe") is None
    assert 'name="workspace"' not in site.hub.form_of("zoe")
    assert not [one for one in site.names("pods", site.team_a) if "zoe" in one]


def test_the_form_offers_ones_own_workspaces_and_the_last_one_first(site: Site) -> None:
    page = site.hub.form_of("ann3")
    assert '<option value="">Your own</option><option value="team-a">team-a</option>' in page
    site.hub.send_form("ann3", profile="small", workspace="team-a")
    wait_for("ann3's server", lambda: (site.hub.server("ann3") or {}).get("ready"))
    assert any("ann3" in one for one in site.names("pods", site.team_a))
    site.stop("ann3")
    assert '<option value="team-a" selected>team-a</option>' in site.hub.form_of("ann3")


def test_a_used_up_quota_is_told_in_words_and_is_no_fault_of_the_hub(site: Site) -> None:
    allow_at_most(site.hub.cluster, site.team_a, "team", {"requests.memory": "40Mi"})
    for _ in range(3):
        status, said = site.ask("ann4", workspace="team-a", profile="large")
        assert status == 409
        assert (
            "It takes 64 MB of memory, and the quota 'team' has 40 MB of memory left of 40 MB of memory. "
            "Choose a smaller profile" in said
        )
    assert "consecutive spawns failed" not in site.hub.log()
    site.start("ann4", workspace="team-a", profile="small")
    site.stop("ann4")
    site.hub.cluster.kubectl("-n", site.team_a, "delete", "resourcequota", "team")


def test_a_namespace_that_the_hub_may_not_use_is_named_and_used_once_it_may(site: Site) -> None:
    status, said = site.ask("ann5", workspace="team-b")
    assert status == 409
    assert f"Kubernetes refuses it in namespace '{site.team_b}': Forbidden. Tell an administrator" in said
    site.allow(site.team_b)
    site.start("ann5", workspace="team-b")
    assert any("ann5" in one for one in site.names("pods", site.team_b))
    site.stop("ann5")
