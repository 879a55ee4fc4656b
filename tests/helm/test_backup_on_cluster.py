"""A release that is gone comes back from its backup, by the commands of the documentation's page."""

import json
import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.client import Cluster, _program
from tests.docs.blocks import ROOT, commands_below
from tests.helm.charts import RELEASE, Helm
from tests.helm.installed import VALUES, Installed, new_release
from tests.helm.using import PUBLISH, TEAM, TRACK, end_of, logged_in, submit

pytestmark = [pytest.mark.timeout(1800), pytest.mark.slow]

_PAGE = ROOT / "docs" / "how-to" / "backup-and-restore.md"
_KEEP = (
    "\nimport pathlib\npathlib.Path.home().joinpath('.kept').write_text('at home')\nprint(run.info.run_id)"
)
_LOOK = """
import mlflow, onedata as od, pathlib
total = int(od.datasets.load("numbers")["a"].sum())
run = mlflow.get_run({run!r})
note = mlflow.artifacts.load_text(f"{{run.info.artifact_uri}}/note.txt")
print(total, run.data.metrics["loss"], note, pathlib.Path.home().joinpath(".kept").read_text())
"""


@pytest.fixture
def second(
    cluster: Cluster, helm: Helm, full_chart: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    """A release in a namespace that the page's commands are yet to make; both are removed afterwards."""
    namespace = f"restored-{secrets.token_hex(4)}"
    folder = tmp_path_factory.mktemp("restored")
    try:
        yield Installed(cluster, helm, full_chart, namespace, folder)
    finally:
        cluster.kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=false")


def follow(installed: Installed, folder: Path, *headings: str) -> None:
    """Run what the page says below its headings, in one shell, for a release in another namespace."""
    script = "".join(commands_below(_PAGE, heading) for heading in ("Helpers for Kubernetes", *headings))
    script = re.sub(rf"(-n|--namespace|create namespace) {RELEASE}\b", rf"\1 {installed.namespace}", script)
    script = script.replace("…/helm/one-data-studio", str(installed.chart))
    programs = [str(Path(_program("kubectl")).parent), str(installed.helm.program.parent), os.environ["PATH"]]
    done = subprocess.run(
        ["bash", "-euxo", "pipefail", "-c", script],
        cwd=folder,
        env={
            **os.environ,
            "KUBECONFIG": str(installed.cluster.kubeconfig),
            "PATH": os.pathsep.join(programs),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


async def test_a_release_that_is_gone_comes_back_with_its_datasets_runs_homes_and_secrets(
    cluster: Cluster,
    helm: Helm,
    full_chart: Path,
    second: Installed,
    tmp_path_factory: pytest.TempPathFactory,
):
    kept = tmp_path_factory.mktemp("backup")
    (kept / "values.yaml").write_text(json.dumps(VALUES))
    with new_release(cluster, helm, full_chart, tmp_path_factory.mktemp("lost")) as first:
        first.change("install")
        async with logged_in(first) as ann:
            run = await submit(ann, "before", PUBLISH + TRACK + _KEEP)
            assert (await end_of(ann, run))["state"] == "succeeded"
            told = (await ann.studio("GET", f"{run}/logs"))["text"]
        follow(first, kept, "Back up on Kubernetes")
        before = {name: first.secret(name) for name in ("onedata", "hub")}
        first.remove()
    follow(second, kept, "Restore on Kubernetes")
    second.wait_for_ways()
    async with logged_in(second) as ann:
        assert (await ann.studio("GET", f"{run}/logs"))["text"] == told
        listed = await ann.studio("GET", f"{TEAM}/datasets")
        assert [one["name"] for one in listed["items"]] == ["numbers"]
        look = await submit(ann, "after", _LOOK.format(run=told.split()[-1]))
        ended = await end_of(ann, look)
        assert ended["state"] == "succeeded", ended
        seen = (await ann.studio("GET", f"{look}/logs"))["text"]
        assert seen.splitlines()[-1] == "6 0.25 hello at home"
    after = {name: second.secret(name) for name in before}
    assert after["onedata"] == before["onedata"]
    assert {key: value for key, value in after["hub"].items() if key != "values.yaml"} == {
        key: value for key, value in before["hub"].items() if key != "values.yaml"
    }
