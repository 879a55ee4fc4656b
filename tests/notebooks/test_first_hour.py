"""The first-hour notebook by nbval. As a job it runs in the platform's tests: by the clock, and in the tour."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.platform import Platform
from tests.support.shared_platform import Person

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(600)]

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01-first-hour.ipynb"


def test_every_cell_runs_under_nbval_and_schedules_the_notebook(platform: Platform):
    nora = Person(platform, "nora")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "-p", "no:cacheprovider", "-p", "no:asyncio", str(NOTEBOOK)],
        cwd=NOTEBOOK.parent, env=nora.environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
    versions = {found["name"]: found["latest_version"] for found in nora.api("GET", "/datasets")["items"]}
    assert versions == {"delays": 1, "flights": 2, "planes": 1, "weather": 1}
    scheduled = nora.api("GET", "/jobs")["items"]
    assert [(job["name"], job["schedule"]["cron"]) for job in scheduled] == [("first-hour", "30 2 * * *")]


def test_a_wrong_parameter_is_refused_before_anything_runs(platform: Platform):
    person = Person(platform, "careless")
    body = {
        "name": "wrong",
        "notebook": json.loads(NOTEBOOK.read_text()),
        "parameters": {"max_flights": "many"},
    }
    with platform.client(person.name) as client:
        answer = client.post(f"/services/studio/api/v1/workspaces/{person.workspace}/jobs", json=body)
    assert answer.status_code == 422
    assert "max_flights" in answer.json()["detail"]
    assert person.api("GET", "/jobs")["items"] == []
