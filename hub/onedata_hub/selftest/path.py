"""The path that the self test goes, each step proven by what came out of it."""

import ast
from typing import Any

from onedata_hub.naming import personal_workspace
from onedata_hub.selftest.account import (
    JOB,
    check_access,
    check_is_free,
    clean_up,
    experiment_of,
    mlflow,
    model_of,
)
from onedata_hub.tour.hub_session import HubSession, TourError
from onedata_hub.tour.report import Report
from onedata_hub.tour.steps import (
    NOTEBOOK,
    check_run,
    run_notebook,
    submit_job,
    wait_for_run,
    wait_for_services,
    workspace_of,
)

_SOURCES = ("flights", "weather", "planes")  # what the notebook's model came from


async def go(hub: HubSession, report: Report, *, password: str | None, profile: str | None) -> None:
    """Go the whole path, and remove what it made wherever it ended.

    Args:
        hub: A session with a token in it, or one to log in with the password.
        report: Told of each step.
        password: The password of the session's user; none where it has a token.
        profile: The size of the server and of the job; the first that there is where none is named.

    Raises:
        TourError: At the first thing that did not happen.
    """
    if password is not None:
        await report.step("log in with a password", hub.login(password, note="onedata selftest"))
    await report.step("the token may do all of it", check_access(hub))
    await report.step("studio and MLflow are ready", wait_for_services(hub))
    await report.step("nobody works in the account", check_is_free(hub))
    try:
        await _use(hub, report, profile)
    finally:
        await report.step("remove what it made", clean_up(hub))


async def _use(hub: HubSession, report: Report, profile: str | None) -> None:
    await report.step("start a JupyterLab server", hub.start_server(lambda line: None, profile))
    report.facts["Jupyter Server"] = (await hub.get_json(f"/user/{hub.quoted_user}/api"))["version"]
    notebook = await report.step(f"run {NOTEBOOK} on it", run_notebook(hub, report, save=False))
    result = read_result(notebook)
    report.facts |= {name: str(value) for name, value in result.items()}
    await report.step("find the datasets that it published", _check_datasets(hub, result))
    await report.step("find its run and its model in MLflow", _check_tracking(hub, result))
    await report.step("follow the model's lineage to its sources", _check_lineage(hub, result))
    job = await report.step("hand the notebook to the jobs service", submit_job(hub, notebook, JOB, profile))
    await report.step("stop the server", hub.stop_server())
    run = await report.step("the job ends with the server stopped", wait_for_run(hub, job, report))
    await report.step("find what the run left", check_run(hub, run, report))


def read_result(notebook: dict[str, Any]) -> dict[str, Any]:
    """Read the numbers that the first-hour notebook's last cell shows.

    Raises:
        TourError: If that shows no such thing.
    """
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for output in cells[-1]["outputs"]:
        text = "".join(output.get("data", {}).get("text/plain", ""))
        if text.startswith("{"):
            result: dict[str, Any] = ast.literal_eval(text)
            return result
    raise TourError(f"The last cell of {NOTEBOOK} shows no result: is it the platform's own notebook?")


async def _check_datasets(hub: HubSession, result: dict[str, Any]) -> None:
    base = f"{workspace_of(hub)}/datasets"
    for name, rows in (("flights", result["flights"]), ("delays", None)):
        versions = (await hub.studio("GET", f"{base}/{name}/versions"))["items"]
        newest = versions[0]
        if rows is not None and newest["rows"] != rows:
            raise TourError(f"The notebook read {rows} rows of {name}, and the studio has {newest['rows']}.")
        manifest = await hub.studio("GET", f"{base}/{name}/versions/{newest['version']}/manifest")
        if not manifest["files"]:
            raise TourError(f"{name}@{newest['version']} has no file.")


async def _check_tracking(hub: HubSession, result: dict[str, Any]) -> None:
    experiment, model = await experiment_of(hub), await model_of(hub)
    if experiment is None or model is None:
        raise TourError("MLflow has no experiment 'delays', or no model of that name.")
    body = {"experiment_ids": [experiment["experiment_id"]], "max_results": 10}
    runs = ((await mlflow(hub, "POST", "runs/search", json=body)) or {}).get("runs", [])
    logged = [
        round(metric["value"], 3)
        for run in runs
        for metric in run["data"].get("metrics", [])
        if metric["key"] == "roc_auc"
    ]
    if result["roc_auc"] not in logged:
        raise TourError(f"The notebook measured a ROC AUC of {result['roc_auc']}; MLflow has {logged}.")


async def _check_lineage(hub: HubSession, result: dict[str, Any]) -> None:
    workspace = personal_workspace(hub.user)
    node = f"model:{workspace}/{result['model']}"
    graph = await hub.studio(
        "GET", f"{workspace_of(hub)}/lineage", params={"node": node, "direction": "upstream"}
    )
    reached = {str(one["id"]) for one in graph["nodes"]}
    missing = [name for name in _SOURCES if not any(f"dataset:{workspace}/{name}" in one for one in reached)]
    if missing:
        raise TourError(f"The lineage of {result['model']} does not lead to {', '.join(missing)}.")
