"""The commands for a cluster that the pages have: they find what the release made, where it made it."""

import re

from tests.docs.blocks import ROOT, all_blocks, commands_below
from tests.helm.conftest import Render
from tests.helm.test_access import OF_TEAM_A, TEAM_A
from tests.helm.test_services import studio_file

_KUBECTL = re.compile(r"\bkubectl (?P<arguments>[^|\n]*)")
_OF_THE_WHOLE_CLUSTER = re.compile(r"(create|label|delete) (namespace|node) ")
_PAGE = ROOT / "docs" / "how-to" / "namespaces-for-workspaces.md"


def test_every_command_on_what_is_in_a_namespace_names_it():
    commands = [
        (block.page, found["arguments"])
        for block in all_blocks()
        if block.language == "console"
        for found in _KUBECTL.finditer(block.source)
    ]
    namespaced = [one for one in commands if not _OF_THE_WHOLE_CLUSTER.match(one[1])]
    assert len(namespaced) > 10
    assert [one for one in namespaced if not re.match(r"-n \S|.* --namespace[ =]", one[1])] == []


def test_a_command_that_holds_its_terminal_is_the_last_of_its_block():
    holding = [block for block in all_blocks() if " port-forward " in block.source]
    assert holding
    for block in holding:
        assert " port-forward " in block.source.splitlines()[-1], block


def test_the_page_copies_the_secret_of_extra_files_to_the_namespace_of_a_workspace(render_full: Render):
    greeting = {"mountPath": "/etc/greeting", "stringData": "hello"}
    manifests = render_full(OF_TEAM_A, {"jupyterhub": {"singleuser": {"extraFiles": {"greeting": greeting}}}})
    name = studio_file(manifests, "pod.yaml")["volumes"]["files"]["secret"]["secretName"]
    (made,) = [one for one in manifests if (one["kind"], one["metadata"]["name"]) == ("Secret", name)]
    assert "namespace" not in made["metadata"]  # the release's own
    commands = commands_below(_PAGE, "What the release puts there")
    assert f"-n onedata get secret {name} " in commands
    assert f"\n  name: {name}\n" in commands
    assert f"kubectl -n {TEAM_A} apply" in commands
