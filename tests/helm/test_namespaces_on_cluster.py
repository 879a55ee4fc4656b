"""The chart with a namespace for a workspace: server, home and runs there, and what accounts may do in it."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from onedata_hub.server_size import laid_over

from tests.cluster.client import Cluster, wait_for
from tests.cluster.place import HOST_ADDRESS
from tests.helm.charts import Helm
from tests.helm.holding import Hold
from tests.helm.installed import VALUES, Installed, new_release
from tests.helm.relay import relayed
from tests.helm.rights import all_rights_of
from tests.helm.test_access import HUB_ELSEWHERE, RIGHTS
from tests.helm.using import PUBLISH, TRACK, end_of, logged_in, submit
from tests.support.s3 import ACCESS_KEY, SECRET_KEY, S3Gateway, s3_gateway

__all__ = ["s3_gateway"]
pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

_SERVER = "jupyter-ann"
_OWN = "/services/studio/api/v1/workspaces/user-ann"
_HOLD = "import time\ntime.sleep(20)\nimport onedata as od\nprint(od.datasets.load('numbers')['a'].sum())"


@dataclass
class Site:
    """A release, and the namespace of its workspace team-a."""

    release: Installed
    team: str

    def pods(self, namespace: str, component: str) -> list[str]:
        selector = f"app.kubernetes.io/component={component}"
        told = self.release.cluster.kubectl("-n", namespace, "get", "pods", "-l", selector, "-o", "name")
        return told.split()

    def claims(self, namespace: str) -> set[str]:
        found = json.loads(self.release.cluster.kubectl("-n", namespace, "get", "pvc", "-o", "json"))
        return {one["metadata"]["name"] for one in found["items"]}

    def python(self, code: str) -> str:
        """Run Python in ann's server of the workspace; give the last line, if it prints one."""
        told = self.release.cluster.kubectl("-n", self.team, "exec", _SERVER, "--", "python3", "-c", code)
        return told.strip().rpartition("\n")[2]


@pytest.fixture(scope="module")
def site(
    cluster: Cluster,
    helm: Helm,
    full_chart: Path,
    s3_gateway: S3Gateway,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """A release whose workspace team-a has a namespace; both take nothing but restricted pods."""
    if not cluster.is_ours:
        pytest.skip("the pods of another's cluster cannot reach the S3 of this machine")
    with ExitStack() as made:
        team = made.enter_context(cluster.namespace("team", restricted=True))
        port = made.enter_context(relayed(HOST_ADDRESS, int(urlsplit(s3_gateway.endpoint_url).port or 0)))
        s3: dict[str, Any] = {
            "bucket": urlsplit(s3_gateway.new_url()).netloc,
            "endpointUrl": f"http://{HOST_ADDRESS}:{port}",
            "region": "us-east-1",
            "credentialsSecret": "s3",
        }
        objects = {"type": "s3", "s3": s3}
        theirs = {"global": {"onedata": {"namespaces": {"team-a": team}, "objects": objects}}}
        values, folder = laid_over(VALUES, theirs), tmp_path_factory.mktemp("release")
        release = made.enter_context(new_release(cluster, helm, full_chart, folder, values))
        keys = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
        literals = [f"--from-literal={name}={value}" for name, value in keys.items()]
        release.kubectl("create", "secret", "generic", "s3", *literals)
        release.change("install")
        yield Site(release, team)


async def test_a_workspaces_server_and_runs_are_in_its_namespace_with_one_home(site: Site):
    async with logged_in(site.release) as ann:
        await ann.start_server(lambda _: None, profile="small", workspace="team-a")
        assert site.python("import os; print(os.environ['ONEDATA_WORKSPACE'])") == "team-a"
        assert site.python("open('/home/jovyan/mine', 'w').write('x'); print('kept')") == "kept"
        assert site.python(PUBLISH) == "6"
        assert site.python(TRACK) == "0.25 hello"
        run = await submit(ann, "theirs", f"print(open('/home/jovyan/mine').read())\n{_HOLD}")
        wait_for("the run's pod", lambda: site.pods(site.team, "job-run"))
        assert (await end_of(ann, run))["state"] == "succeeded"
        own = await submit(ann, "own", "import time\ntime.sleep(20)", workspace=_OWN)
        wait_for("the other run's pod", lambda: site.pods(site.release.namespace, "job-run"))
        assert (await end_of(ann, own))["state"] == "succeeded"
        await ann.stop_server()
    assert "claim-ann" in site.claims(site.team) & site.claims(site.release.namespace)


async def test_servers_and_runs_of_the_namespace_outlive_an_upgrade(site: Site):
    async with logged_in(site.release) as ann:
        await ann.start_server(lambda _: None, profile="small", workspace="team-a")
        hold = Hold()
        run = await submit(ann, "slow", hold.cell)
        wait_for("the run's pod", lambda: site.pods(site.team, "job-run"))
        before = site.pods(site.team, "job-run"), site.pods(site.team, "singleuser-server")
        values = {"global": {"onedata": {"idleTimeoutSeconds": 7200}}}
        await asyncio.to_thread(site.release.change, "upgrade", values)
        assert (site.pods(site.team, "job-run"), site.pods(site.team, "singleuser-server")) == before
    async with logged_in(site.release) as ann:
        site.python(hold.let_go)
        assert (await end_of(ann, run))["state"] == "succeeded"
        await ann.stop_server()
    wait_for("the server's end", lambda: site.pods(site.team, "singleuser-server") == [])


@pytest.mark.parametrize("account", ["hub", "studio-api", "studio-jobs", "mlflow"])
def test_an_account_may_in_the_namespace_what_the_table_says_and_no_more(site: Site, account: str):
    rights = RIGHTS | {"hub": HUB_ELSEWHERE}
    assert all_rights_of(site.release, account, site.team) == rights.get(account, {})
