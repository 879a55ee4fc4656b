"""What tests do on an installed platform: log in, and run notebooks as jobs."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import nbformat
from onedata.contract.jobs import RunState
from onedata_hub.tour.hub_session import HubSession

from tests.helm.installed import USER_PASSWORD, Installed

TEAM = "/services/studio/api/v1/workspaces/team-a"
PUBLISH = """
import onedata as od, pandas as pd
od.datasets.publish(pd.DataFrame({"a": [1, 2, 3]}), "numbers")
print(int(od.datasets.load("numbers")["a"].sum()))
"""
TRACK = """
import mlflow
with mlflow.start_run() as run:
    mlflow.log_metric("loss", 0.25)
    mlflow.log_text("hello", "note.txt")
print(mlflow.get_run(run.info.run_id).data.metrics["loss"], mlflow.artifacts.load_text(f"{run.info.artifact_uri}/note.txt"))
"""
_RUN_SECONDS = 300


@contextlib.asynccontextmanager
async def logged_in(installed: Installed) -> AsyncIterator[HubSession]:
    """Log ann in through the form."""
    with installed.reached() as url:
        async with HubSession(url, "ann") as session:
            await session.login(USER_PASSWORD)
            yield session


def notebook(source: str) -> dict[str, Any]:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    return json.loads(nbformat.writes(made))


async def submit(ann: HubSession, name: str, source: str, workspace: str = TEAM) -> str:
    """Run a notebook as a job of a workspace, by default a shared one; give the run's path."""
    body = {"name": f"{name}-{secrets.token_hex(3)}", "notebook": notebook(source), "profile": "small"}
    job = await ann.studio("POST", f"{workspace}/jobs", json=body)
    run = await ann.studio("POST", f"{workspace}/jobs/{job['id']}/runs", json={})
    return f"{workspace}/runs/{run['id']}"


async def end_of(ann: HubSession, run: str) -> dict[str, Any]:
    """Wait until a run has ended; give it."""
    async with asyncio.timeout(_RUN_SECONDS):
        while True:
            found: dict[str, Any] = await ann.studio("GET", run)
            if RunState(found["state"]).is_final:
                return found
            await asyncio.sleep(0.5)


async def runs_of(ann: HubSession, job: str) -> list[dict[str, Any]]:
    """Give a job's runs."""
    found: list[dict[str, Any]] = (await ann.studio("GET", f"{TEAM}/runs?job_id={job}"))["items"]
    return found


async def due_since(ann: HubSession, job: str, moment: datetime) -> list[dict[str, Any]]:
    """Give a job's runs that fell due after a moment, the oldest first."""
    found = [one for one in await runs_of(ann, job) if datetime.fromisoformat(one["due_at"]) > moment]
    return sorted(found, key=lambda one: str(one["due_at"]))
