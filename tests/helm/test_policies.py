"""Who reaches whom where the cluster's network enforces policies, for each example and each way to serve HTTPS."""

import ipaddress
from typing import Any

import pytest
from onedata_hub.backends.compute.kubernetes.manifests import SELECTOR

from tests.helm.charts import EXAMPLES, Manifest
from tests.helm.conftest import Render
from tests.helm.pods import containers, pods
from tests.helm.policies import End, lets
from tests.helm.test_access import OF_TEAM_A, TEAM_A
from tests.helm.variants import EVERYTHING_ON, HUB_ON

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


def ends_of(manifests: list[Manifest], namespace: str | None = None) -> dict[str, End]:
    """Give the pods of a release, with a server and a run as hub and studio make them."""
    found = {"gateway": GATEWAY}
    for name, pod in pods(manifests):
        if name.startswith("Deployment/"):
            ports = [port for one in containers(pod) for port in one.get("ports", ())]
            numbered = tuple((port["containerPort"], port["name"]) for port in ports)
            short = name.partition("/")[2]
            found[short] = End(short, tuple(pod["metadata"]["labels"].items()), ports=numbered)
    hub = dict(found["hub"].labels)
    of_server = dict.fromkeys(("component", "app.kubernetes.io/component"), "singleuser-server")
    let_in = {"hub.jupyter.org/network-access-hub": "true"}  # as the hub's chart has for servers
    labels = hub | of_server | let_in
    of_run = dict(part.split("=") for part in SELECTOR.split(","))
    place = {"namespace": namespace} if namespace else {}
    found["server"] = End("server", tuple(labels.items()), ports=((8888, "notebook-port"),), **place)
    found["run"] = End("run", tuple(of_run.items()), **place)
    return found


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
