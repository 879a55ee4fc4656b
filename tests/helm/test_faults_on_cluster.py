"""Faults of an installed platform: what people see, and that nothing is lost, doubled or left over.

What becomes of single runs and their pods is tried in tests/hub/backends/compute; here whole parts go.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from onedata.contract.jobs import RunState
from onedata_hub.tour.hub_session import HubSession, TourError

from tests.cluster.client import Cluster, wait_for
from tests.helm.charts import Helm
from tests.helm.installed import USER_PASSWORD, Installed, new_release
from tests.helm.losing import (
    SERVER,
    STUDIO,
    execute,
    has_said,
    lose,
    new_kernel,
    pods_made,
    replaced,
    server_answers,
    studio_answers,
    until,
)
from tests.helm.using import TEAM, due_since, end_of, notebook, runs_of, submit

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

_SERVERS = "app.kubernetes.io/component=singleuser-server"
_HUB, _PROXY = "component=hub", "component=proxy"
# Longer than the hub's reflectors try before they give the hub up: they wait twice as long each time.
_AWAY_SECONDS = 60
_MANY_STARTS = 9  # a hub ends itself two seconds after the fifth in a row that failed by a fault of its own
_OF_PEOPLE = "app.kubernetes.io/component in (singleuser-server, job-run)"
# Kubernetes gives a pod of a node that is away five minutes; with these, seconds.
_IMPATIENT = {
    "jupyterhub": {
        "singleuser": {
            "extraTolerations": [
                {
                    "key": f"node.kubernetes.io/{key}",
                    "operator": "Exists",
                    "effect": "NoExecute",
                    "tolerationSeconds": 5,
                }
                for key in ("not-ready", "unreachable")
            ]
        }
    }
}


@pytest.fixture(scope="module")
def installed(
    cluster: Cluster, helm: Helm, full_chart: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    """The chart as a small team has it: one pod of each part."""
    if not cluster.is_ours:
        pytest.skip("another's cluster is not ours to break")
    with new_release(cluster, helm, full_chart, tmp_path_factory.mktemp("faults")) as release:
        release.change("install")
        yield release


@pytest.fixture
async def ann(installed: Installed) -> AsyncIterator[HubSession]:
    """A user at the proxy's own address, which no fault of the API server takes away."""
    async with HubSession(installed.address(), "ann") as session:
        await session.login(USER_PASSWORD)
        yield session


@pytest.fixture
async def bob(installed: Installed) -> AsyncIterator[HubSession]:
    """Another user, without a server."""
    async with HubSession(installed.address(), "bob") as session:
        await session.login(USER_PASSWORD)
        yield session


async def _hub_answers(person: HubSession) -> bool:
    return (await person.request("GET", "/user")).status_code == 200


@pytest.mark.parametrize("moment", ["as soon as it is asked", "while the pod starts"])
async def test_a_hub_that_dies_during_a_spawn_and_the_cluster_agree_afterwards(
    installed: Installed, ann: HubSession, moment: str
):
    await ann.stop_server()
    asked = await ann.request("POST", "/users/ann/server", json={"profile": "small"})
    assert asked.status_code in (201, 202), asked.text
    if moment == "while the pod starts":
        wait_for("the server's pod", lambda: installed.pods(_SERVERS))
    await replaced(installed, _HUB, lose(installed, _HUB))

    async def agree() -> bool:
        answer = await ann.request("GET", "/users/ann")
        if answer.status_code != 200:
            return False
        known = answer.json()["servers"]
        is_ready = bool(known) and known[""]["ready"]
        return is_ready == bool(installed.pods(_SERVERS)) and (is_ready or not known)

    await until("hub and cluster to agree", agree, installed=installed)
    await ann.start_server(lambda _: None, profile="small")
    await until("the server", lambda: server_answers(ann), installed=installed)
    assert list(installed.pods(_SERVERS)) == [SERVER]


async def test_a_proxy_that_dies_takes_no_variable_of_a_notebook_with_it(
    installed: Installed, ann: HubSession
):
    await ann.start_server(lambda _: None, profile="small")
    kernel = await new_kernel(ann)
    execute(installed, kernel, "kept = 41")
    before = installed.pods(_SERVERS)
    await replaced(installed, _PROXY, lose(installed, _PROXY))
    # The hub fills in its routes as soon as it sees them missing; by itself it looks once a minute.
    await until("the way to the server", lambda: server_answers(ann), seconds=20, installed=installed)
    assert kernel in (await ann.get("/user/ann/api/kernels")).text
    assert execute(installed, kernel, "print(kept + 1)") == "42"
    assert installed.pods(_SERVERS) == before


async def test_a_run_is_made_once_though_the_studio_dies_when_it_is_submitted(
    installed: Installed, ann: HubSession
):
    run = await submit(ann, "born", "print('once')")
    await replaced(installed, STUDIO, lose(installed, STUDIO))
    await until("the studio", lambda: studio_answers(ann), installed=installed)
    ended = await end_of(ann, run)
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended
    assert pods_made(installed, run) == 1
    await until("nothing left", lambda: _nothing_is_left(installed), installed=installed)


async def test_what_ends_and_what_falls_due_while_the_studio_is_away_is_told_once(
    installed: Installed, ann: HubSession
):
    run = await submit(ann, "long", "print('first', flush=True)\nimport time\ntime.sleep(5)\nprint('last')")
    schedule = {"cron": "* * * * *", "catch_up": "latest"}
    body = {"name": "by-the-minute", "notebook": notebook("1"), "profile": "small", "schedule": schedule}
    job = await ann.studio("POST", f"{TEAM}/jobs", json=body)
    await until("its first words", lambda: has_said(ann, run, "first"), installed=installed)
    installed.kubectl("scale", "deployment/studio-api", "--replicas=0")
    lost = lose(installed, STUDIO)
    away_from = datetime.now(UTC)
    # The cron of the platform knows minutes: this is the one wait that nothing can shorten.
    wait_for("a due time", lambda: datetime.now(UTC).minute != away_from.minute, 65)
    installed.kubectl("scale", "deployment/studio-api", "--replicas=1")
    await replaced(installed, STUDIO, lost)
    await until("the studio", lambda: studio_answers(ann), installed=installed)

    ended = await end_of(ann, run)
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended
    assert (await ann.studio("GET", f"{run}/logs"))["text"] == "first\nlast\n"
    assert pods_made(installed, run) == 1

    due = await until("the run that fell due", lambda: due_since(ann, job["id"], away_from))
    schedule["paused"] = True
    await ann.studio("PATCH", f"{TEAM}/jobs/{job['id']}", json={"schedule": schedule})
    assert (await end_of(ann, f"{TEAM}/runs/{due[0]['id']}"))["state"] == "succeeded"
    times = [one["due_at"] for one in await runs_of(ann, job["id"])]
    assert len(times) == len(set(times)), times
    await until("nothing left", lambda: _nothing_is_left(installed), installed=installed)


async def test_people_work_on_while_the_api_server_is_away_and_the_hub_finds_them_again(
    installed: Installed, ann: HubSession, bob: HubSession
):
    await ann.start_server(lambda _: None, profile="small")
    kernel = await new_kernel(ann)
    execute(installed, kernel, "kept = 41")
    run = await submit(ann, "through", "print('first', flush=True)\nimport time\ntime.sleep(20)")
    await until("its first words", lambda: has_said(ann, run, "first"), installed=installed)
    before = installed.pods(_SERVERS)
    async with _without(installed, "kube-apiserver"):
        back_at = time.monotonic() + _AWAY_SECONDS
        for _ in range(_MANY_STARTS):
            with pytest.raises(TourError, match=r"API server does not answer\. Servers and runs go on"):
                await bob.start_server(lambda _: None, profile="small")
            await asyncio.sleep(1)
        assert await _hub_answers(bob)
        assert kernel in (await ann.get("/user/ann/api/kernels")).text
        late = await submit(ann, "late", "print('late')")
        told = await until("a word on the wait", lambda: _says(ann, late, "Not started yet"))
        assert "The Kubernetes API server does not answer" in told
        ended = await end_of(ann, run)
        while time.monotonic() < back_at:
            assert (await ann.get("/user/ann/api/status")).status_code == 200
            await asyncio.sleep(1)
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended
    ended = await until("the end of the late run", lambda: _has_ended(ann, late), installed=installed)
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended
    assert pods_made(installed, late) == 1
    await until("the hub", lambda: _hub_answers(ann), installed=installed)
    await until("the server", lambda: server_answers(ann), installed=installed)
    assert execute(installed, kernel, "print(kept + 1)") == "42"
    assert installed.pods(_SERVERS) == before
    await bob.start_server(lambda _: None, profile="small")
    await bob.stop_server()
    await until("nothing left", lambda: _nothing_is_left(installed), installed=installed)


async def test_what_a_node_that_stays_away_takes_is_told_and_starts_again_once(
    installed: Installed, ann: HubSession
):
    await ann.stop_server()
    await asyncio.to_thread(installed.change, "upgrade", _IMPATIENT)
    await ann.start_server(lambda _: None, profile="small")
    installed.python(SERVER, "open('/home/jovyan/kept', 'w').write('kept')")
    run = await submit(ann, "cut", "print('first', flush=True)\nimport time\ntime.sleep(600)")
    await until("its first words", lambda: has_said(ann, run, "first"), installed=installed)
    before = installed.pods(_OF_PEOPLE)
    async with _without(installed, "kubelet"):
        wait_for("the node to be given up", lambda: _given_up(installed) == set(before), 150)
        # Their processes may run on, so nothing takes their place.
        assert installed.pods(_OF_PEOPLE) == before
    await until("the hub", lambda: _hub_answers(ann), installed=installed)
    await until("the studio", lambda: studio_answers(ann), installed=installed)

    ended = await until("the end of the run", lambda: _has_ended(ann, run), installed=installed)
    assert (ended["state"], ended["attempt"]) == ("failed", 1), ended
    assert "Its node does not answer" in ended["message"]
    assert pods_made(installed, run) == 1
    await until("the hub to know", lambda: _has_no_server(ann), installed=installed)
    await ann.start_server(lambda _: None, profile="small")
    assert list(installed.pods(_SERVERS)) == [SERVER]
    assert installed.python(SERVER, "print(open('/home/jovyan/kept').read())").strip() == "kept"
    await until("nothing left", lambda: _nothing_is_left(installed), installed=installed)


@contextlib.asynccontextmanager
async def _without(installed: Installed, component: str) -> AsyncIterator[None]:
    """Have one of the cluster's processes away for a while."""
    away = installed.cluster.without(component)
    await asyncio.to_thread(away.__enter__)
    try:
        yield
    finally:
        await asyncio.to_thread(away.__exit__, None, None, None)


def _given_up(installed: Installed) -> set[str]:
    """Name the pods that the cluster has told to end."""
    found = json.loads(installed.kubectl("get", "pods", "-o", "json", "-l", _OF_PEOPLE))["items"]
    return {pod["metadata"]["name"] for pod in found if "deletionTimestamp" in pod["metadata"]}


async def _has_no_server(ann: HubSession) -> bool:
    return bool((await ann.request("GET", "/users/ann")).json()["servers"] == {})


async def _has_ended(ann: HubSession, run: str) -> dict[str, Any] | None:
    """Give a run that has ended. While the hub comes back the studio says that it cannot ask who we are."""
    answer = await ann.get(run)
    if answer.status_code == 503:
        assert answer.json()["code"] == "hub_unreachable", answer.text
        return None
    found: dict[str, Any] = answer.json()
    return found if RunState(found["state"]).is_final else None


async def _says(ann: HubSession, run: str, words: str) -> str:
    message = str((await ann.studio("GET", run))["message"])
    return message if words in message else ""


async def _nothing_is_left(installed: Installed) -> bool:
    """Say whether Jobs, their pods and their Secrets are gone."""
    of_runs = ("get", "jobs,pods,secrets", "-l", "app.kubernetes.io/component=job-run", "-o", "name")
    return not installed.kubectl(*of_runs).strip()
