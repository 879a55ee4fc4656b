"""``onedata selftest``: the whole path on a platform that runs, a report of it, and nothing left."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.notebooks import make_notebook
from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(400)]

STEPS = [
    "log in with a password",
    "the token may do all of it",
    "studio and MLflow are ready",
    "nobody works in the account",
    "start a JupyterLab server",
    "run tutorials/01-first-hour.ipynb on it",
    "find the datasets that it published",
    "find its run and its model in MLflow",
    "follow the model's lineage to its sources",
    "hand the notebook to the jobs service",
    "stop the server",
    "the job ends with the server stopped",
    "find what the run left",
    "remove what it made",
]


def run_selftest(
    platform: Platform, folder: Path, *arguments: str, token: str = ""
) -> "subprocess.CompletedProcess[str]":
    command = platform.command("selftest", "--folder", str(folder), *arguments)
    environment = os.environ | ({"ONEDATA_TOKEN": token} if token else {})
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=360, check=False)


def report_in(folder: Path) -> dict[str, Any]:
    (record,) = folder.glob("selftest-*.json")
    report: dict[str, Any] = json.loads(record.read_text())
    return report


def left_of(platform: Platform, user: str) -> dict[str, Any]:
    """What there still is of somebody's work."""
    with platform.client(user) as client:
        base = f"{platform.studio_url}/api/v1/workspaces/user-{user}"
        found = {kind: client.get(f"{base}/{kind}").json()["items"] for kind in ("datasets", "jobs")}
        headers = {"X-MLFLOW-WORKSPACE": f"user-{user}"}
        mlflow = f"{platform.mlflow_url}/api/2.0/mlflow"
        asked = {"max_results": 50}
        found["models"] = (
            client.get(f"{mlflow}/registered-models/search", headers=headers).json().get("registered_models")
        )
        experiments = client.post(f"{mlflow}/experiments/search", headers=headers, json=asked).json()
        found["experiments"] = [
            one["name"] for one in experiments.get("experiments", []) if one["name"] != "Default"
        ]
    return {kind: items for kind, items in found.items() if items}


def test_it_goes_the_whole_path_writes_it_down_and_leaves_nothing(platform: Platform, tmp_path: Path) -> None:
    done = run_selftest(platform, tmp_path, "--state-dir", str(platform.folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"^✓ (.*) \(\d+\.\d s\)$", done.stdout, re.MULTILINE) == STEPS
    report = report_in(tmp_path)
    assert report["passed"] is True
    assert [step["name"] for step in report["steps"]] == STEPS
    assert report["found"]["flights"] == "336776"
    assert set(report["versions"]) == {"onedata selftest", "JupyterHub", "studio", "MLflow"}
    (page,) = tmp_path.glob("selftest-*.md")
    assert page.read_text().startswith("# Self test: passed\n")
    assert left_of(platform, "selftest") == {}
    assert platform.servers_of("selftest") == []
    # MLflow keeps the name of a deleted experiment: the next self test must be able to take it.
    with platform.client("selftest") as client:
        mlflow = f"{platform.mlflow_url}/api/2.0/mlflow"
        headers = {"X-MLFLOW-WORKSPACE": "user-selftest"}
        made = client.post(f"{mlflow}/experiments/create", headers=headers, json={"name": "delays"})
        assert made.status_code == 200, made.text


def test_a_step_that_fails_is_in_the_report_and_nothing_is_left(platform: Platform, tmp_path: Path) -> None:
    platform.spawn("unlucky")
    notebook = platform.state.path / "homes" / "unlucky" / "tutorials" / "01-first-hour.ipynb"
    broken = make_notebook(
        None,
        "import onedata as od, pandas as pd\nod.datasets.publish(pd.DataFrame({'a': [1]}), 'flights')",
        "raise ValueError('no such table')",
    )
    notebook.write_text(json.dumps(broken))
    before = notebook.read_text()
    platform.stop_server("unlucky")
    token = platform.token("unlucky")
    done = run_selftest(platform, tmp_path, "--url", platform.url, token=token)
    assert done.returncode == 1
    assert "no such table" in done.stderr
    report = report_in(tmp_path)
    assert [(step["name"], step["passed"]) for step in report["steps"]][-2:] == [
        ("run tutorials/01-first-hour.ipynb on it", False),
        ("remove what it made", True),
    ]
    assert report["user"] == "unlucky"
    assert left_of(platform, "unlucky") == {}
    assert notebook.read_text() == before


def test_it_touches_no_account_in_which_somebody_works(platform: Platform, tmp_path: Path) -> None:
    platform.spawn("busy")
    done = run_selftest(platform, tmp_path, "--state-dir", str(platform.folder), "--user", "busy")
    assert done.returncode == 1
    assert "busy works here (a running server 'default')" in done.stderr
    assert platform.servers_of("busy") != []


def test_a_token_that_may_not_start_servers_is_told_so(platform: Platform, tmp_path: Path) -> None:
    with platform.login("ann") as hub:
        token = hub.make_token(expires_in=600, note="narrow", scopes=["access:services!service=studio"])
    done = run_selftest(platform, tmp_path, "--url", platform.url, token=token)
    assert done.returncode == 1
    assert "ann's token may not do all of it: access:servers, servers is missing" in done.stderr
    assert f"{platform.url}/hub/token" in done.stderr
