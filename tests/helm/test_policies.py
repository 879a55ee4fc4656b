"""Who reaches whom where the cluster's network enforces policies, for each example and each way to serve HTTPS."""

import ipaddress
from typing import Any

import pytest
from onedata_hub.backends.compute.kubernetes.manifests import SELECTOR

from tests.helm.charts import EXAMPLES, Manifest
from tests.helm.conftest import Render
from tests.helm.pods import containers, pods
from tests.helm.policies import End, lets
from tests.helm.test_access import OF_TEAM_A, TEAM_A, is_ours, of_kind
from tests.helm.variants import ELSEWHERE, EVERYTHING_ON, HUB_ON

_LETSENCRYPT = (EVERYTHING_ON, HUB_ON)
_PUBLIC_URL = {"global": {"onedata": {"publicUrl": "https://data.example.org"}}}
_MANUAL = {
    "jupyterhub": {
        "proxy": {"https": {"enabled": True, "type": "manual", "manual": {"key": "k", "cert": "c"}}}
    }
}
# The values, and the pod and port at which servers and runs find the platform's door.
DOORS: list[tuple[str, tuple[Any, ...], tuple[str, int]]] = [
    ("as it comes", (), ("proxy", 8000)),
    *(
        (f"example {name}", (EXAMPLES / f"{name}.yaml",), ("proxy", 8000))
        for name in ("one-node", "keycloak")
    ),
    ("example air-gapped", (EXAMPLES / "air-gapped.yaml",), ("proxy", 8443)),
    ("example team", (EXAMPLES / "team.yaml",), ("gateway", 443)),
    ("a certificate in the values", (_PUBLIC_URL, _MANUAL), ("proxy", 8443)),
    ("Let's Encrypt", _LETSENCRYPT, ("autohttps", 8443)),
]
METADATA = End("metadata", address=ipaddress.ip_address("169.254.169.254"))
GATEWAY = End("gateway", (("app", "gateway"),), namespace="gateways")
DATABASE = End("database", (("cnpg.io/cluster", "onedata-database"),), ports=((5432, "postgresql"),))
PUBLIC = End("public", address=ipaddress.ip_address("93.184.215.14"))
PRIVATE = End("private", address=ipaddress.ip_address("10.9.9.9"))
NAMES = End("names", (("k8s-app", "kube-dns"),), namespace="kube-system")
# A pod of a namespace that EVERYTHING_ON names as the place of a hub, and one of another.
OF_HUBS, OF_OTHERS = (End(place, (("app", "hub"),), namespace=place) for place in ("hubs", "others"))


def ends_of(manifests: list[Manifest], namespace: str | None = None) -> dict[str, End]:
    """Give the pods of a release, with a run as the studio makes it and a server as the release's hub does."""
    found = {"gateway": GATEWAY}
    for name, pod in pods(manifests):
        if name.startswith("Deployment/"):
            ports = [port for one in containers(pod) for port in one.get("ports", ())]
            numbered = tuple((port["containerPort"], port["name"]) for port in ports)
            short = name.partition("/")[2]
            found[short] = End(short, tuple(pod["metadata"]["labels"].items()), ports=numbered)
    of_run = dict(part.split("=") for part in SELECTOR.split(","))
    place = {"namespace": namespace} if namespace else {}
    found["run"] = End("run", tuple(of_run.items()), **place)
    if "hub" in found:
        of_server = dict.fromkeys(("component", "app.kubernetes.io/component"), "singleuser-server")
        let_in = {"hub.jupyter.org/network-access-hub": "true"}  # as the hub's chart has for servers
        labels = dict(found["hub"].labels) | of_server | let_in
        found["server"] = End("server", tuple(labels.items()), ports=((8888, "notebook-port"),), **place)
    return found


def of_servers(policy: dict[str, Any]) -> dict[str, Any]:
    """Give the values that say what servers, and with them runs, may reach."""
    return {"jupyterhub": {"singleuser": {"networkPolicy": policy}}}


def assert_ways(
    manifests: list[Manifest], ends: dict[str, End], ways: list[tuple[str, str, int]], *, open_: bool
):
    wrong = [way for way in ways if lets(manifests, ends[way[0]], ends[way[1]], way[2]) is not open_]
    assert wrong == []


@pytest.mark.parametrize(("values", "door"), [one[1:] for one in DOORS], ids=[one[0] for one in DOORS])
def test_each_part_reaches_what_it_needs(render_full: Render, values: tuple[Any, ...], door: tuple[str, int]):
    manifests = render_full(*values)
    ends = ends_of(manifests)
    jobs = "studio-jobs" if "studio-jobs" in ends else "studio-api"
    needed = [
        *((one, *door) for one in ("server", "run", "hub", "studio-api", jobs, "mlflow")),
        *(
            ("server", "hub", 8081),
            ("hub", "server", 8888),
            ("hub", "proxy", 8001),
            ("proxy", "server", 8888),
        ),
        *((one, "hub", 8081) for one in ("proxy", "studio-api", jobs, "mlflow")),
        *((one, part, 8000) for one in ("proxy", "hub") for part in ("studio-api", "mlflow")),
        ("mlflow", "studio-api", 8000),
    ]
    if "autohttps" in ends:
        needed.append(("autohttps", "proxy", 8000))
    assert_ways(manifests, ends, needed, open_=True)


@pytest.mark.parametrize("values", [one[1] for one in DOORS], ids=[one[0] for one in DOORS])
@pytest.mark.parametrize("who", ["server", "run"])
def test_what_people_run_reaches_no_part_behind_the_proxy_and_no_others_pod(
    render_full: Render, values: tuple[Any, ...], who: str
):
    manifests = render_full(*values)
    ends = ends_of(manifests) | {"metadata": METADATA, "database": DATABASE}
    refused = [
        *((who, part, 8000) for part in ("studio-api", "studio-jobs", "mlflow") if part in ends),
        *((who, "server", 8888), (who, "run", 8888), (who, "proxy", 8001), (who, "database", 5432)),
        *((who, "metadata", 80), (who, "hub", 8082)),
    ]
    if who == "run":
        refused.append(("run", "hub", 8081))
    assert_ways(manifests, ends, refused, open_=False)


@pytest.mark.parametrize("port", [8000, 8443])
def test_in_the_namespace_of_a_workspace_servers_and_runs_reach_the_proxy(render_full: Render, port: int):
    manifests = render_full(OF_TEAM_A)
    ends = ends_of(manifests, TEAM_A)
    assert_ways(manifests, ends, [("server", "proxy", port), ("run", "proxy", port)], open_=True)
    assert_ways(manifests, ends, [("server", "hub", 8081), ("proxy", "server", 8888)], open_=True)
    refused = [(who, part, 8000) for who in ("server", "run") for part in ("studio-api", "mlflow")]
    assert_ways(manifests, ends, [*refused, ("run", "server", 8888), ("run", "hub", 8081)], open_=False)


@pytest.mark.parametrize("who", ["server", "run"])
def test_names_are_found_where_the_metadata_server_gives_them(render_full: Render, who: str):
    manifests = render_full()
    assert lets(manifests, ends_of(manifests)[who], METADATA, 53)


@pytest.mark.parametrize(
    ("rules", "target", "port", "is_open"),
    [
        ({"cloudMetadataServer": True}, METADATA, 80, True),
        ({"dnsPortsCloudMetadataServer": False}, METADATA, 53, False),
        ({"dnsPortsPrivateIPs": False}, PRIVATE, 53, False),
        ({"dnsPortsPrivateIPs": False, "dnsPortsKubeSystemNamespace": False}, NAMES, 53, False),
        ({"nonPrivateIPs": False}, PUBLIC, 443, False),
        ({"privateIPs": True}, PRIVATE, 443, True),
    ],
)
def test_each_rule_for_servers_holds_for_runs_and_in_the_namespaces_of_workspaces(
    render_full: Render, rules: dict[str, bool], target: End, port: int, is_open: bool
):
    for given, expected in (({}, not is_open), (rules, is_open)):
        manifests = render_full(OF_TEAM_A, of_servers({"egressAllowRules": given}))
        for namespace in (None, TEAM_A):
            ends = ends_of(manifests, namespace) | {"target": target}
            ways = [(who, "target", port) for who in ("server", "run")]
            assert_ways(manifests, ends, ways, open_=expected)


@pytest.mark.parametrize("namespace", [None, TEAM_A], ids=["own", "of a workspace"])
def test_runs_go_where_they_like_where_servers_do_and_are_reached_by_nobody(
    render_full: Render, namespace: str | None
):
    for held in (True, False):
        manifests = render_full(OF_TEAM_A, of_servers({"enabled": held}))
        ends = ends_of(manifests, namespace) | {"metadata": METADATA, "private": PRIVATE}
        ways = [(who, where, 80) for who in ("server", "run") for where in ("metadata", "private")]
        assert_ways(manifests, ends, ways, open_=not held)
        assert_ways(manifests, ends, [("proxy", "run", 8888), ("server", "run", 8888)], open_=False)


@pytest.mark.parametrize("values", [(), (OF_TEAM_A,)], ids=["own", "of a workspace"])
def test_without_our_policies_those_of_the_hubs_chart_are_open_for_servers_and_runs(
    render_full: Render, values: tuple[Any, ...]
):
    manifests = render_full(*values, _PUBLIC_URL, _MANUAL, {"networkPolicy": {"enabled": False}})
    ends = ends_of(manifests, TEAM_A if values else None)
    ways = [("server", "hub", 8081), ("hub", "server", 8888), ("proxy", "server", 8888)]
    ways += [(who, "proxy", port) for who in ("server", "run") for port in (8000, 8443)]
    assert_ways(manifests, ends, ways, open_=True)
    ours = {one["metadata"]["name"] for one in of_kind(manifests, "NetworkPolicy") if is_ours(one)}
    beside = {f"{part}-and-namespaces" for part in ("hub", "proxy")} if values else set()
    assert ours == {"servers-and-proxy"} | beside


def test_the_services_are_reached_by_a_hub_elsewhere_only_where_it_is_named(render_lone: Render):
    named = {"networkPolicy": {"proxyFrom": EVERYTHING_ON["networkPolicy"]["proxyFrom"]}}
    for values, is_open in (((), False), ((named,), True)):
        manifests = render_lone(ELSEWHERE, *values)
        ends = ends_of(manifests) | {"hubs": OF_HUBS, "others": OF_OTHERS}
        services = ("studio-api", "mlflow")
        assert_ways(manifests, ends, [("hubs", one, 8000) for one in services], open_=is_open)
        refused = [(who, one, 8000) for who in ("others", "run") for one in services]
        assert_ways(manifests, ends, refused, open_=False)
        assert lets(manifests, ends["mlflow"], ends["studio-api"], 8000)


def test_runs_reach_a_hub_elsewhere_at_a_private_address_only_where_it_is_named(render_lone: Render):
    named = of_servers({"egress": [{"to": [{"ipBlock": {"cidr": f"{PRIVATE.address}/32"}}]}]})
    for values, is_open in (((), False), ((named,), True)):
        manifests = render_lone(ELSEWHERE, *values)
        run = ends_of(manifests)["run"]
        assert lets(manifests, run, PRIVATE, 443) is is_open
        assert lets(manifests, run, PUBLIC, 443)
        assert lets(manifests, run, NAMES, 53)
        assert not lets(manifests, run, METADATA, 80)
