"""Three tables of rights are one: the chart's roles, the documentation's, and the one that a cluster is asked for."""

import re

import pytest

from tests.helm.charts import EXAMPLES, ROOT
from tests.helm.conftest import Render
from tests.helm.pods import pods
from tests.helm.rights import HUB, TABLE
from tests.helm.test_access import CAPACITY, HUB_ELSEWHERE, Rights, of_kind, rules_of

PAGE = (ROOT / "docs" / "how-to" / "install-on-kubernetes.md").read_text(encoding="utf-8")
THINGS = {
    "pods": ("", "pods"),
    "their logs": ("", "pods/log"),
    "events": ("", "events"),
    "Jobs": ("batch", "jobs"),
    "Secrets": ("", "secrets"),
    "Services": ("", "services"),
    "volumes' claims": ("", "persistentvolumeclaims"),
    "nodes": ("", "nodes"),
}
READ = {"get", "list", "watch"}
VERBS = {"create": "make", "patch": "end", "delete": "delete"}


def rows() -> dict[str, str]:
    """Give what the page's table says of each account."""
    table = PAGE.partition("## Who may do what\n")[2].partition("\n## ")[0]
    cells = (re.fullmatch(r"\| (.+?) \| (.+) \|", line) for line in table.splitlines())
    return {found[1]: found[2] for found in cells if found}


def named(words: dict[str, tuple[str, str]] | list[str], text: str) -> list[str]:
    return [word for word in words if re.search(rf"\b{word}(?!\w)", text)]


def as_read(cell: str) -> set[tuple[str, tuple[str, str]]]:
    """Give (verb, resource) of each thing that a cell of the table allows."""
    return {
        (verb, THINGS[thing])
        for part in cell.split(";")
        for verb in named(["make", "read", "end", "delete", "list"], part)
        for thing in named(THINGS, part)
    }


def in_words(rights: Rights) -> set[tuple[str, tuple[str, str]]]:
    """Give the same of a table of rights, in the page's words."""
    said = {(VERBS[verb], one) for one, verbs in rights.items() for verb in verbs - READ}
    for one, verbs in rights.items():
        if verbs & READ:
            said.add(("list" if verbs & READ == {"list"} else "read", one))
    return said


@pytest.mark.parametrize(
    ("row", "rights"),
    [
        ("`hub`", HUB),
        ("`hub`, with `global.onedata.showCapacity`", CAPACITY),
        ("`studio-jobs`", TABLE["studio-jobs"]),
        ("`studio-api`", TABLE["studio-api"]),
        ("`mlflow`, people's servers, runs", TABLE["mlflow"] | TABLE["default"]),
    ],
)
def test_the_page_says_what_each_account_may(row: str, rights: Rights):
    assert as_read(rows()[row]) == in_words(rights)


def test_the_page_says_what_the_hub_may_not_in_the_namespace_of_a_workspace():
    (cell,) = (cell for row, cell in rows().items() if "namespaces-for-workspaces" in row)
    assert {THINGS[thing] for thing in named(THINGS, cell)} == set(HUB) - set(HUB_ELSEWHERE)


def test_the_hubs_own_chart_gives_it_what_the_table_says(render_full: Render):
    (role,) = (one for one in of_kind(render_full(), "Role") if one["metadata"]["name"] == "hub")
    assert rules_of(role) == HUB


@pytest.mark.parametrize("example", ["one-node", "team", "air-gapped"])
def test_the_table_has_every_account_whose_token_a_pod_of_an_example_carries(
    render_full: Render, example: str
):
    manifests = render_full(EXAMPLES / f"{example}.yaml")
    without = {
        one["metadata"]["name"]
        for one in of_kind(manifests, "ServiceAccount")
        if one.get("automountServiceAccountToken") is False
    }
    carrying = set()
    for _, pod in pods(manifests):
        account = pod["spec"].get("serviceAccountName", "default")
        if pod["spec"].get("automountServiceAccountToken", account not in without):
            carrying.add(account)
    assert carrying <= set(TABLE)
    assert {"hub", "studio-jobs"} <= carrying
