"""Idle servers are stopped; those with a busy kernel or a running job of their user never are."""

import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]

IDLE_SECONDS = 6
LIFE_SECONDS = 12
PROFILES = f"""
limits: {{groups: {{brief: {{hours: {LIFE_SECONDS / 3600}, servers: 1}}}}}}
profile_list:
- {{display_name: Small, kubespawner_override: {{cpu_limit: 1, mem_limit: 2G}}}}
- {{display_name: Too small, kubespawner_override: {{mem_limit: 24M}}}}
"""


@pytest.fixture(scope="module")
def culled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform that stops servers after six idle seconds, and those of one group after twelve in any case."""
    file = tmp_path_factory.mktemp("profiles") / "profiles.yaml"
    file.write_text(PROFILES)
    environment = {
        "ONEDATA_IDLE_TIMEOUT_SECONDS": str(IDLE_SECONDS),
        "ONEDATA_PROFILES_FILE": str(file),
        "ONEDATA_WORKSPACES": '{"brief": ["fleeting"]}',
    }
    with Platform(environment=environment) as running:
        yield running


def is_up(platform: Platform, user: str) -> bool:
    return bool((platform.server(user) or {}).get("ready"))


def sleeping_notebook(seconds: int) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": None, "outputs": [],
            "source": f"import time; time.sleep({seconds})"}  # fmt: skip
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": [cell], "metadata": {"kernelspec": kernelspec}, "nbformat": 4, "nbformat_minor": 5}


def start_sleeping_job(platform: Platform, user: str, seconds: int) -> None:
    """Start a run that sleeps, and wait until it runs."""
    workspace = f"/services/studio/api/v1/workspaces/user-{user}"
    with platform.client(user) as client:
        made = client.post(
            f"{workspace}/jobs", json={"name": "sleeper", "notebook": sleeping_notebook(seconds)}
        )
        assert made.status_code == 201, made.text
        run = client.post(f"{workspace}/jobs/{made.json()['id']}/runs", json={})
        assert run.status_code == 201, run.text
        end = time.monotonic() + 60
        while client.get(f"{workspace}/runs/{run.json()['id']}").json()["state"] != "running":
            assert time.monotonic() < end
            time.sleep(0.5)


def start_kernel_that_hangs(platform: Platform, user: str) -> None:
    """Start a kernel and stop its process before it has said that it is ready."""
    with platform.client(user) as client:
        started = client.post(f"/user/{user}/api/kernels", json={"name": "python3"})
        assert started.status_code == 201, started.text
        [kernel] = [one for one, line in platform.command_lines().items() if started.json()["id"] in line]
        kernel.suspend()
        assert client.get(f"/user/{user}/api/kernels").json()[0]["execution_state"] == "starting"


def test_idle_server_is_stopped_and_those_in_use_are_not(culled: Platform) -> None:
    start_sleeping_job(culled, "worker", 600)
    culled.spawn("worker")
    culled.spawn("busy")
    with culled.kernel("busy") as kernel:
        kernel.send("import time; time.sleep(3600)")  # computes in silence: the server hears nothing of it
        culled.spawn("idle")
        start_kernel_that_hangs(culled, "idle")
        culled.wait_for_server("idle", ready=False, seconds=120)
        # What stopped the idle one looked at these as often, and for as long.
        time.sleep(2 * IDLE_SECONDS)
        assert is_up(culled, "busy")
        assert is_up(culled, "worker")
    assert "Culling server idle" in culled.hub_log()


def test_server_over_its_hours_is_stopped_though_it_computes(culled: Platform) -> None:
    culled.spawn("fleeting")
    with culled.kernel("fleeting") as kernel:
        assert kernel.run("import os; print(os.environ['ONEDATA_SERVER_SECONDS'])") == f"{LIFE_SECONDS}\n"
        kernel.send("import time; time.sleep(3600)")
        culled.wait_for_server("fleeting", ready=False, seconds=120)
    assert "its user's groups have" in culled.hub_log()


def test_server_that_does_not_answer_stays(culled: Platform) -> None:
    culled.spawn("hung")
    [server] = culled.servers_of("hung")
    server.suspend()
    try:
        end = time.monotonic() + 120
        while "stays: it cannot be asked" not in culled.hub_log():
            assert time.monotonic() < end, culled.hub_log()[-2000:]
            time.sleep(1)
        assert server.status() == psutil.STATUS_STOPPED
        assert is_up(culled, "hung")
    finally:
        server.resume()


def test_server_that_dies_at_the_start_says_why(culled: Platform) -> None:
    culled.hub("fay", "GET", "/user")
    answer = culled.hub("fay", "POST", "/users/fay/server", json={"profile": "too-small"})
    assert answer.status_code in (202, 500), answer.text  # 202 where it took longer than 10 s
    progress = culled.hub("fay", "GET", "/users/fay/server/progress").text
    assert '"failed": true' in progress
    assert "Your server ended with status" in progress
    assert "memory" in progress.lower()
    assert culled.server("fay") is None
