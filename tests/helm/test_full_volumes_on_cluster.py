"""Volumes that are full, on a real cluster: what people see is true, and nothing is lost or doubled."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from onedata_hub.tour.hub_session import HubSession

from tests.cluster.client import Cluster, wait_for
from tests.helm.charts import Helm
from tests.helm.installed import USER_PASSWORD, Installed, new_release
from tests.helm.losing import (
    SERVER,
    STUDIO,
    execute,
    has_said,
    new_kernel,
    pods_made,
    server_answers,
    studio_answers,
    until,
)
from tests.helm.using import TEAM, end_of, notebook, submit
from tests.support.disks import fill, small_disk

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

SIZES = {"studio": 16 * 2**20, "home": 48 * 2**20, "mlflow": 32 * 2**20, "hub": 8 * 2**20}
_RUNS, _NOT_RUNS = (f"app.kubernetes.io/component{sign}job-run" for sign in ("=", "!="))
_RUNNING = ("get", "pods", "-l", _RUNS, "--field-selector=status.phase=Running", "-o", "name")
_MLFLOW = "app.kubernetes.io/component=mlflow"
_MLFLOW_FULL = "A disk of MLflow's is full, and nothing of this was kept."
_NEW_RUN = "import mlflow\nwith mlflow.start_run() as run:\n    pass\nprint(run.info.run_id)"
# MLflow's database has some room in its own files: batches are sent until one is refused.
_LOG_UNTIL_REFUSED = """
import time, mlflow
from mlflow.entities import Metric
client, taken = mlflow.MlflowClient(), 0
while taken < 100_000:
    began = time.monotonic()
    try:
        client.log_batch({run!r}, [Metric("loss", taken + n, 0, taken + n) for n in range(500)])
    except mlflow.MlflowException as error:
        print(taken, round(time.monotonic() - began), error)
        break
    taken += 500
"""
_LOG_AND_READ = """
import mlflow
client = mlflow.MlflowClient()
client.log_metric({run!r}, "loss", {taken}, step={taken})
print(sorted(one.step for one in client.get_metric_history({run!r}, "loss")) == list(range({taken} + 1)))
"""


@pytest.fixture(scope="module")
def disks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """A small disk for each volume, which pods of any user may write."""
    with ExitStack() as mounted:
        folder = tmp_path_factory.mktemp("disks")
        found = {name: mounted.enter_context(small_disk(folder / name, size)) for name, size in SIZES.items()}
        for disk in found.values():
            disk.chmod(0o777)  # a volume of this kind is not made its pod's own
        yield found


@pytest.fixture(scope="module")
def installed(
    cluster: Cluster,
    helm: Helm,
    full_chart: Path,
    disks: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installed]:
    """The chart with the volumes of studio, MLflow and hub and ann's home on the small disks."""
    if not cluster.is_ours:
        pytest.skip("the disks of another's cluster are not ours to fill")
    with new_release(cluster, helm, full_chart, tmp_path_factory.mktemp("full")) as release:
        classes = {name: f"{release.namespace}-{name}" for name in disks}
        volumes = [_volume(classes[name], disk) for name, disk in disks.items()]
        cluster.apply(*volumes, namespace=release.namespace)
        release.change(
            "install",
            {
                "studio": {"storage": {"storageClass": classes["studio"]}},
                "mlflow": {"storage": {"storageClass": classes["mlflow"]}},
                "jupyterhub": {
                    "hub": {"db": {"pvc": {"storageClassName": classes["hub"]}}},
                    "singleuser": {"storage": {"dynamic": {"storageClass": classes["home"]}}},
                },
            },
        )
        yield release
        release.remove()
        cluster.kubectl("delete", "persistentvolume", *classes.values(), "--wait=false")


def _volume(name: str, disk: Path) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "storageClassName": name,
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "hostPath": {"path": str(disk), "type": "Directory"},
        },
    }


@contextmanager
def _filled(disk: Path) -> Iterator[None]:
    """Have a disk full for a while."""
    fill(disk / "filler")
    try:
        yield
    finally:
        (disk / "filler").unlink()


@pytest.fixture
async def ann(installed: Installed) -> AsyncIterator[HubSession]:
    async with HubSession(installed.address(), "ann") as session:
        await session.login(USER_PASSWORD)
        yield session


async def test_a_full_volume_of_the_studio_is_told_and_a_run_that_ends_meanwhile_is_kept(
    installed: Installed, ann: HubSession, disks: dict[str, Path]
):
    run = await submit(ann, "long", "print('first', flush=True)\nimport time\ntime.sleep(8)\nprint('last')")
    await until("its first words", lambda: has_said(ann, run, "first"), installed=installed)
    body = {"name": "another", "notebook": notebook("1"), "profile": "small"}
    token = {"Authorization": f"token {ann.token}"}
    with _filled(disks["studio"]):
        async with httpx.AsyncClient(
            base_url=installed.address(), headers=token, timeout=60, trust_env=False
        ) as http:
            refused = await http.post(f"{TEAM}/jobs", json=body)
        await until("its last words", lambda: has_said(ann, run, "last"), installed=installed)
        await asyncio.sleep(5)  # its result is refused meanwhile
        while_full = await ann.studio("GET", run)
    ended = await end_of(ann, run)
    assert (refused.status_code, refused.json()["code"]) == (507, "database_full"), refused.text
    assert while_full["state"] == "running"
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended
    assert pods_made(installed, run) == 1
    assert (await ann.studio("GET", f"{run}/logs"))["text"] == "first\nlast\n"


async def test_a_studio_that_starts_on_a_full_volume_says_so_and_goes_on_when_there_is_room(
    installed: Installed, ann: HubSession, disks: dict[str, Path]
):
    run = await submit(ann, "before", "print('kept')")
    assert (await end_of(ann, run))["state"] == "succeeded"
    # Who is the last to close a database takes its side files along, and the next one needs room for new ones.
    installed.kubectl("scale", "deployment/studio-api", "--replicas=0")
    installed.kubectl("wait", "pod", "-l", STUDIO, "--for=delete", "--timeout=60s")

    async def says_full() -> bool:
        asked = ("-n", installed.namespace, "logs", "deployment/studio-api", "-c", "migrate")
        return (
            "waits for room for its database: its disk is full"
            in installed.cluster.try_kubectl(*asked).stdout
        )

    with _filled(disks["studio"]):
        installed.kubectl("scale", "deployment/studio-api", "--replicas=1")
        await until("the new studio to say that its disk is full", says_full, installed=installed)
    await until("the studio", lambda: studio_answers(ann), installed=installed)
    assert (await ann.studio("GET", f"{run}/logs"))["text"] == "kept\n"


async def test_a_server_starts_in_a_full_home_and_says_what_is_wrong_with_it(
    installed: Installed, ann: HubSession, disks: dict[str, Path]
):
    await ann.start_server(lambda _: None, profile="small")
    await ann.stop_server()
    before = {path.name for path in disks["home"].iterdir()}
    with _filled(disks["home"]):
        await ann.start_server(lambda _: None, profile="small")
        await until("the server", lambda: server_answers(ann), installed=installed)
        told = await ann.get("/user/ann/onedata/local/home")
        assert execute(installed, await new_kernel(ann), "print(6 * 7)") == "42"
        assert [one["kind"] for one in told.json()["troubles"]] == ["full"], told.text
    assert before <= {path.name for path in disks["home"].iterdir()}
    await ann.stop_server()


async def test_a_full_volume_of_mlflow_is_told_at_once_and_what_was_taken_is_kept(
    installed: Installed, ann: HubSession, disks: dict[str, Path]
):
    await ann.start_server(lambda _: None, profile="small")
    before = installed.pods(_MLFLOW)
    run = installed.python(SERVER, _NEW_RUN).split()[-1]
    log_text = f"import mlflow\nmlflow.MlflowClient().log_text({run!r}, 'x' * {2**20}, 'big.txt')"
    load_text = f"import mlflow\nprint(len(mlflow.artifacts.load_text('runs:/{run}/big.txt')))"
    with _filled(disks["mlflow"]):
        told = installed.python(SERVER, _LOG_UNTIL_REFUSED.format(run=run))
        artifact = installed.cluster.try_kubectl(
            "-n", installed.namespace, "exec", SERVER, "--", "python3", "-c", log_text
        )
        health = await ann.get("/services/mlflow/health")
    taken, seconds, said = told.strip().splitlines()[-1].split(maxsplit=2)
    assert said.startswith(f"RESOURCE_LIMIT_EXCEEDED: {_MLFLOW_FULL}"), said
    assert int(seconds) < 5, told
    assert artifact.returncode != 0
    assert _MLFLOW_FULL in artifact.stderr
    assert health.status_code == 200
    assert installed.python(SERVER, _LOG_AND_READ.format(run=run, taken=taken)).split()[-1] == "True"
    installed.python(SERVER, log_text)
    assert installed.python(SERVER, load_text).split()[-1] == str(2**20)
    assert installed.pods(_MLFLOW) == before


async def test_a_full_volume_of_the_hub_is_told_logs_nobody_out_and_stops_no_run(
    installed: Installed, ann: HubSession, disks: dict[str, Path]
):
    await ann.start_server(lambda _: None, profile="small")
    await until("the server", lambda: server_answers(ann), installed=installed)
    kernel = await new_kernel(ann)
    execute(installed, kernel, "kept = 41")
    run = await submit(ann, "long", "print('first', flush=True)\nimport time\ntime.sleep(40)\nprint('last')")
    await until("its first words", lambda: has_said(ann, run, "first"), installed=installed)
    before = installed.pods(_NOT_RUNS)
    await ann.login(USER_PASSWORD)
    assert (await ann.request("GET", "/user")).status_code == 200  # which notes the token's use
    large = {"note": "n" * 2**16, "expires_in": 60}
    with _filled(disks["hub"]):
        refused = await ann.request("POST", "/users/ann/tokens", json=large)
        log = installed.kubectl("logs", "deployment/hub", "--tail=100")
        wait_for("the run's end", lambda: not installed.kubectl(*_RUNNING))
        # It has been longer than half a minute, so the hub has had to note the use of the token again.
        assert (await ann.request("GET", "/user")).status_code == 200
        assert await server_answers(ann)
        assert execute(installed, kernel, "print(kept + 1)") == "42"
    assert refused.status_code == 500, refused.text
    assert "database or disk is full" in log, log
    made = await ann.request("POST", "/users/ann/tokens", json=large)
    assert made.status_code == 201, made.text
    ended = await end_of(ann, run)
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended
    assert (await ann.studio("GET", f"{run}/logs"))["text"] == "first\nlast\n"
    assert installed.pods(_NOT_RUNS) == before
    wait_for("the end of all that ran it", lambda: not installed.pods(_RUNS))
