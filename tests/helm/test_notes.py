"""What people read after an install: the next command for each state, and what to beware of."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.helm.charts import EXAMPLES, Helm, Manifest
from tests.helm.variants import ELSEWHERE, EVERYTHING_OFF, EVERYTHING_ON, Variant, with_namespaces

HOST = "data.example.org"
TLS = [{"hosts": [HOST], "secretName": "certificate"}]
GATEWAY = {"name": "public", "namespace": "gateways"}

TRIAL = "NOBODY IS CHECKED AT LOGIN YET"
SQLITE = "The studio's rows are in one SQLite file"
SHARED = "people can reach each other's files on it"
ONE_NODE = "It can be mounted on one node only"
SHUT_OUT = "set networkPolicy.proxyFrom to where its pods and its proxy are"
RUNS_HELD = "https://data.example.org leads to a private address or to pods of this cluster"


def test_notes_wait_for_every_deployment_there_is(
    helm: Helm,
    variant: Variant,
    manifests: list[Manifest],
    request: pytest.FixtureRequest,
    tmp_path: Path,
):
    chart: Path = request.getfixturevalue("full_chart" if variant.needs_hub else "lone_chart")
    said = helm.notes(chart, *variant.values, folder=tmp_path)
    (label,) = re.findall(r"^ +kubectl -n ods rollout status deployment -l (\S+)$", said, re.M)
    name, _, value = label.partition("=")
    labels = {
        one["metadata"]["name"]: one["metadata"]["labels"] for one in manifests if one["kind"] == "Deployment"
    }
    assert {"studio-api", "mlflow", *(("hub", "proxy") if variant.needs_hub else ())} <= set(labels)
    assert [one for one, given in labels.items() if given.get(name) != value] == []


@pytest.mark.parametrize(
    ("hub", "said"),
    [
        (
            {},
            [
                "kubectl -n ods port-forward service/proxy-public 8080:http",
                "and then http://127.0.0.1:8080/",
            ],
        ),
        (
            {"proxy": {"service": {"type": "LoadBalancer"}}},
            ["kubectl -n ods get service proxy-public     (its EXTERNAL-IP)"],
        ),
        ({"ingress": {"enabled": True, "hosts": [HOST]}}, [f"http://{HOST}/"]),
        ({"ingress": {"enabled": True, "hosts": [HOST], "tls": TLS}}, [f"https://{HOST}/"]),
        ({"ingress": {"enabled": True}}, ["kubectl -n ods get ingress jupyterhub     (its ADDRESS)"]),
        ({"httpRoute": {"enabled": True, "hostnames": [HOST], "gateway": GATEWAY}}, [f"https://{HOST}/"]),
        (
            {"httpRoute": {"enabled": True, "gateway": GATEWAY}},
            ["kubectl -n gateways get gateway public     (its ADDRESS)"],
        ),
        (
            {"httpRoute": {"enabled": True, "gateway": {"name": "own"}}},
            ["kubectl -n ods get gateway own     (its ADDRESS)"],
        ),
    ],
)
def test_notes_lead_to_the_platform_by_the_way_there_is_and_then_to_the_self_test(
    helm: Helm, full_chart: Path, tmp_path: Path, hub: dict[str, Any], said: list[str]
):
    text = helm.notes(full_chart, {"jupyterhub": hub}, EXAMPLES / "keycloak.yaml", folder=tmp_path)
    way = text.partition("2. Open the platform:\n")[2].partition("\n\n")[0]
    assert [line.strip() for line in way.splitlines()] == said
    assert "onedata selftest --url" in text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, {TRIAL, SQLITE, SHARED, ONE_NODE}),
        (
            {"global": {"onedata": {"objects": {"pvc": {"accessModes": ["ReadWriteMany"]}}}}},
            {TRIAL, SQLITE, SHARED},
        ),
        (EXAMPLES / "one-node.yaml", {SQLITE, SHARED, ONE_NODE}),
        (EXAMPLES / "team.yaml", set()),
    ],
    ids=["as it comes", "a volume for many nodes", "one node", "team"],
)
def test_notes_warn_of_what_is_so_and_of_nothing_else(
    helm: Helm, full_chart: Path, tmp_path: Path, values: Path | dict[str, Any], said: set[str]
):
    text = helm.notes(full_chart, values, folder=tmp_path)
    assert {one for one in (TRIAL, SQLITE, SHARED, ONE_NODE) if one in text} == said


def test_notes_lead_from_a_claim_of_one_node_to_another_claim_and_not_to_other_access_modes(
    helm: Helm, full_chart: Path, tmp_path: Path
):
    text = " ".join(helm.notes(full_chart, folder=tmp_path).split())
    advice = text.partition(ONE_NODE)[2].partition("Removing the release")[0]
    assert "chosen before the first install" in advice
    assert "name it in global.onedata.objects.pvc.existingClaim" in advice


def test_notes_for_a_hub_elsewhere_name_what_it_needs(helm: Helm, lone_chart: Path, tmp_path: Path):
    said = helm.notes(lone_chart, ELSEWHERE, folder=tmp_path)
    assert "http://studio-api.ods:8000" in said
    assert "http://mlflow.ods:8000" in said
    assert "Secret hub-tokens" in said
    assert "Open the platform" not in said
    assert TRIAL not in said


_PROXY_NAMED = {"networkPolicy": {"proxyFrom": EVERYTHING_ON["networkPolicy"]["proxyFrom"]}}
_SERVERS_FREE = {"jupyterhub": {"singleuser": {"networkPolicy": {"enabled": False}}}}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((), {SHUT_OUT, RUNS_HELD}),
        ((_PROXY_NAMED,), {RUNS_HELD}),
        ((_SERVERS_FREE,), {SHUT_OUT}),
        ((EVERYTHING_OFF,), set()),
    ],
    ids=["as it comes", "its proxy is named", "servers are free", "no policies"],
)
def test_notes_for_a_hub_elsewhere_say_what_policies_keep_from_it(
    helm: Helm, lone_chart: Path, tmp_path: Path, values: tuple[dict[str, Any], ...], said: set[str]
):
    text = helm.notes(lone_chart, ELSEWHERE, *values, folder=tmp_path)
    assert {one for one in (SHUT_OUT, RUNS_HELD) if one in text} == said


_OF_THE_RELEASE = "-l app.kubernetes.io/instance=onedata"


@pytest.mark.parametrize(
    ("values", "theirs", "commands"),
    [
        ({}, "", [f"kubectl -n ods delete secret,pvc {_OF_THE_RELEASE}"]),
        (
            EXAMPLES / "air-gapped.yaml",
            "(Secret onedata-secrets, the databases, bucket onedata)",
            [f"kubectl -n ods delete secret,pvc {_OF_THE_RELEASE}"],
        ),
        (
            with_namespaces({"team-a": "data-team-a"}) | {"database": {"type": "cloudnative-pg"}},
            "(bucket onedata)",
            [
                f"kubectl -n data-team-a delete pvc {_OF_THE_RELEASE}",
                "kubectl -n ods delete secret,pvc,databases.postgresql.cnpg.io,clusters.postgresql.cnpg.io "
                f"{_OF_THE_RELEASE}",
            ],
        ),
    ],
    ids=["as it comes", "air-gapped", "namespaces and CloudNativePG"],
)
def test_notes_say_how_all_of_it_is_removed_and_what_is_the_sites_own(
    helm: Helm,
    full_chart: Path,
    tmp_path: Path,
    values: Path | dict[str, Any],
    theirs: str,
    commands: list[str],
):
    said = helm.notes(full_chart, values, folder=tmp_path).partition("Removing the release")[2]
    assert theirs in said
    assert ("what you gave it" in said) is bool(theirs)
    assert [line.strip() for line in said.splitlines() if line.startswith("     ")] == commands


def test_everything_that_outlives_the_release_is_removed_by_that_command(manifests: list[Manifest]):
    kept = [
        one for one in manifests if "helm.sh/resource-policy" in (one["metadata"].get("annotations") or {})
    ]
    removed = {"Secret", "PersistentVolumeClaim", "Cluster", "Database"}
    assert {one["kind"] for one in kept} <= removed
    labels = [one["metadata"]["labels"]["app.kubernetes.io/instance"] for one in kept]
    assert labels == ["onedata"] * len(kept)
