"""The account that the self test works in: nobody's work is in it before, and nothing is left of it after."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from onedata_hub.naming import personal_workspace
from onedata_hub.tour.hub_session import HubSession, TourError
from onedata_hub.tour.steps import workspace_of

# What notebooks/01-first-hour.ipynb makes, what stands on others first.
DATASETS = ("delays", "flights", "weather", "planes")
EXPERIMENT = MODEL = "delays"
JOB = "selftest"
_MLFLOW = "/services/mlflow/api/2.0/mlflow"
_CANCEL_SECONDS = 60


async def check_access(hub: HubSession) -> None:
    """See that the token is one of a person, and may start and open that person's server.

    Raises:
        TourError: If it is not; says what is missing.
    """
    answer = await hub.request("GET", "/user")
    if answer.status_code != 200:
        raise TourError(f"{hub.url} takes this token for nobody's ({answer.status_code}): make a new one.")
    model = answer.json()
    if model.get("kind") != "user":
        raise TourError(
            "This token is a service's: the self test goes a person's way and takes a person's token."
        )
    hub.user = model["name"]
    given = {scope.partition("!")[0] for scope in model["scopes"]}
    missing = {"servers", "access:servers", "access:services"} - given
    if missing:
        raise TourError(
            f"{hub.user}'s token may not do all of it: {', '.join(sorted(missing))} is missing. Make one on the "
            f"hub's token page without naming scopes: {hub.url}/hub/token"
        )


async def check_is_free(hub: HubSession) -> None:
    """See that nobody works in the account: what the self test makes has names that it then deletes.

    Raises:
        TourError: If somebody does; says what is there.
    """
    model = (await hub.request("GET", f"/users/{hub.quoted_user}")).json()
    found = [f"a running server '{name or 'default'}'" for name in model.get("servers") or {}]
    for kind in ("datasets", "jobs"):
        items = (await hub.studio("GET", f"{workspace_of(hub)}/{kind}"))["items"]
        found += [f"{len(items)} {kind}"] if items else []
    if await experiment_of(hub) or await model_of(hub):
        found.append(f"an experiment or a model '{EXPERIMENT}'")
    if found:
        raise TourError(
            f"{hub.user} works here ({', '.join(found)}), and the self test deletes what it made when it ends. "
            "Give it an account that nobody works in."
        )


async def clean_up(hub: HubSession) -> None:
    """Stop the server and delete what the notebook and its job made; try all of it before it gives up.

    Raises:
        TourError: If something could not be deleted; says what.
    """
    refusals = [str(error) async for error in _removals(hub)]
    if refusals:
        raise TourError(" ".join(refusals))


async def experiment_of(hub: HubSession) -> dict[str, Any] | None:
    """Give the notebook's experiment as MLflow has it; none where there is none, or it was deleted."""
    found = await mlflow(hub, "GET", "experiments/get-by-name", params={"experiment_name": EXPERIMENT})
    experiment: dict[str, Any] | None = (found or {}).get("experiment")
    return experiment if experiment and experiment["lifecycle_stage"] == "active" else None


async def model_of(hub: HubSession) -> dict[str, Any] | None:
    """Give the notebook's registered model as MLflow has it; none where there is none."""
    found = await mlflow(hub, "GET", "registered-models/get", params={"name": MODEL})
    return (found or {}).get("registered_model")


async def mlflow(hub: HubSession, method: str, path: str, **options: Any) -> dict[str, Any] | None:
    """Call MLflow in the person's own workspace; none where it has no such thing.

    Raises:
        TourError: If it refuses otherwise, in its own words.
    """
    headers = {"X-MLFLOW-WORKSPACE": personal_workspace(hub.user)}
    answer = await hub.call(method, f"{_MLFLOW}/{path}", headers=headers, **options)
    if answer.status_code == 404:
        return None
    if not answer.is_success:
        raise TourError(f"MLflow said {answer.status_code} to {method} {path}: {answer.text[:400]}")
    body: dict[str, Any] = answer.json()
    return body


async def _removals(hub: HubSession) -> AsyncIterator[TourError]:
    """Do each removal; give those that were refused."""
    for removal in (
        _remove_jobs,
        _remove_model,
        _remove_experiment,
        _remove_datasets,
        HubSession.stop_server,
    ):
        try:
            await removal(hub)
        except TourError as error:
            yield error


async def _remove_jobs(hub: HubSession) -> None:
    """Delete the jobs, which cancels what runs of them, and wait for that: a run would publish once more."""
    base = workspace_of(hub)
    for job in (await hub.studio("GET", f"{base}/jobs"))["items"]:
        await hub.studio("DELETE", f"{base}/jobs/{job['id']}")
    for _ in range(_CANCEL_SECONDS * 2):
        active = [
            run
            for state in ("queued", "running")
            for run in (await hub.studio("GET", f"{base}/runs", params={"state": state}))["items"]
        ]
        if not active:
            return
        await asyncio.sleep(0.5)
    raise TourError(f"{len(active)} runs have not ended {_CANCEL_SECONDS} s after they were cancelled.")


async def _remove_model(hub: HubSession) -> None:
    if await model_of(hub):
        await mlflow(hub, "DELETE", "registered-models/delete", json={"name": MODEL})


async def _remove_experiment(hub: HubSession) -> None:
    """Delete the experiment under another name: MLflow keeps a deleted one's name until it is purged."""
    experiment = await experiment_of(hub)
    if experiment:
        number = experiment["experiment_id"]
        new_name = f"{EXPERIMENT}-selftest-{number}"
        await mlflow(hub, "POST", "experiments/update", json={"experiment_id": number, "new_name": new_name})
        await mlflow(hub, "POST", "experiments/delete", json={"experiment_id": number})


async def _remove_datasets(hub: HubSession) -> None:
    base = f"{workspace_of(hub)}/datasets"
    found = {dataset["name"] for dataset in (await hub.studio("GET", base))["items"]}
    for name in DATASETS:
        if name in found:
            await hub.studio("DELETE", f"{base}/{name}", params={"force": True})
