"""``onedata selftest``: go the whole path on a platform that runs, and write down what came of it."""

import asyncio
import contextlib
import os
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import httpx
import typer
from onedata.contract.environment import TOKEN_OUTSIDE

from onedata_hub.launch.lock import running_url
from onedata_hub.launch.state import StateFolder
from onedata_hub.login import user_password
from onedata_hub.selftest.path import go
from onedata_hub.selftest.written import Outcome
from onedata_hub.settings import SettingsError, load_settings
from onedata_hub.tour.hub_session import HubSession, TourError
from onedata_hub.tour.report import Report


def selftest(
    url: Annotated[
        str | None, typer.Option(help="The platform's address; the one on this machine where none is named.")
    ] = None,
    user: Annotated[
        str, typer.Option(help="Who logs in with a password. A token in ONEDATA_TOKEN says it by itself.")
    ] = "selftest",
    profile: Annotated[
        str | None, typer.Option(help="The size of the server and of the job; the default one otherwise.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where the report goes, a page and a JSON file.")] = Path(),
    state_dir: Annotated[
        Path | None, typer.Option(help="State folder of the platform on this machine.")
    ] = None,
) -> None:
    """Go the whole path on a platform that runs: server, notebook, datasets, MLflow, lineage, job.

    It works in an account that nobody uses, removes what it made, and ends with exit status 1 where a step failed.
    """
    try:
        address, token, password = _way_in(url, user, state_dir)
    except (SettingsError, TourError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    outcome = asyncio.run(_test(address, user, token, password, profile))
    page, record = outcome.write(folder)
    if outcome.passed:
        print(f"\nEvery step happened, in {outcome.seconds:.0f} s. The report: {page} and {record.name}")
        return
    failed = next(step for step in outcome.report.steps if step.refusal)
    typer.echo(f"{failed.name}: {failed.refusal}\nThe report: {page} and {record.name}", err=True)
    raise typer.Exit(1)


def _way_in(url: str | None, user: str, state_dir: Path | None) -> tuple[str, str, str | None]:
    """Find the platform's address, and a token or a password.

    Raises:
        TourError: If no platform runs here and none is named.
        SettingsError: If this machine's settings are wrong.
    """
    token = os.environ.get(TOKEN_OUTSIDE, "")
    if url is None:
        state = StateFolder(load_settings(home=state_dir).home)
        url = running_url(state)
        if url is None:
            raise TourError(
                f"No platform runs in {state.path}: start it with `onedata up`, or name an address with --url."
            )
        return url, token, None if token else user_password(state)
    password = None if token else typer.prompt(f"Password of {user} at {url}", hide_input=True, err=True)
    return url.rstrip("/"), token, password


async def _test(url: str, user: str, token: str, password: str | None, profile: str | None) -> Outcome:
    report = Report(tell=lambda line: print(line, flush=True))
    began, started = datetime.now(UTC), time.monotonic()
    async with HubSession(url, user) as hub:
        hub.token = token
        with contextlib.suppress(TourError):  # the report has it, and is what the exit status follows
            await go(hub, report, password=password, profile=profile)
        seconds = round(time.monotonic() - started, 1)
        return Outcome(url, hub.user, began, seconds, report, await _versions(hub))


async def _versions(hub: HubSession) -> dict[str, str]:
    """Ask each part for its version; one that does not answer is left out, and its step says why."""
    found = {"onedata selftest": version("onedata-hub")}
    for part, path in (("JupyterHub", "/hub/api/"), ("studio", "/services/studio/openapi.json")):
        with contextlib.suppress(TourError, httpx.HTTPError):
            told = await hub.get_json(path)
            found[part] = told["version"] if "version" in told else told["info"]["version"]
    with contextlib.suppress(httpx.HTTPError):
        answer = await hub.get("/services/mlflow/version")
        if answer.status_code == 200:
            found["MLflow"] = answer.text.strip()
    return found
