"""``onedata tour``: the first hour without a browser, and an honest exit status."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.support.notebooks import make_notebook
from tests.support.platform import Platform
from tests.support.shared_platform import recorded_result

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(400)]

STEPS = [
    "log in",
    "start a JupyterLab server",
    "studio and MLflow are ready",
    "run tutorials/01-first-hour.ipynb on it",
    "hand the notebook to the jobs service",
    "stop the server",
    "the job ends with the server stopped",
    "find what the run left",
]


def take_tour(platform: Platform, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = platform.command(
        "tour", "--state-dir", str(platform.folder), "--port", str(platform.port), *arguments
    )
    return subprocess.run(command, capture_output=True, text=True, timeout=360, check=False)


@dataclass(frozen=True)
class Tour:
    """A platform as it was started by its first tour, and what that tour said and left."""

    platform: Platform
    done: "subprocess.CompletedProcess[str]"
    left: list[list[str]]


@pytest.fixture(scope="module")
def first() -> Iterator[Tour]:
    """The tour of somebody who has no platform running; the platform is up again afterwards."""
    platform = Platform()
    try:
        done = take_tour(platform)
        left = [one.cmdline() for one in platform.processes()]
        platform.start()
        yield Tour(platform, done, left)
    finally:
        platform.remove()


def test_it_starts_the_platform_goes_the_first_hour_and_links_to_what_came_out(first: Tour) -> None:
    assert first.done.returncode == 0, first.done.stdout + first.done.stderr
    assert re.findall(r"^✓ (.*) \(\d+\.\d s\)$", first.done.stdout, re.MULTILINE) == STEPS
    links = dict(re.findall(r"^  (\S+) +(http\S+)$", first.done.stdout, re.MULTILINE))
    assert set(links) >= {"executed.ipynb", "executed.html", "log.txt", "datasets", "mlflow"}
    assert first.left == []
    with first.platform.client("tour") as tour:
        executed: httpx.Response = tour.get(links["executed.ipynb"])
        assert "late_share" in executed.text
        assert {d["name"] for d in tour.get(links["datasets"]).json()["items"]} >= {"flights", "delays"}


def test_job_made_no_new_data_and_one_new_model_version(first: Tour) -> None:
    workspace = "/services/studio/api/v1/workspaces/user-tour"
    with first.platform.client("tour") as tour:
        runs = tour.get(f"{workspace}/runs").json()["items"]
        run = tour.get(f"{workspace}/runs/{runs[0]['id']}").json()
        result = recorded_result(tour.get(f"{workspace}/runs/{run['id']}/outputs/executed.ipynb").json())
        jobs = {job["name"] for job in tour.get(f"{workspace}/jobs").json()["items"]}
        versions = {d["name"]: d["latest_version"] for d in tour.get(f"{workspace}/datasets").json()["items"]}
        standing = [
            {node["id"] for node in tour.get(f"{workspace}/lineage", params=params).json()["nodes"]}
            for params in (
                {"node": f"dataset:user-tour/flights@{version}", "direction": "downstream", "depth": 10}
                for version in (1, 2)
            )
        ]
    assert len(runs) == 1
    assert jobs == {
        run["job_name"],
        "first-hour",
    }  # the notebook scheduled itself on the server, and not as a job
    assert versions == {"delays": 1, "flights": 2, "planes": 1, "weather": 1}
    assert result["flights"] == 336_776
    assert (result["dataset"], result["model"]) == ("delays@1", "delays@2")
    assert "user-tour/delays@1" in run["datasets_written"]
    assert len(run["mlflow_runs"]) == 1
    assert result["roc_auc"] > 0.65
    assert 0.2 < result["late_share"] < 0.23
    assert {"dataset:user-tour/delays@1", "model:user-tour/delays@2"} <= standing[1]
    # The first half of the year was only compared with.
    assert "model:user-tour/delays@2" not in standing[0]


def test_notebook_that_fails_ends_it_with_the_step_and_status_one(first: Tour) -> None:
    platform = first.platform
    platform.spawn("careless")
    notebook = platform.state.path / "homes" / "careless" / "tutorials" / "01-first-hour.ipynb"
    notebook.write_text(json.dumps(make_notebook(None, "raise ValueError('no such table')")))
    done = take_tour(platform, "--user", "careless")
    assert done.returncode == 1
    assert f"The platform runs at {platform.url}." in done.stdout
    assert "✗ run tutorials/01-first-hour.ipynb on it" in done.stdout
    assert "no such table" in done.stderr
    assert "✓ hand the notebook" not in done.stdout
