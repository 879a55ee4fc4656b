"""The steps of the first hour, each timed and each proven by what came out of it."""

import asyncio
import time
from typing import Any

from onedata_hub.naming import personal_workspace
from onedata_hub.tour.hub_session import HubSession, TourError
from onedata_hub.tour.kernel_session import NotebookSession
from onedata_hub.tour.report import Report

NOTEBOOK = "tutorials/01-first-hour.ipynb"
STUDIO = "/services/studio/api/v1"
JOB_SECONDS = 600.0
SERVICES_SECONDS = 120.0


async def take_tour(hub: HubSession, password: str, report: Report) -> None:
    """Go the first hour: notebook on a server, the same as a job without it, and what came out.

    Raises:
        TourError: At the first thing that did not happen.
    """
    await report.step("log in", hub.login(password))
    await report.step("start a JupyterLab server", hub.start_server(lambda line: None))
    await report.step("studio and MLflow are ready", wait_for_services(hub))
    notebook = await report.step(f"run {NOTEBOOK} on it", run_notebook(hub, report))
    job = await report.step(
        "hand the notebook to the jobs service", submit_job(hub, notebook, "first-hour-tour")
    )
    await report.step("stop the server", hub.stop_server())
    run = await report.step("the job ends with the server stopped", wait_for_run(hub, job, report))
    await report.step("find what the run left", check_run(hub, run, report))


async def wait_for_services(hub: HubSession) -> None:
    """Wait until studio and MLflow answer behind the proxy: they start after the hub."""
    until = time.monotonic() + SERVICES_SECONDS
    for service, health in (("The studio", "studio/health/ready"), ("MLflow", "mlflow/health")):
        while (await hub.get(f"/services/{health}")).status_code != 200:
            if time.monotonic() > until:
                raise TourError(f"{service} did not become ready within {SERVICES_SECONDS:.0f} s.")
            await asyncio.sleep(0.5)


async def run_notebook(hub: HubSession, report: Report, *, save: bool = True) -> dict[str, Any]:
    """Run the first-hour notebook on the person's server; give it with its outputs."""
    async with NotebookSession(hub.server_url, hub.token, NOTEBOOK) as session:
        return await session.run(
            lambda n, of, line: report.tell(f"    cell {n}/{of}  {line[:70]}"), save=save
        )


async def submit_job(
    hub: HubSession, notebook: dict[str, Any], name: str, profile: str | None = None
) -> dict[str, Any]:
    """Make a job of a notebook, or give the one of that name the notebook; start a run and give it."""
    base = f"{workspace_of(hub)}/jobs"
    body = {"name": name, "notebook": notebook, "notebook_path": NOTEBOOK}
    if profile:
        body["profile"] = profile
    found = (await hub.studio("GET", base, params={"name": name}))["items"]
    if found:
        made = await hub.studio("PATCH", f"{base}/{found[0]['id']}", json={"notebook": notebook})
    else:
        made = await hub.studio("POST", base, json=body)
    run: dict[str, Any] = await hub.studio("POST", f"{base}/{made['id']}/runs", json={})
    return run


def workspace_of(hub: HubSession) -> str:
    """Give the path of the person's own workspace at the studio."""
    return f"{STUDIO}/workspaces/{personal_workspace(hub.user)}"


async def wait_for_run(hub: HubSession, run: dict[str, Any], report: Report) -> dict[str, Any]:
    """Wait until a run has succeeded; give it."""
    path = f"{STUDIO}/workspaces/{run['workspace']}/runs/{run['id']}"
    until = time.monotonic() + JOB_SECONDS
    done = -1
    while time.monotonic() < until:
        run = await hub.studio("GET", path)
        progress = run["progress"]
        if progress["cells_done"] != done:
            done = progress["cells_done"]
            report.tell(f"    {run['state']}: {done} of {progress['cells_total']} cells")
        if run["state"] == "succeeded":
            return run
        if run["state"] not in ("queued", "running"):
            cell = (run.get("failure") or {}).get("name", "")
            raise TourError(f"The job ended as {run['state']}: {run['message']} {cell}")
        await asyncio.sleep(0.5)
    raise TourError(f"The job has not ended after {JOB_SECONDS:.0f} s.")


async def check_run(hub: HubSession, run: dict[str, Any], report: Report) -> None:
    """Find what a run left: its outputs, a dataset and its lineage, an MLflow run."""
    base = f"{STUDIO}/workspaces/{run['workspace']}"
    await _wait_for_output(hub, f"{base}/runs/{run['id']}", "executed.html")
    for name in ("executed.ipynb", "executed.html", "log.txt"):
        path = f"{base}/runs/{run['id']}/outputs/{name}"
        if (await hub.get(path)).status_code != 200:
            raise TourError(f"The run's {name} cannot be downloaded.")
        report.links[name] = hub.url + path
    if not run["datasets_written"] or not run["mlflow_runs"]:
        raise TourError("The run names no dataset it wrote, or no MLflow run.")
    written = run["datasets_written"][0]
    graph = await hub.studio(
        "GET", f"{base}/lineage", params={"node": f"dataset:{written}", "direction": "both"}
    )
    if not graph["edges"]:
        raise TourError(f"Lineage knows nothing of {written}.")
    report.links["datasets"] = f"{hub.url}{base}/datasets"
    report.links["mlflow"] = f"{hub.url}/services/mlflow/"


async def _wait_for_output(hub: HubSession, path: str, name: str) -> None:
    for _ in range(60):
        if name in (await hub.studio("GET", path))["outputs"]:
            return
        await asyncio.sleep(0.5)
    raise TourError(f"The run's {name} did not appear within 30 s of its end.")
