"""The chart on a real cluster, with Zero to JupyterHub: the whole path of a day, an upgrade and back.

The cluster's bridge network takes network policies and enforces none: those are checked as rendered.
"""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import yaml
from onedata_hub.tour.hub_session import HubSession

from tests.cluster.client import Cluster, wait_for
from tests.cluster.place import HOST_ADDRESS
from tests.helm.charts import RELEASE, Helm, Manifest
from tests.helm.holding import Hold
from tests.helm.installed import HEALTH, Installed, new_release
from tests.helm.losing import STUDIO, pods_made, until
from tests.helm.relay import relayed
from tests.helm.rights import TABLE, all_rights_of, may
from tests.helm.using import PUBLISH, TEAM, TRACK, due_since, end_of, logged_in, notebook, submit
from tests.support.postgres import Postgres

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

_SERVER = "jupyter-ann"
_HUB = "component=hub"
_LOOKING = "app.kubernetes.io/component=studio-jobs"
_OF_PEOPLE = "app.kubernetes.io/component in (singleuser-server, job-run)"
_CHANGED = {"global": {"onedata": {"idleTimeoutSeconds": 7200}}}
_NEWER = "99.0.0"
_OF_THE_NEWER = "example.org/chart=newer"


@pytest.fixture(scope="module")
def installed(
    cluster: Cluster, helm: Helm, full_chart: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    """The chart as installed, in a namespace that takes nothing but restricted pods."""
    with new_release(cluster, helm, full_chart, tmp_path_factory.mktemp("chart")) as release:
        release.change("install")
        yield release


@pytest.fixture
async def ann(installed: Installed) -> AsyncIterator[HubSession]:
    """A user who has logged in."""
    async with logged_in(installed) as session:
        yield session


@pytest.fixture
async def server(installed: Installed, ann: HubSession) -> str:
    """The pod of ann's running server."""
    await ann.start_server(lambda _: None, profile="small")
    return _SERVER


def test_every_part_answers_through_the_proxy(installed: Installed):
    with installed.reached() as url:
        for path in HEALTH:
            assert httpx.get(f"{url}{path}", trust_env=False).status_code == 200, path


async def test_a_server_comes_up_and_publishes_a_dataset(installed: Installed, server: str):
    assert installed.python(server, PUBLISH).strip().splitlines()[-1] == "6"


async def test_a_server_tracks_an_experiment(installed: Installed, server: str):
    assert installed.python(server, TRACK).strip().splitlines()[-1] == "0.25 hello"


async def test_a_servers_pod_is_restricted_and_knows_nothing_of_the_cluster(
    installed: Installed, server: str
):
    pod = json.loads(installed.kubectl("get", "pod", server, "-o", "json"))
    assert pod["spec"]["automountServiceAccountToken"] is False
    told = installed.python(
        server, "import os; print(os.getuid(), os.path.exists('/var/run/secrets/kubernetes.io'))"
    )
    assert told.split() == ["1000", "False"]
    environment = json.loads(installed.python(server, "import os, json; print(json.dumps(dict(os.environ)))"))
    assert environment["ONEDATA_PROFILE"] == "small"
    assert environment["ONEDATA_WORKSPACE"] == "user-ann"


async def test_a_schedule_starts_its_runs_with_the_server_stopped(
    installed: Installed, ann: HubSession, server: str
):
    schedule = {"cron": "* * * * *"}
    source = notebook("import onedata as od\nprint(od.whoami().name, 40 + 2)")
    body = {"name": "by-the-minute", "notebook": source, "profile": "small", "schedule": schedule}
    job = await ann.studio("POST", f"{TEAM}/jobs", json=body)
    await ann.stop_server()
    assert server not in installed.pods()
    stopped_at = datetime.now(UTC)
    due = await until("a run", lambda: due_since(ann, job["id"], stopped_at), installed=installed)
    await ann.studio("PATCH", f"{TEAM}/jobs/{job['id']}", json={"schedule": schedule | {"paused": True}})
    run = f"{TEAM}/runs/{due[0]['id']}"
    ended = await end_of(ann, run)
    assert (ended["trigger"], ended["state"], ended["attempt"]) == ("schedule", "succeeded", 1), ended
    assert (await ann.studio("GET", f"{run}/logs"))["text"] == "ann 42\n"
    assert server not in installed.pods()
    wait_for("the pods' end", lambda: not installed.pods(_OF_PEOPLE))


@pytest.fixture
def newer(installed: Installed, tmp_path: Path) -> Installed:
    """The release with the chart's next version: its number is higher, and the studio's pods have a label more."""
    chart = Path(shutil.copytree(installed.chart, tmp_path / "newer"))
    about = yaml.safe_load((chart / "Chart.yaml").read_text())
    about |= {"version": _NEWER, "appVersion": _NEWER}
    (chart / "Chart.yaml").write_text(yaml.safe_dump(about))
    template = chart / "templates" / "studio" / "_pod.tpl"
    key, _, value = _OF_THE_NEWER.partition("=")
    before, labels, after = template.read_text().partition("metadata:\n  labels:\n")
    assert labels
    template.write_text(f"{before}{labels}    {key}: {value}\n{after}")
    return replace(installed, chart=chart)


async def test_servers_and_runs_outlive_an_upgrade_to_a_changed_chart_and_a_rollback(
    installed: Installed, newer: Installed, ann: HubSession, server: str
):
    hold = Hold()
    run = await submit(ann, "slow", hold.cell)
    wait_for("the run's pod", lambda: installed.are_ready(_OF_PEOPLE, 2))
    version, before, kept = _version(installed), installed.pods(_OF_PEOPLE), _secrets(installed)
    parts = {name: installed.pods(name) for name in (_HUB, STUDIO)}
    assert version != _NEWER

    await asyncio.to_thread(newer.change, "upgrade", _CHANGED)
    assert _version(installed) == _NEWER
    assert installed.pods(_OF_THE_NEWER) == installed.pods(STUDIO)
    assert all(set(installed.pods(name)).isdisjoint(pods) for name, pods in parts.items())
    assert (installed.pods(_OF_PEOPLE), _secrets(installed)) == (before, kept)

    await asyncio.to_thread(installed.roll_back)
    assert _version(installed) == version
    assert installed.pods(_OF_THE_NEWER) == {}
    assert (installed.pods(_OF_PEOPLE), _secrets(installed)) == (before, kept)

    assert installed.python(server, PUBLISH).strip().splitlines()[-1] == "6"
    # The hub's chart starts the proxy anew at the first upgrade, so the way that was open is closed.
    async with logged_in(installed) as session:
        assert (await session.studio("GET", run))["state"] == "running"
        installed.python(server, hold.let_go)
        ended = await end_of(session, run)
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended
    assert pods_made(installed, run) == 1


def _helm(installed: Installed, *arguments: str) -> str:
    """Ask Helm about the release."""
    place = ("--namespace", installed.namespace, "--kubeconfig", str(installed.cluster.kubeconfig))
    return installed.helm.run(*arguments, RELEASE, *place)


def _version(installed: Installed) -> str:
    """Give the version of the chart that is installed now."""
    (now,) = json.loads(_helm(installed, "history", "--max=1", "--output=json"))
    assert now["status"] == "deployed", now
    return str(now["chart"]).removeprefix("one-data-studio-")


def _secrets(installed: Installed) -> dict[str, str]:
    """Give what is secret: of the hub's own without the values, which an upgrade is there to change."""
    hub = {key: value for key, value in installed.secret("hub").items() if key != "values.yaml"}
    return installed.secret("onedata") | hub


def test_the_command_of_the_notes_waits_for_every_deployment(installed: Installed):
    notes = _helm(installed, "get", "notes")
    (command,) = re.findall(r"^ +kubectl (.* rollout status .*)$", notes, re.M)
    told = installed.cluster.kubectl(*command.split())
    every = installed.kubectl("get", "deployments", "--output=name").split()
    ready = re.findall(r'^deployment "(\S+)" successfully rolled out$', told, re.M)
    assert sorted(ready) == sorted(name.removeprefix("deployment.apps/") for name in every)


@pytest.mark.parametrize("account", TABLE)
def test_an_account_may_what_the_table_says_and_is_refused_the_rest(installed: Installed, account: str):
    assert all_rights_of(installed, account, installed.namespace) == TABLE[account]
    assert all_rights_of(installed, account, "kube-system") == {}
    asked = [("list", "nodes"), ("get", "nodes"), ("get", "secrets"), ("create", "pods"), ("list", "pods")]
    assert [one for one in asked if may(installed, account, *one, namespace="kube-system")] == []
    reads = "get" in TABLE[account].get(("", "secrets"), ())
    assert may(installed, account, "get", "secrets", namespace=installed.namespace) == reads


@pytest.fixture(scope="module")
def replicated(
    cluster: Cluster,
    helm: Helm,
    full_chart: Path,
    postgres: Postgres,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installed]:
    """The chart on PostgreSQL, with two pods of each part of the studio."""
    if not cluster.is_ours:
        pytest.skip("the pods of another's cluster cannot reach the PostgreSQL of this machine")
    folder = tmp_path_factory.mktemp("replicated")
    with (
        relayed(HOST_ADDRESS, postgres.port) as port,
        new_release(cluster, helm, full_chart, folder) as release,
    ):
        address = {
            name: postgres.empty_database().replace(f"127.0.0.1:{postgres.port}", f"{HOST_ADDRESS}:{port}")
            for name in ("studio", "mlflow", "hub")
        }
        literals = [f"--from-literal={name}-url={address[name]}" for name in ("studio", "mlflow")]
        release.kubectl("create", "secret", "generic", "databases", *literals)
        hub = address["hub"].replace("postgresql://", "postgresql+psycopg://")
        release.change(
            "install",
            {
                "database": {"type": "postgresql", "postgresql": {"existingSecret": "databases"}},
                "studio": {"api": {"replicas": 2}, "jobs": {"replicas": 2}},
                "jupyterhub": {"hub": {"db": {"type": "postgres", "url": hub, "upgrade": True}}},
            },
        )
        yield release


async def test_runs_outlive_every_pod_that_looks_after_them(replicated: Installed):
    async with logged_in(replicated) as ann:
        await ann.start_server(lambda _: None, profile="small")
        assert replicated.python(_SERVER, PUBLISH).strip().splitlines()[-1] == "6"
        hold = Hold()
        runs = [await submit(ann, f"run-{n}", hold.cell) for n in range(2)]
        wait_for("the runs' pods", lambda: replicated.are_ready("app.kubernetes.io/component=job-run", 2))
        looking = replicated.pods(_LOOKING)
        assert len(looking) == 2
        replicated.kubectl("delete", "pod", *looking, "--grace-period=1", "--wait=false")
        wait_for("the end of all that looked", lambda: set(looking).isdisjoint(replicated.pods(_LOOKING)))
        replicated.python(_SERVER, hold.let_go)
        ended = [await end_of(ann, run) for run in runs]
    assert [(run["state"], run["attempt"]) for run in ended] == [("succeeded", 1)] * 2


async def test_what_is_removed_and_installed_again_has_everybodys_work(
    installed: Installed, ann: HubSession, server: str
):
    assert installed.python(server, PUBLISH).strip().splitlines()[-1] == "6"
    await ann.stop_server()
    kept = installed.secret("onedata")
    await asyncio.to_thread(installed.remove)
    wait_for("the pods' end", lambda: installed.pods() == {})
    await asyncio.to_thread(installed.change, "install")
    assert installed.secret("onedata") == kept
    async with logged_in(installed) as session:
        await session.start_server(lambda _: None, profile="small")
        found = installed.python(_SERVER, "import onedata as od; print(len(od.datasets.load('numbers')))")
    assert found.strip() == "3"


def test_the_api_server_itself_takes_every_manifest_of_its_own_kinds(
    cluster: Cluster, manifests: list[Manifest], namespace: str
):
    own = [
        one
        for one in manifests
        if "." not in one["apiVersion"].partition("/")[0] or ".k8s.io/" in one["apiVersion"]
    ]
    own = [one for one in own if not one["apiVersion"].startswith("gateway.")]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [_moved(one, namespace) for one in own]})
    said = cluster.try_kubectl(
        "create", "--dry-run=server", "--validate=strict", "-n", namespace, "-f", "-", text=text
    )
    assert said.returncode == 0, said.stderr


def _moved(one: Manifest, namespace: str) -> Manifest:
    """Put a manifest that names its namespace into this one."""
    metadata = dict(one["metadata"])
    if "namespace" in metadata:
        metadata["namespace"] = namespace
    return one | {"metadata": metadata}
