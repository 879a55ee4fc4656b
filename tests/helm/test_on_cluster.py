"""The chart on a real cluster, with Zero to JupyterHub: the whole path of a day, an upgrade and back.

The cluster's bridge network takes network policies and enforces none: those are checked as rendered.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from onedata_hub.tour.hub_session import HubSession

from tests.cluster.client import Cluster, wait_for
from tests.cluster.place import HOST_ADDRESS
from tests.helm.charts import Helm, Manifest
from tests.helm.installed import HEALTH, Installed
from tests.helm.relay import relayed
from tests.helm.test_access import RIGHTS
from tests.helm.using import PUBLISH, TRACK, end_of, logged_in, rights_of, submit
from tests.support.postgres import Postgres

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

_SERVER = "jupyter-ann"
_CHANGED = {
    "global": {"onedata": {"idleTimeoutSeconds": 7200}},
    "studio": {"extraEnv": {"ONEDATA_STUDIO_SMTP_PORT": "25"}},
}


@pytest.fixture(scope="module")
def installed(
    cluster: Cluster, helm: Helm, full_chart: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    """The chart as installed, in a namespace that takes nothing but restricted pods."""
    with cluster.namespace("chart") as namespace:
        cluster.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
        release = Installed(cluster, helm, full_chart, namespace, tmp_path_factory.mktemp("release"))
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


async def test_a_job_runs_with_the_server_stopped(installed: Installed, ann: HubSession, server: str):
    await ann.stop_server()
    run = await submit(ann, "sum", "import onedata as od\nprint(od.whoami().name, 40 + 2)")
    ended = await end_of(ann, run)
    assert ended["state"] == "succeeded", ended
    assert server not in installed.pods()


async def test_servers_and_runs_outlive_an_upgrade_and_a_rollback(
    installed: Installed, ann: HubSession, server: str
):
    run = await submit(ann, "slow", "import time\ntime.sleep(120)\nprint('done')")
    of_people = "app.kubernetes.io/component in (singleuser-server, job-run)"
    wait_for("the run's pod", lambda: installed.are_ready(of_people, 2))
    before, kept = installed.pods(of_people), (installed.secret("onedata"), installed.secret("hub"))
    parts_before = installed.pods("app.kubernetes.io/component=studio-api")

    await asyncio.to_thread(installed.change, "upgrade", _CHANGED)
    assert set(installed.pods("app.kubernetes.io/component=studio-api")).isdisjoint(parts_before)
    assert installed.pods(of_people) == before
    await asyncio.to_thread(installed.roll_back)
    assert installed.pods(of_people) == before

    assert installed.secret("onedata") == kept[0]
    tokens = {key: value for key, value in kept[1].items() if key != "values.yaml"}
    assert tokens.items() <= installed.secret("hub").items()
    assert installed.python(server, PUBLISH).strip().splitlines()[-1] == "6"
    # The hub's chart starts the proxy anew at the first upgrade, so the way that was open is closed.
    async with logged_in(installed) as session:
        assert (await end_of(session, run))["state"] == "succeeded"


@pytest.mark.parametrize("account", ["studio-api", "studio-jobs", "mlflow", "default"])
def test_an_account_may_what_the_table_says_and_is_refused_the_rest(installed: Installed, account: str):
    assert rights_of(installed, account, installed.namespace) == RIGHTS.get(account, {})
    assert rights_of(installed, account, "kube-system") == {}


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
    with relayed(HOST_ADDRESS, postgres.port) as port, cluster.namespace("chart") as namespace:
        cluster.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
        release = Installed(cluster, helm, full_chart, namespace, tmp_path_factory.mktemp("replicated"))
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
        runs = [await submit(ann, f"run-{n}", "import time\ntime.sleep(20)") for n in range(2)]
        wait_for("the runs' pods", lambda: replicated.are_ready("app.kubernetes.io/component=job-run", 2))
        looking = replicated.pods("app.kubernetes.io/component=studio-jobs")
        assert len(looking) == 2
        replicated.kubectl("delete", "pod", *looking, "--grace-period=1", "--wait=false")
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
