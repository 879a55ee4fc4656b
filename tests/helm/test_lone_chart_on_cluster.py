"""The chart without Zero to JupyterHub's: a hub of the site's own has its studio, its runs and its MLflow.

The hub is a process of this machine; its servers and all runs are pods beside the release.
"""

import asyncio
import contextlib
import functools
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from onedata_hub.backends.compute.kubernetes.names import job_name
from onedata_hub.server_size import laid_over
from onedata_hub.tour.hub_session import HubSession

from tests.cluster.client import HOST_VARIABLE, Cluster, skip_without, skip_without_routes, wait_for
from tests.cluster.images import IMAGES_VARIABLE
from tests.helm.charts import RELEASE, ROOT, Helm
from tests.helm.installed import HEALTH, VALUES, Installed, answers
from tests.helm.losing import SERVER, pods_made
from tests.helm.relay import relayed
from tests.helm.using import PUBLISH, TRACK, end_of, submit
from tests.support.pod_hub import PlatformHub, running
from tests.support.postgres import Postgres

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

_PAGE = ROOT / "docs" / "how-to" / "test-on-a-cluster.md"
_HOLD = "import pathlib, time\nwhile not pathlib.Path('/tmp/go').exists(): time.sleep(0.2)\n"
_RUNS = "app.kubernetes.io/component=job-run"
_STUDIO = "app.kubernetes.io/component in (studio-api, studio-jobs)"
_MLFLOW = "/services/mlflow/api/2.0/mlflow/experiments"
_PASSING = {"events", "events.events.k8s.io", "pods.metrics.k8s.io"}


@dataclass
class Site:
    """A release and the hub that it is told of.

    Attributes:
        before: What was in the namespace before the release.
    """

    release: Installed
    hub: PlatformHub
    before: frozenset[str]


def _objects(release: Installed) -> frozenset[str]:
    """Name all that is in the namespace, but for what passes by itself and people's homes."""
    told = release.kubectl("api-resources", "--namespaced", "--verbs=list", "--output=name").split()
    kinds = ",".join(sorted(set(told) - _PASSING))
    found = release.kubectl("get", kinds, "--output=name", "--ignore-not-found").split()
    return frozenset(one for one in found if not one.startswith("persistentvolumeclaim/claim-"))


@pytest.fixture(scope="module")
def site(
    cluster: Cluster,
    helm: Helm,
    lone_chart: Path,
    postgres: Postgres,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """The chart on PostgreSQL, where the studio's parts are apart, in a namespace of restricted pods."""
    skip_without(cluster, IMAGES_VARIABLE, HOST_VARIABLE)
    skip_without_routes(cluster)
    host = cluster.host_address
    with relayed(host, postgres.port) as port, cluster.namespace("lone", restricted=True) as namespace:
        hub = PlatformHub(
            cluster,
            namespace,
            tmp_path_factory.mktemp("hub"),
            VALUES["jupyterhub"]["singleuser"]["profileList"],
            storage="1Gi",
            tokens={name: secrets.token_hex(16) for name in ("studio", "mlflow")},
        )
        # Nobody is idle for long here, and the site's hub has no culler.
        ours = {"publicUrl": hub.url, "idleTimeoutSeconds": 0}
        values = laid_over(VALUES, _values(hub.url, host, ours))
        hub.platform = values["global"]["onedata"]
        folder = tmp_path_factory.mktemp("release")
        release = Installed(cluster, helm, lone_chart, namespace, folder, values, parts=())
        addresses = {
            f"{name}-url": postgres.empty_database().replace(f"127.0.0.1:{postgres.port}", f"{host}:{port}")
            for name in ("studio", "mlflow")
        }
        _make_secret(release, "databases", addresses)
        tokens = {f"hub.services.{name}.apiToken": token for name, token in hub.tokens.items()}
        _make_secret(release, "hub-tokens", tokens)
        before = _objects(release)
        release.change("install")
        hub.addresses = {"studio": release.address("studio-api"), "mlflow": release.address("mlflow")}
        with running(hub):
            for path in HEALTH:
                wait_for(f"the way to {path}", functools.partial(answers, f"{hub.url}{path}"), 60)
            yield Site(release, hub, before)


def _values(url: str, host: str, ours: dict[str, Any]) -> dict[str, Any]:
    """What a site says whose hub is elsewhere: where that is, and who comes from there."""
    there = [{"ipBlock": {"cidr": f"{host}/32"}}]
    return {
        "jupyterhub": {"enabled": False, "singleuser": {"networkPolicy": {"egress": [{"to": there}]}}},
        "hub": {"apiUrl": f"{url}/hub/api", "tokensSecret": "hub-tokens"},
        "global": {"onedata": ours},
        "database": {"type": "postgresql", "postgresql": {"existingSecret": "databases"}},
        "networkPolicy": {"proxyFrom": there},
    }


def _make_secret(release: Installed, name: str, values: dict[str, str]) -> None:
    literals = [f"--from-literal={key}={value}" for key, value in values.items()]
    release.kubectl("create", "secret", "generic", name, *literals)


@contextlib.asynccontextmanager
async def _logged_in(site: Site, user: str) -> AsyncIterator[HubSession]:
    async with HubSession(site.hub.url, user) as session:
        await session.login("")
        yield session


@pytest.fixture
async def ann(site: Site) -> AsyncIterator[HubSession]:
    """A member of team-a with a token of the site's hub."""
    async with _logged_in(site, "ann") as session:
        yield session


def _running_pod(release: Installed, job: str) -> str:
    """Name the pod of a Job once it runs; empty before."""
    running_of = ("get", "pods", "-l", f"job-name={job}", "--field-selector=status.phase=Running")
    return release.kubectl(*running_of, "--output=jsonpath={.items[*].metadata.name}")


async def _held_run(site: Site, ann: HubSession, source: str) -> tuple[str, str]:
    """Submit a run that goes on when it is told to; give its path, and its pod once that runs."""
    run = await submit(ann, "held", _HOLD + source)
    job = job_name(f"{run.rpartition('/')[2]}-1")
    pod = await asyncio.to_thread(wait_for, "the run's pod", lambda: _running_pod(site.release, job))
    status = site.release.cluster.get("job", job, site.release.namespace)["status"]
    assert status["active"] == 1
    return run, str(pod)


def test_the_release_is_studio_and_mlflow_and_no_hub(site: Site) -> None:
    deployments = site.release.kubectl("get", "deployments", "--output=name").split()
    assert deployments == [f"deployment.apps/{name}" for name in ("mlflow", "studio-api", "studio-jobs")]


async def test_a_job_of_a_users_token_is_a_kubernetes_job_that_succeeds_with_its_outputs(
    site: Site, ann: HubSession
) -> None:
    run, pod = await _held_run(site, ann, f"import onedata as od\nprint(od.whoami().name)\n{TRACK}")
    site.release.kubectl("exec", pod, "--", "touch", "/tmp/go")
    ended = await end_of(ann, run)
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended
    executed = await ann.get_json(f"{run}/outputs/executed.ipynb")
    printed = "".join(text for one in executed["cells"][0]["outputs"] for text in one.get("text", ()))
    assert printed.split()[0] == "ann"
    assert printed.strip().endswith("0.25 hello")
    assert pods_made(site.release, run) == 1
    _wait_for_no_job(site)


async def test_mlflow_answers_a_member_and_refuses_others(site: Site, ann: HubSession) -> None:
    team = {"X-MLFLOW-WORKSPACE": "team-a"}
    body = {"name": f"of-ann-{secrets.token_hex(3)}"}
    made = await ann.call("POST", f"{_MLFLOW}/create", json=body, headers=team)
    assert made.status_code == 200, made.text
    asked = f"{_MLFLOW}/get?experiment_id={made.json()['experiment_id']}"
    found = await ann.call("GET", asked, headers=team)
    assert found.json()["experiment"]["name"] == body["name"]
    async with _logged_in(site, "zoe") as zoe:
        assert (await zoe.call("GET", asked, headers=team)).status_code == 403


async def test_a_server_that_the_hub_starts_beside_the_release_publishes_and_tracks(
    site: Site, ann: HubSession
) -> None:
    await ann.start_server(lambda _: None, profile="small")
    assert site.release.python(SERVER, PUBLISH).strip().splitlines()[-1] == "6"
    assert site.release.python(SERVER, TRACK).strip().splitlines()[-1] == "0.25 hello"
    await ann.stop_server()


async def test_a_run_goes_on_while_the_release_is_upgraded(site: Site, ann: HubSession) -> None:
    run, pod = await _held_run(site, ann, "print('done')")
    studio, runs = site.release.pods(_STUDIO), site.release.pods(_RUNS)
    changed = {"studio": {"extraEnv": {"ONEDATA_STUDIO_SMTP_PORT": "25"}}}
    await asyncio.to_thread(site.release.change, "upgrade", changed)
    wait_for("the end of the old pods", lambda: set(site.release.pods(_STUDIO)).isdisjoint(studio))
    assert site.release.pods(_RUNS) == runs
    site.release.kubectl("exec", pod, "--", "touch", "/tmp/go")
    ended = await end_of(ann, run)
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended


def _wait_for_no_job(site: Site) -> None:
    """Wait until the studio has taken away the Jobs whose end it has recorded."""
    wait_for("the Jobs to go", lambda: not site.release.kubectl("get", "jobs", "--output=name"))


def _assert_left(site: Site, expected: set[str]) -> None:
    """Wait until this is left of the release; show the difference where it is not."""
    with contextlib.suppress(AssertionError):
        wait_for("the rest to go", lambda: _objects(site.release) - site.before == expected)
    assert _objects(site.release) - site.before == expected


def test_what_is_removed_leaves_what_the_notes_say_and_their_command_takes_that_too(site: Site) -> None:
    place = ("--namespace", site.release.namespace, "--kubeconfig", str(site.release.cluster.kubeconfig))
    last = site.release.helm.run("get", "notes", RELEASE, *place).strip().splitlines()[-1].split()
    _wait_for_no_job(site)
    site.release.remove()
    claims = {f"persistentvolumeclaim/{name}" for name in ("mlflow", "onedata-objects")}
    _assert_left(site, {"secret/onedata", *claims})
    assert last[:3] == ["kubectl", "-n", site.release.namespace]
    site.release.kubectl(*last[3:])
    _assert_left(site, set())
    assert _objects(site.release) == site.before


def test_the_page_names_each_file_that_installs_the_hubs_chart() -> None:
    named = re.search(r"Every\s+`(tests/helm/test_\*on_cluster\.py)`\s+but\s+`(\w+\.py)`", _PAGE.read_text())
    assert named is not None, f"{_PAGE.name} says no more which tests take the hub's chart"
    expected = {path for path in ROOT.glob(named[1]) if path.name != named[2]}
    installs = {path for path in (ROOT / "tests").rglob("test_*.py") if "full_chart: Path" in _code(path)}
    assert {path for path in installs if "new_release(" in _code(path)} == expected


def _code(path: Path) -> str:
    return "" if path == Path(__file__) else path.read_text()
