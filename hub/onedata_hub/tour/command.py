"""`onedata tour`: find the platform or start it, go the first hour, print what came of it."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from onedata_hub.launch.lock import running_url
from onedata_hub.launch.state import StateFolder
from onedata_hub.login import require_password_login, user_password
from onedata_hub.settings import PlatformSettings, SettingsError, load_settings
from onedata_hub.tour.hub_session import HubSession, TourError
from onedata_hub.tour.report import Report
from onedata_hub.tour.steps import take_tour

START_SECONDS = 180.0
STOP_SECONDS = 60.0


def tour(
    state_dir: Annotated[
        Path | None,
        typer.Option(help="Folder for all state; ./.onedata or $ONEDATA_HOME where none is named."),
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port people reach.")] = None,
    user: Annotated[str, typer.Option(help="Who goes on the tour.")] = "tour",
    keep: Annotated[
        bool | None,
        typer.Option(help="Leave a platform that the tour started running until Ctrl-C; so at a terminal."),
    ] = None,
) -> None:
    """Show the platform without a browser: a server, the first-hour notebook there, and as a job."""
    try:
        settings = load_settings(home=state_dir, port=port)
        require_password_login(settings, "onedata tour")
        with _platform(settings, keep=sys.stdout.isatty() if keep is None else keep) as url:
            asyncio.run(_go(url, user, StateFolder(settings.home)))
    except (SettingsError, TourError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


async def _go(url: str, user: str, state: StateFolder) -> None:
    report = Report(tell=lambda line: print(line, flush=True))
    began = time.monotonic()
    async with HubSession(url, user) as hub:
        await take_tour(hub, user_password(state), report)
    print(f"\nEverything happened, in {time.monotonic() - began:.1f} s. What came out:")
    for name, link in report.links.items():
        print(f"  {name:15} {link}")


@contextlib.contextmanager
def _platform(settings: PlatformSettings, *, keep: bool) -> Iterator[str]:
    """Give the address of the running platform; start one for the block where none runs."""
    state = StateFolder(settings.home)
    url = running_url(state)
    if url is not None:
        print(f"The platform runs at {url}.", flush=True)
        yield url
        return
    command = [sys.executable, "-m", "onedata.cli", "up", "--state-dir", str(settings.home)]
    process = subprocess.Popen([*command, "--port", str(settings.port)], start_new_session=True)
    try:
        yield _wait_until_up(process, state)
        if keep:
            print("\nThe platform stays up. Ctrl-C stops it.", flush=True)
            with contextlib.suppress(KeyboardInterrupt):
                process.wait()
    finally:
        _stop(process)


def _wait_until_up(process: "subprocess.Popen[bytes]", state: StateFolder) -> str:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise TourError("The platform did not start; the line above says why.")
        url = running_url(state) if (state / "run" / "up.json").exists() else None
        if url is not None:
            return url
        time.sleep(0.2)
    raise TourError(f"The platform was not up after {START_SECONDS:.0f} s; its logs are in {state / 'logs'}.")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
