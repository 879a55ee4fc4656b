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

import httpx
import pytest
from onedata.contract.jobs import RunState
from onedata_hub.backends.compute.kubernetes.names import job_name
from onedata_hub.tour.hub_session import HubSession

from tests.cluster.client import Cluster, wait_for
from tests.helm.charts import Helm
from tests.helm.installed import USER_PASSWORD, Installed
from tests.helm.using import TEAM, end_of, notebook, submit

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

_SERVER = "jupyter-ann"
_SERVERS = "app.kubernetes.io/component=singleuser-server"
_STUDIO = "app.kubernetes.io/component=studio-api"
_HUB, _PROXY = "component=hub", "component=proxy"
# Longer than the hub's reflectors try before they give the hub up: they wait twice as long each time.
_AWAY_SECONDS = 60
_BACK_SECONDS = 240
_EXECUTE = """
from jupyter_client import BlockingKernelClient
from jupyter_core.paths import jupyter_runtime_dir
client = BlockingKernelClient()
client.load_connection_file(jupyter_runtime_dir() + "/kernel-{kernel}.json")
client.start_channels()
client.wait_for_ready(timeout=60)
client.execute_interactive({code!r}, timeout=60)
"""


@pytest.fixture(scope="module")
def installed(
    cluster: Cluster, helm: Helm, full_chart: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    """The chart as a small team has it: one pod of each part."""
    if not cluster.is_ours:
        pytest.skip("another's cluster is not ours to break")
    with cluster.namespace("faults") as namespace:
        release = Installed(cluster, helm, full_chart, namespace, tmp_path_factory.mktemp("faults"))
        release.change("install")
        yield release


@pytest.fixture
async def ann(installed: Installed) -> AsyncIterator[HubSession]:
    """A user at the proxy's own address, which no fault of the API server takes away."""
    async with HubSession(_address(installed), "ann") as session:
        await session.login(USER_PASSWORD)
        yield session


def _address(installed: Installed) -> str:
    spec = json.loads(installed.kubectl("get", "service", "proxy-public", "-o", "json"))["spec"]
    return f"http://{spec['clusterIP']}:{spec['ports'][0]['port']}"


def _lose(installed: Installed, selector: str) -> set[str]:
    """Lose a part's pods without a warning, as a node that fails loses them; give their uids."""
    before = {uid for uid, _ in installed.pods(selector).values()}
    installed.kubectl("delete", "pod", "-l", selector, "--grace-period=0", "--force")
    return before


async def _replaced(installed: Installed, selector: str, lost: set[str]) -> None:
    """Wait until another pod does a lost one's work: the lost one's processes go on for a moment."""

    async def is_back() -> bool:
        found = json.loads(installed.kubectl("get", "pods", "-o", "json", "-l", selector))["items"]
        return any(_is_ready(pod) and pod["metadata"]["uid"] not in lost for pod in found)

    await _until(f"another pod of {selector}", is_back, installed=installed)


def _is_ready(pod: dict[str, Any]) -> bool:
    conditions = pod["status"].get("conditions", ())
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


async def _until(
    what: str, is_so: Any, seconds: float = _BACK_SECONDS, *, installed: Installed | None = None
) -> Any:
    """Wait until a question is answered with something, whatever connections break meanwhile."""
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(httpx.TransportError):
            if answer := await is_so():
                return answer
        if time.monotonic() > deadline:
            state = installed.state() if installed else ""
            raise AssertionError(f"waited {seconds:.0f} s for {what}\n{state}")
        await asyncio.sleep(0.5)


async def _hub_answers(ann: HubSession) -> bool:
    return (await ann.request("GET", "/user")).status_code == 200


async def _server_answers(ann: HubSession) -> bool:
    answer = await ann.get("/user/ann/api/status")
    return answer.status_code == 200 and "kernels" in answer.text


async def _new_kernel(ann: HubSession) -> str:
    """Start a kernel in ann's server; give its id."""
    token = {"Authorization": f"token {ann.token}"}
    async with httpx.AsyncClient(headers=token, timeout=60, trust_env=False) as http:
        made = await http.post(f"{ann.server_url}/api/kernels", json={"name": "python3"})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def _execute(installed: Installed, kernel: str, code: str) -> str:
    """Execute code in a running kernel, from within its pod; give what it prints."""
    return installed.python(_SERVER, _EXECUTE.format(kernel=kernel, code=code)).strip()


def _pods_made(installed: Installed, run: str, attempt: int = 1) -> int:
    """Count the pods that were ever made for an attempt, by the Job controller's own word."""
    name = job_name(f"{run.rpartition('/')[2]}-{attempt}")
    events = json.loads(
        installed.kubectl("get", "events", "-o", "json", "--field-selector", f"involvedObject.name={name}")
    )
    return sum(one.get("count") or 1 for one in events["items"] if one["reason"] == "SuccessfulCreate")


@pytest.mark.parametrize("moment", ["as soon as it is asked", "while the pod starts"])
async def test_a_hub_that_dies_during_a_spawn_and_the_cluster_agree_afterwards(
    installed: Installed, ann: HubSession, moment: str
):
    await ann.stop_server()
    asked = await ann.request("POST", "/users/ann/server", json={"profile": "small"})
    assert asked.status_code in (201, 202), asked.text
    if moment == "while the pod starts":
        wait_for("the server's pod", lambda: installed.pods(_SERVERS))
    await _replaced(installed, _HUB, _lose(installed, _HUB))

    async def agree() -> bool:
        answer = await ann.request("GET", "/users/ann")
        if answer.status_code != 200:
            return False
        known = answer.json()["servers"]
        is_ready = bool(known) and known[""]["ready"]
        return is_ready == bool(installed.pods(_SERVERS)) and (is_ready or not known)

    await _until("hub and cluster to agree", agree, installed=installed)
    await ann.start_server(lambda _: None, profile="small")
    await _until("the server", lambda: _server_answers(ann), installed=installed)
    assert list(installed.pods(_SERVERS)) == [_SERVER]


async def test_a_proxy_that_dies_takes_no_variable_of_a_notebook_with_it(
    installed: Installed, ann: HubSession
):
    await ann.start_server(lambda _: None, profile="small")
    kernel = await _new_kernel(ann)
    _execute(installed, kernel, "kept = 41")
    before = installed.pods(_SERVERS)
    await _replaced(installed, _PROXY, _lose(installed, _PROXY))
    # The hub fills in its routes as soon as it sees them missing; by itself it looks once a minute.
    await _until("the way to the server", lambda: _server_answers(ann), seconds=20, installed=installed)
    assert kernel in (await ann.get("/user/ann/api/kernels")).text
    assert _execute(installed, kernel, "print(kept + 1)") == "42"
    assert installed.pods(_SERVERS) == before


async def test_a_run_is_made_once_though_the_studio_dies_when_it_is_submitted(
    installed: Installed, ann: HubSession
):
    run = await submit(ann, "born", "print('once')")
    await _replaced(installed, _STUDIO, _lose(installed, _STUDIO))
    await _until("the studio", lambda: _studio_answers(ann), installed=installed)
    ended = await end_of(ann, run)
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended
    assert _pods_made(installed, run) == 1
    await _until("nothing left", lambda: _nothing_is_left(installed), installed=installed)


async def test_what_ends_and_what_falls_due_while_the_studio_is_away_is_told_once(
    installed: Installed, ann: HubSession
):
    run = await submit(ann, "long", "print('first', flush=True)\nimport time\ntime.sleep(5)\nprint('last')")
    schedule = {"cron": "* * * * *", "catch_up": "latest"}
    body = {"name": "by-the-minute", "notebook": notebook("1"), "profile": "small", "schedule": schedule}
    job = await ann.studio("POST", f"{TEAM}/jobs", json=body)
    await _until("its first words", lambda: _has_said(ann, run, "first"), installed=installed)
    installed.kubectl("scale", "deployment/studio-api", "--replicas=0")
    lost = _lose(installed, _STUDIO)
    away_from = datetime.now(UTC)
    # The cron of the platform knows minutes: this is the one wait that nothing can shorten.
    wait_for("a due time", lambda: datetime.now(UTC).minute != away_from.minute, 65)
    installed.kubectl("scale", "deployment/studio-api", "--replicas=1")
    await _replaced(installed, _STUDIO, lost)
    await _until("the studio", lambda: _studio_answers(ann), installed=installed)

    ended = await end_of(ann, run)
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended
    assert (await ann.studio("GET", f"{run}/logs"))["text"] == "first\nlast\n"
    assert _pods_made(installed, run) == 1

    due = await _until("the run that fell due", lambda: _due_since(ann, job["id"], away_from))
    schedule["paused"] = True
    await ann.studio("PATCH", f"{TEAM}/jobs/{job['id']}", json={"schedule": schedule})
    assert (await end_of(ann, f"{TEAM}/runs/{due[0]['id']}"))["state"] == "succeeded"
    times = [one["due_at"] for one in await _runs(ann, job["id"])]
    assert len(times) == len(set(times)), times
    await _until("nothing left", lambda: _nothing_is_left(installed), installed=installed)


async def test_people_work_on_while_the_api_server_is_away_and_the_hub_finds_them_again(
    installed: Installed, ann: HubSession
):
    await ann.start_server(lambda _: None, profile="small")
    kernel = await _new_kernel(ann)
    _execute(installed, kernel, "kept = 41")
    run = await submit(ann, "through", "print('first', flush=True)\nimport time\ntime.sleep(20)")
    await _until("its first words", lambda: _has_said(ann, run, "first"), installed=installed)
    before = installed.pods(_SERVERS)
    away = installed.cluster.without("kube-apiserver")
    await asyncio.to_thread(away.__enter__)
    try:
        until = time.monotonic() + _AWAY_SECONDS
        assert kernel in (await ann.get("/user/ann/api/kernels")).text
        late = await submit(ann, "late", "print('late')")
        told = await _until("a word on the wait", lambda: _says(ann, late, "Not started yet"))
        assert "The Kubernetes API server does not answer" in told
        ended = await end_of(ann, run)
        while time.monotonic() < until:
            assert (await ann.get("/user/ann/api/status")).status_code == 200
            await asyncio.sleep(1)
    finally:
        await asyncio.to_thread(away.__exit__, None, None, None)
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended
    ended = await _until("the end of the late run", lambda: _has_ended(ann, late), installed=installed)
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended
    assert _pods_made(installed, late) == 1
    await _until("the hub", lambda: _hub_answers(ann), installed=installed)
    await _until("the server", lambda: _server_answers(ann), installed=installed)
    assert _execute(installed, kernel, "print(kept + 1)") == "42"
    assert installed.pods(_SERVERS) == before
    await _until("nothing left", lambda: _nothing_is_left(installed), installed=installed)


async def _studio_answers(ann: HubSession) -> bool:
    return (await ann.get("/services/studio/health/ready")).status_code == 200


async def _has_ended(ann: HubSession, run: str) -> dict[str, Any] | None:
    """Give a run that has ended. While the hub comes back the studio says that it cannot ask who we are."""
    answer = await ann.get(run)
    if answer.status_code == 503:
        assert answer.json()["code"] == "hub_unreachable", answer.text
        return None
    found: dict[str, Any] = answer.json()
    return found if RunState(found["state"]).is_final else None


async def _has_said(ann: HubSession, run: str, words: str) -> bool:
    answer = await ann.get(f"{run}/logs")
    return answer.status_code == 200 and words in answer.json()["text"]


async def _says(ann: HubSession, run: str, words: str) -> str:
    message = str((await ann.studio("GET", run))["message"])
    return message if words in message else ""


async def _runs(ann: HubSession, job: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await ann.studio("GET", f"{TEAM}/runs?job_id={job}"))["items"]
    return found


async def _due_since(ann: HubSession, job: str, moment: datetime) -> list[dict[str, Any]]:
    """Give a job's runs that fell due after a moment, the oldest first."""
    found = [one for one in await _runs(ann, job) if datetime.fromisoformat(one["due_at"]) > moment]
    return sorted(found, key=lambda one: str(one["due_at"]))


async def _nothing_is_left(installed: Installed) -> bool:
    """Say whether Jobs, their pods and their Secrets are gone."""
    of_runs = ("get", "jobs,pods,secrets", "-l", "app.kubernetes.io/component=job-run", "-o", "name")
    return not installed.kubectl(*of_runs).strip()
