"""The first-hour notebook by nbval. As a job it runs in the platform's tests: by the clock, and in the tour."""

import json

import pytest

from tests.support.platform import Platform
from tests.support.shared_platform import FIRST_HOUR, Person, first_hour

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(600)]


def test_every_cell_runs_under_nbval_and_schedules_the_notebook(platform: Platform):
    nora = first_hour(platform)
    versions = {found["name"]: found["latest_version"] for found in nora.api("GET", "/datasets")["items"]}
    assert versions.items() >= {"delays": 1, "flights": 2, "planes": 1, "weather": 1}.items()
    scheduled = nora.api("GET", "/jobs")["items"]
    assert [(job["name"], job["schedule"]["cron"]) for job in scheduled] == [("first-hour", "30 2 * * *")]


def test_a_wrong_parameter_is_refused_before_anything_runs(platform: Platform):
    person = Person(platform, "careless")
    body = {
        "name": "wrong",
        "notebook": json.loads(FIRST_HOUR.read_text()),
        "parameters": {"max_flights": "many"},
    }
    with platform.client(person.name) as client:
        answer = client.post(f"/services/studio/api/v1/workspaces/{person.workspace}/jobs", json=body)
    assert answer.status_code == 422
    assert "max_flights" in answer.json()["detail"]
    assert person.api("GET", "/jobs")["items"] == []
