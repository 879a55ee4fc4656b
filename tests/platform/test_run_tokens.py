"""The token that a run is given, on a real hub: its user's, for as long as the run may take and no longer."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.notebooks import make_notebook
from tests.support.platform import Platform
from tests.support.runner import wait_until

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]

WORKSPACE = "/services/studio/api/v1/workspaces/user-rita"
TIMEOUT_SECONDS = 90
MARGIN_SECONDS = 3_600  # for the start, and for cells that clean up
KEEP_TOKEN = (
    "import os, pathlib, time\n{file}.write_text(os.environ['JUPYTERHUB_API_TOKEN'])\ntime.sleep(600)"
)


@pytest.fixture
def rita(platform: Platform) -> Iterator[httpx.Client]:
    with platform.client("rita") as client:
        yield client


def start_run(rita: httpx.Client, file: Path) -> str:
    """Start a run that writes its token into a file and goes on; give its id."""
    source = KEEP_TOKEN.format(file=f"pathlib.Path({os.fspath(file)!r})")
    job = {"name": "token", "notebook": make_notebook(None, source), "timeout_seconds": TIMEOUT_SECONDS}
    made = rita.post(f"{WORKSPACE}/jobs", json=job)
    assert made.status_code == 201, made.text
    run = rita.post(f"{WORKSPACE}/jobs/{made.json()['id']}/runs", json={})
    assert run.status_code == 201, run.text
    wait_until(lambda: file.exists() and bool(file.read_text()), 90, "the run's token")
    return str(run.json()["id"])


def tokens_of_run(platform: Platform, run_id: str) -> list[dict[str, Any]]:
    """Give what the hub keeps of a run's tokens."""
    kept = platform.hub("rita", "GET", "/users/rita/tokens").json()["api_tokens"]
    return [one for one in kept if f"job run {run_id}" in one["note"]]


def status(url: str, token: str) -> int:
    headers = {"Authorization": f"token {token}"}
    return httpx.get(url, headers=headers, trust_env=False).status_code


def test_a_runs_token_is_its_own_ends_soon_after_its_timeout_and_is_refused_once_the_run_has_ended(
    platform: Platform, rita: httpx.Client, tmp_path: Path
) -> None:
    run_id = start_run(rita, tmp_path / "token")
    token = (tmp_path / "token").read_text()
    (kept,) = tokens_of_run(platform, run_id)
    life = datetime.fromisoformat(kept["expires_at"]) - datetime.fromisoformat(kept["created"])
    assert TIMEOUT_SECONDS < life.total_seconds() < TIMEOUT_SECONDS + MARGIN_SECONDS + 5
    hub, studio = f"{platform.url}/hub/api/user", f"{platform.studio_url}/api/v1/me"
    assert (status(hub, token), status(studio, token)) == (200, 200)
    assert token != platform.token("rita")

    assert rita.post(f"{WORKSPACE}/runs/{run_id}/cancel").status_code in (200, 202)
    wait_until(lambda: tokens_of_run(platform, run_id) == [], 60, "the end of the run's token at the hub")
    wait_until(lambda: (status(hub, token), status(studio, token)) == (403, 401), 30, "its refusal")
    assert rita.get(f"{WORKSPACE}/runs/{run_id}").json()["state"] == "cancelled"
