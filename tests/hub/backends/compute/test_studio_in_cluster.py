"""A whole studio whose runs are pods: what people see of them."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
import yaml
from onedata_hub.backends.compute.kubernetes.manifests import secret_of

from tests.hub.backends.compute.in_cluster import InCluster, studio_host
from tests.support.notebooks import make_notebook
from tests.support.ports import free_port
from tests.support.studio import PREFIX, running_studio

WS = "/api/v1/workspaces/team-a"
PROFILES: list[dict[str, Any]] = [
    {"display_name": "Plain", "slug": "plain", "kubespawner_override": {"mem_limit": "1G"}},
    {
        "display_name": "Far",
        "slug": "far",
        "kubespawner_override": {"image": "one-data-studio/no-such:1", "image_pull_policy": "IfNotPresent"},
    },
    {
        "display_name": "GPU",
        "slug": "gpu",
        "kubespawner_override": {"extra_resource_limits": {"example.org/quantum": "1"}},
    },
    {
        "display_name": "Small",
        "slug": "small",
        "kubespawner_override": {
            "mem_limit": "300M",
            "volumes": {"shm": {"name": "shm", "emptyDir": {"medium": "Memory"}}},
            "volume_mounts": {"shm": {"name": "shm", "mountPath": "/dev/shm"}},
        },
    },
]
LIVE = "print('first', flush=True)\nimport time\ntime.sleep(8)\nprint('last')"
LONG = "print('first', flush=True)\nimport time\ntime.sleep(75)\nprint('last')"
FILL = "with open('/dev/shm/a', 'wb') as file:\n    while True: file.write(bytes(2**20))"


@pytest.fixture
async def ann(in_cluster: InCluster, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """An editor of team-a, in a studio that starts pods and that pods reach."""
    (tmp_path / "profiles.yaml").write_text(yaml.safe_dump(PROFILES))
    port = free_port()
    async with (
        in_cluster.backend() as compute,
        running_studio(
            tmp_path,
            compute=compute,
            parts=("api", "jobs"),
            public_url=f"http://{studio_host()}:{port}{PREFIX}",
            profiles_file=tmp_path / "profiles.yaml",
            jobs_poll_seconds=0.5,
            identity_cache_seconds=10,
        ) as studio,
        _served(studio.app, port),
        studio.user("ann", "team-a") as client,
    ):
        yield client


@contextlib.asynccontextmanager
async def _served(app: Any, port: int) -> AsyncIterator[None]:
    server = uvicorn.Server(
        uvicorn.Config(
            app, host=studio_host(), port=port, lifespan="off", log_level="warning", access_log=False
        )
    )
    server.capture_signals = contextlib.nullcontext  # the test's process keeps its own
    task = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def start(ann: httpx.AsyncClient, *cells: str, **fields: Any) -> str:
    job = await ann.post(
        f"{WS}/jobs", json={"name": "nightly", "notebook": make_notebook("rows: int = 7", *cells), **fields}
    )
    assert job.status_code == 201, job.text
    run = await ann.post(f"{WS}/jobs/{job.json()['id']}/runs", json={"parameters": {}})
    assert run.status_code == 201, run.text
    return str(run.json()["id"])


async def until(ann: httpx.AsyncClient, run_id: str, *, state: str = "", words: str = "") -> dict[str, Any]:
    """Wait until a run is in a state, or its line says something."""
    run: dict[str, Any] = {}
    for _ in range(300):
        run = (await ann.get(f"{WS}/runs/{run_id}")).json()
        if run["state"] == (state or run["state"]) and words in run["message"]:
            return run
        await asyncio.sleep(0.5)
    raise AssertionError(f"Waited for {state!r} and {words!r}: {run['state']!r}, {run['message']!r}")


async def until_logged(ann: httpx.AsyncClient, run_id: str, text: str) -> str:
    """Wait until a run's log holds a text; give all of it."""
    for _ in range(300):
        answer = await ann.get(f"{WS}/runs/{run_id}/logs")
        assert answer.status_code == 200, answer.text
        logged = str(answer.json()["text"])
        if text in logged:
            return logged
        await asyncio.sleep(0.5)
    raise AssertionError(f"Waited for {text!r} in the log.")


async def test_a_run_is_followed_in_its_pod_and_leaves_nothing_there(
    in_cluster: InCluster, ann: httpx.AsyncClient
) -> None:
    run_id = await start(ann, LIVE, profile="plain")
    text = await until_logged(ann, run_id, "first")
    assert (await ann.get(f"{WS}/runs/{run_id}")).json()["state"] == "running"
    assert "last" not in text
    run = await until(ann, run_id, state="succeeded")
    assert (run["progress"]["cells_done"], run["progress"]["cells_total"], run["message"]) == (2, 2, "")
    log = (await ann.get(f"{WS}/runs/{run_id}/logs")).json()
    assert (log["text"], log["complete"]) == ("first\nlast\n", True)
    for _ in range(100):
        if await in_cluster.kubectl("get", "jobs,pods,secrets", "--output=name") == "":
            break
        await asyncio.sleep(0.5)
    else:
        pytest.fail(await in_cluster.kubectl("get", "jobs,pods,secrets", "--output=name"))
    assert "executed.ipynb" in (await ann.get(f"{WS}/runs/{run_id}")).json()["outputs"]


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ("far", "Waiting to start: The image 'one-data-studio/no-such:1' cannot be had"),
        (
            "gpu",
            "Waiting to start: It waits for 1 example.org/quantum: no machine has that free now.",
        ),
    ],
)
async def test_a_run_that_waits_says_for_what_and_can_be_cancelled(
    ann: httpx.AsyncClient, profile: str, words: str
) -> None:
    run_id = await start(ann, "1", profile=profile)
    await until(ann, run_id, words=words)
    await ann.post(f"{WS}/runs/{run_id}/cancel")
    assert (await until(ann, run_id, state="cancelled"))["message"] == "Cancelled by ann."


async def test_a_waiting_run_whose_pod_is_evicted_starts_again_though_its_secret_cannot_be_made_for_a_while(
    in_cluster: InCluster, ann: httpx.AsyncClient
) -> None:
    run_id = await start(ann, "1", profile="gpu")
    await until(ann, run_id, words="Waiting to start: It waits for 1 example.org/quantum")
    first = await in_cluster.pod()
    await in_cluster.allow_at_most(**{"count/secrets": "0"})
    await in_cluster.kubectl("delete", first, "--wait=false")
    run = await until(ann, run_id, words="exceeded quota: none")
    assert run["state"] == "running"
    assert run["message"].startswith("Not started yet: Kubernetes refused secrets")
    await in_cluster.kubectl("delete", "resourcequota/none")
    await until(ann, run_id, words="Waiting to start: It waits for 1 example.org/quantum")
    [job] = json.loads(await in_cluster.kubectl("get", "jobs", "--output=json"))["items"]
    await in_cluster.kubectl("get", f"secret/{secret_of(job)}")
    assert await in_cluster.pod() != first
    await ann.post(f"{WS}/runs/{run_id}/cancel")
    await until(ann, run_id, state="cancelled")


async def test_a_run_whose_pod_ran_out_of_memory_says_so_and_is_not_executed_again(
    ann: httpx.AsyncClient,
) -> None:
    run = await until(ann, await start(ann, FILL, profile="small"), state="failed")
    assert run["message"].startswith("It used more memory than its pod may have (300 MiB), and was killed.")
    assert run["attempt"] == 1


async def test_a_run_whose_pod_was_deleted_says_so_and_is_tried_again_as_the_job_has_it(
    in_cluster: InCluster, ann: httpx.AsyncClient
) -> None:
    retries = {"max_retries": 1, "backoff_seconds": 10}
    run_id = await start(ann, LIVE, profile="plain", retries=retries)
    await until_logged(ann, run_id, "first")
    await in_cluster.kubectl("delete", await in_cluster.pod(), "--wait=false")
    await until(ann, run_id, words="Its pod was deleted.")
    run = await until(ann, run_id, state="succeeded")
    assert run["attempt"] == 2


@contextlib.asynccontextmanager
async def without(in_cluster: InCluster, component: str) -> AsyncIterator[None]:
    """Have one of the cluster's processes away, while the studio's loop goes on."""
    if not in_cluster.cluster.is_ours:
        pytest.skip("its processes are not ours to stop")
    away = in_cluster.cluster.without(component)
    await asyncio.to_thread(away.__enter__)
    try:
        yield
    finally:
        await asyncio.to_thread(away.__exit__, None, None, None)


async def test_a_run_on_a_node_that_is_not_heard_of_says_so_and_ends_as_if_nothing_were(
    in_cluster: InCluster, ann: httpx.AsyncClient
) -> None:
    run_id = await start(ann, LONG, profile="plain")
    await until_logged(ann, run_id, "first")
    pod = await in_cluster.pod()
    async with without(in_cluster, "kubelet"):
        run = await until(ann, run_id, words="is not heard of since")
        assert (run["state"], await in_cluster.pod()) == ("running", pod)
    run = await until(ann, run_id, state="succeeded")
    assert (run["attempt"], run["message"]) == (1, "")
    assert (await ann.get(f"{WS}/runs/{run_id}/logs")).json()["text"] == "first\nlast\n"


async def test_runs_go_on_and_wait_while_the_api_server_itself_is_away(
    in_cluster: InCluster, ann: httpx.AsyncClient
) -> None:
    running = await start(ann, LIVE, profile="plain")
    await until_logged(ann, running, "first")
    async with without(in_cluster, "kube-apiserver"):
        late = await start(ann, "print('late')", profile="plain", name="late")
        run = await until(ann, late, words="Not started yet: The Kubernetes API server does not answer")
        assert run["state"] == "queued"
        assert (await until(ann, running, state="succeeded"))["attempt"] == 1
    run = await until(ann, late, state="succeeded")
    assert (run["attempt"], run["message"]) == (1, "")
    for _ in range(200):
        if await in_cluster.kubectl("get", "jobs,pods,secrets", "--output=name") == "":
            break
        await asyncio.sleep(0.5)
    else:
        pytest.fail(await in_cluster.kubectl("get", "jobs,pods,secrets", "--output=name"))
