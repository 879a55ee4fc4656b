"""Who may do what in the namespace, and who may reach whom."""

from typing import Any

import pytest

from tests.helm.charts import NAMESPACE, RELEASE, Manifest
from tests.helm.conftest import Render
from tests.helm.pods import pods
from tests.helm.variants import ELSEWHERE, EVERYTHING_ON, with_namespaces

Rights = dict[tuple[str, str], set[str]]

TEAM_A = "data-team-a"
OF_TEAM_A = with_namespaces({"team-a": TEAM_A})

# Everything that our service accounts may do. What is not here is refused.
RIGHTS: dict[str, Rights] = {
    "studio-api": {
        ("batch", "jobs"): {"get", "list"},
        ("", "pods"): {"get", "list"},
        ("", "pods/log"): {"get"},
        ("", "events"): {"get", "list"},
    },
    "studio-jobs": {
        ("batch", "jobs"): {"create", "get", "list", "watch", "patch", "delete"},
        ("", "secrets"): {"create"},
        ("", "persistentvolumeclaims"): {"create", "get"},
        ("", "pods"): {"get", "list", "watch"},
        ("", "pods/log"): {"get"},
        ("", "events"): {"get", "list"},
    },
}

# What the hub may do besides where a workspace's servers are.
HUB_ELSEWHERE: Rights = {
    ("", "pods"): {"get", "watch", "list", "create", "delete"},
    ("", "persistentvolumeclaims"): {"get", "watch", "list", "create", "delete"},
    ("", "events"): {"get", "watch", "list"},
}

# What the hub may do in the whole cluster, where it is to say what is free there.
CAPACITY = {("", "nodes"): {"list"}, ("", "pods"): {"list"}}


def of_kind(manifests: list[Manifest], kind: str) -> list[Manifest]:
    return [one for one in manifests if one["kind"] == kind]


def is_ours(one: Manifest) -> bool:
    return one["metadata"]["labels"].get("app.kubernetes.io/name") == "one-data-studio"


def rules_of(role: Manifest) -> Rights:
    return {
        (group, resource): set(rule["verbs"])
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


def granted(manifests: list[Manifest], namespace: str | None = None) -> dict[str, Rights]:
    """Give what each service account of the release may do in a namespace; None is the release's own."""

    def here(kind: str) -> list[Manifest]:
        of = (one for one in of_kind(manifests, kind) if is_ours(one))
        return [one for one in of if one["metadata"].get("namespace") == namespace]

    roles = {one["metadata"]["name"]: rules_of(one) for one in here("Role")}
    given: dict[str, Rights] = {}
    for binding in here("RoleBinding"):
        (subject,) = binding["subjects"]
        assert subject["namespace"] == NAMESPACE
        given[subject["name"]] = roles.pop(binding["roleRef"]["name"])
    assert not roles
    return given


def test_rights_are_the_table_and_no_more(manifests: list[Manifest]):
    everywhere = [rules_of(one) for one in of_kind(manifests, "ClusterRole") if is_ours(one)]
    assert everywhere in ([], [CAPACITY])
    assert granted(manifests) == RIGHTS


def test_in_the_namespace_of_a_workspace_the_hub_starts_servers_and_the_studio_runs(render_full: Render):
    manifests = render_full(OF_TEAM_A)
    assert granted(manifests, TEAM_A) == RIGHTS | {"hub": HUB_ELSEWHERE}
    theirs = {
        one["metadata"]["namespace"] for one in manifests if "namespace" in one["metadata"] and is_ours(one)
    }
    assert theirs == {TEAM_A}


def test_a_hub_elsewhere_is_given_nothing_in_the_namespace_of_a_workspace(render_lone: Render):
    assert granted(render_lone(ELSEWHERE, OF_TEAM_A), TEAM_A) == RIGHTS


def test_the_hub_reads_the_cluster_only_where_it_is_to_say_what_is_free(render_full: Render):
    assert not [one for one in render_full() if one["kind"].startswith("ClusterRole") and is_ours(one)]
    manifests = render_full({"global": {"onedata": {"showCapacity": True}}})
    (role,) = [one for one in of_kind(manifests, "ClusterRole") if is_ours(one)]
    (binding,) = [one for one in of_kind(manifests, "ClusterRoleBinding") if is_ours(one)]
    assert rules_of(role) == CAPACITY
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    (hub,) = [pod for name, pod in pods(manifests) if name == "Deployment/hub"]
    assert [one["name"] for one in binding["subjects"]] == [hub["spec"]["serviceAccountName"]]


def test_mlflow_and_servers_carry_no_token_of_the_cluster(manifests: list[Manifest]):
    for account in of_kind(manifests, "ServiceAccount"):
        if is_ours(account):
            assert account["automountServiceAccountToken"] is False
    carrying = {
        pod["spec"]["serviceAccountName"]
        for _, pod in pods(manifests)
        if pod["metadata"]["labels"].get("app.kubernetes.io/name") == "one-data-studio"
        and pod["spec"]["automountServiceAccountToken"]
    }
    assert carrying <= set(RIGHTS)


def test_with_postgresql_the_api_may_start_nothing(render_lone: Render):
    manifests = dict(pods(render_lone(ELSEWHERE, EVERYTHING_ON)))
    assert manifests["Deployment/studio-api"]["spec"]["serviceAccountName"] == "studio-api"
    assert manifests["Deployment/studio-jobs"]["spec"]["serviceAccountName"] == "studio-jobs"


def peers(policy: Manifest) -> list[dict[str, Any]]:
    return [peer for rule in policy["spec"].get("ingress", ()) for peer in rule.get("from", ())]


def admits(policy: Manifest, labels: dict[str, str]) -> bool:
    """Say whether a policy lets in a pod of the same namespace with these labels."""
    for rule in policy["spec"].get("ingress", ()):
        if not rule.get("from"):
            return True
        for peer in rule["from"]:
            if "namespaceSelector" in peer and peer["namespaceSelector"] != {}:
                continue  # another namespace
            selector = peer["podSelector"]
            wanted = selector.get("matchLabels", {}).items() <= labels.items()
            if wanted and all(_holds(one, labels) for one in selector.get("matchExpressions", ())):
                return True
    return False


def _holds(expression: dict[str, Any], labels: dict[str, str]) -> bool:
    assert expression["operator"] == "In"
    return labels.get(expression["key"]) in expression["values"]


def component(name: str, app: str = "one-data-studio") -> dict[str, str]:
    return {
        "app.kubernetes.io/name": app,
        "app.kubernetes.io/instance": RELEASE,
        "app.kubernetes.io/component": name,
    }


HUB, PROXY, SERVER = (component(name, "jupyterhub") for name in ("hub", "proxy", "singleuser-server"))
API, JOBS, MLFLOW = (component(name) for name in ("studio-api", "studio-jobs", "mlflow"))


@pytest.mark.parametrize(
    ("name", "admitted"),
    [
        ("studio-api", [PROXY, HUB, MLFLOW]),
        ("mlflow", [PROXY, HUB]),
        ("studio-jobs", []),
        ("onedata-database", [API, JOBS, MLFLOW, HUB]),
    ],
)
def test_a_part_is_reached_by_those_who_need_it(
    render_full: Render, name: str, admitted: list[dict[str, str]]
):
    manifests = render_full({"database": {"type": "cloudnative-pg"}})
    (policy,) = [one for one in of_kind(manifests, "NetworkPolicy") if one["metadata"]["name"] == name]
    everybody = [HUB, PROXY, SERVER, API, JOBS, MLFLOW]
    assert [one for one in everybody if admits(policy, one)] == [one for one in everybody if one in admitted]


def test_a_run_reaches_what_the_server_of_the_same_person_may(render_full: Render):
    """But the hub's API: the platform's proxy leads there."""
    to_s3 = [{"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "storage"}}}]}]
    policies = {
        one["metadata"]["name"]: one["spec"]
        for one in of_kind(
            render_full({"jupyterhub": {"singleuser": {"networkPolicy": {"egress": to_s3}}}}), "NetworkPolicy"
        )
    }
    runs, servers = policies["job-runs"], policies["singleuser"]
    assert "ingress" not in runs
    assert runs["policyTypes"] == ["Ingress", "Egress"]

    def open_ends(policy: dict[str, Any]) -> list[Any]:
        return [rule["to"] for rule in policy["egress"] if "ports" not in rule]

    assert open_ends(runs) == open_ends(servers)
    selected = [
        peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"]
        for rule in runs["egress"]
        for peer in rule["to"]
        if "podSelector" in peer
    ]
    assert selected == ["proxy", "autohttps"]


def test_a_server_reaches_hub_and_proxy_and_no_other_pod(render_full: Render):
    """The cluster's network must enforce it; the cluster of these tests has none that does."""
    (policy,) = [
        one for one in of_kind(render_full(), "NetworkPolicy") if one["metadata"]["name"] == "singleuser"
    ]
    assert set(policy["spec"]["policyTypes"]) == {"Ingress", "Egress"}
    selected = [
        peer["podSelector"]["matchLabels"]["component"]
        for rule in policy["spec"]["egress"]
        for peer in rule["to"]
        if "podSelector" in peer
    ]
    assert set(selected) == {"hub", "proxy", "autohttps"}
    blocks = [
        peer["ipBlock"] for rule in policy["spec"]["egress"] if "ports" not in rule for peer in rule["to"]
    ]
    assert blocks == [
        {
            "cidr": "0.0.0.0/0",
            "except": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.169.254/32"],
        }
    ]


def policies_of(manifests: list[Manifest], namespace: str | None = None) -> dict[str, dict[str, Any]]:
    """Give the policies of a namespace by their names; None is the release's own."""
    return {
        one["metadata"]["name"]: one["spec"]
        for one in of_kind(manifests, "NetworkPolicy")
        if one["metadata"].get("namespace") == namespace
    }


def ends(rules: list[dict[str, Any]], way: str) -> set[tuple[str, str, int | str]]:
    """Give (namespace, component, port) of each pod that rules name by its namespace too."""
    return {
        (place, peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"], port["port"])
        for rule in rules
        for peer in rule.get(way, ())
        if "podSelector" in peer
        for place in _namespaces(peer["namespaceSelector"])
        for port in rule["ports"]
    }


def _namespaces(selector: dict[str, Any]) -> list[str]:
    if "matchLabels" in selector:
        return [selector["matchLabels"]["kubernetes.io/metadata.name"]]
    (expression,) = selector["matchExpressions"]
    assert (expression["key"], expression["operator"]) == ("kubernetes.io/metadata.name", "In")
    return list(expression["values"])


def test_servers_and_runs_of_a_workspace_with_a_namespace_reach_what_others_do(render_full: Render):
    manifests = render_full(OF_TEAM_A)
    here, there = policies_of(manifests), policies_of(manifests, TEAM_A)
    servers, runs = there["onedata-servers"], there["onedata-job-runs"]
    assert ends(servers["ingress"], "from") == {
        (NAMESPACE, part, "notebook-port") for part in ("hub", "proxy")
    }
    door = {(NAMESPACE, "proxy", port) for port in (8000, 8443)}
    door |= {(NAMESPACE, "autohttps", port) for port in (8080, 8443)}
    assert ends(servers["egress"], "to") == {(NAMESPACE, "hub", 8081)} | door
    assert ends(runs["egress"], "to") == door
    assert "ingress" not in runs
    away = [rule for rule in here["job-runs"]["egress"] if "ipBlock" in rule["to"][0]]
    assert [rule for rule in runs["egress"] if "ipBlock" in rule["to"][0]] == away
    assert [rule for rule in servers["egress"] if "ipBlock" in rule["to"][0]] == away
    for part, asked in (("hub", {(TEAM_A, "singleuser-server", 8081)}), ("proxy", None)):
        both = here[f"{part}-and-namespaces"]
        assert ends(both["egress"], "to") == {(TEAM_A, "singleuser-server", 8888)}
        whose = ("singleuser-server", "job-run")
        expected = asked or {(TEAM_A, one, port) for one in whose for port in (8000, 8443)}
        assert ends(both["ingress"], "from") == expected


@pytest.mark.parametrize("part", ["hub", "proxy"])
def test_a_part_without_a_policy_of_its_own_is_not_shut_in_by_ours(render_full: Render, part: str):
    off = {"networkPolicy": {"enabled": False}}
    values = {"jupyterhub": {"hub": off} if part == "hub" else {"proxy": {"chp": off}}}
    assert f"{part}-and-namespaces" not in policies_of(render_full(OF_TEAM_A, values))


def test_prometheus_is_let_in_where_it_is_named(render_lone: Render):
    manifests = render_lone(ELSEWHERE, EVERYTHING_ON)
    named = EVERYTHING_ON["networkPolicy"]["metricsFrom"][0]
    letting = {one["metadata"]["name"] for one in of_kind(manifests, "NetworkPolicy") if named in peers(one)}
    assert letting == {"studio-api", "studio-jobs"}
