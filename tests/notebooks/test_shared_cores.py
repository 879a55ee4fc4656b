"""Runs leave the cores to one another."""

import time

import pytest

from tests.support.notebooks import make_notebook
from tests.support.platform import Platform
from tests.support.shared_platform import Person

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize(
    ("environment", "policy"),
    [({}, "PASSIVE"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "ACTIVE")],
    ids=["default", "chosen"],
)
def test_threads_that_wait_in_a_run_do_not_spin_unless_the_job_says_so(
    platform: Platform, environment: dict[str, str], policy: str
):
    person = Person(platform, "corin")
    notebook = make_notebook(None, "import os\nprint('waits', os.environ['OMP_WAIT_POLICY'])")
    name = f"waits-{policy.lower()}"
    job = person.api("POST", "/jobs", json={"name": name, "notebook": notebook, "environment": environment})
    run = person.api("POST", f"/jobs/{job['id']}/runs", json={})
    end = time.monotonic() + 120
    while run["state"] in ("queued", "running"):
        assert time.monotonic() < end, run
        time.sleep(0.5)
        run = person.api("GET", f"/runs/{run['id']}")
    assert run["state"] == "succeeded", run
    assert f"waits {policy}" in person.api("GET", f"/runs/{run['id']}/logs")["text"]
