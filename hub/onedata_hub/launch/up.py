"""``onedata up``: from settings to a running platform, until told to stop."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from onedata_hub.launch.checks import check_objects, check_port, check_profiles, check_state_folder
from onedata_hub.launch.keeper import Keeper
from onedata_hub.launch.lock import PlatformLock
from onedata_hub.launch.migration import migrate
from onedata_hub.launch.probe import status_of
from onedata_hub.launch.proxy import install, is_installed
from onedata_hub.launch.state import StateFolder
from onedata_hub.login import ADMIN_PASSWORD, USER_PASSWORD, admin_password, user_password
from onedata_hub.settings import PlatformSettings

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def bring_up(settings: PlatformSettings) -> int:
    """Start the platform and keep it running until Ctrl-C or SIGTERM; give the exit status.

    Raises:
        StartRefused: If it cannot start as things are.
    """
    state = StateFolder(settings.home)
    check_state_folder(state)
    lock = PlatformLock(state)
    if not lock.take():
        say(_up_already(lock.announced_url(), state))
        return 0
    try:
        return _run(settings, state, lock)
    finally:
        lock.release()


def _run(settings: PlatformSettings, state: StateFolder, lock: PlatformLock) -> int:
    began = time.monotonic()
    say(f"One Data Studio starts; everything it keeps is in {state.path}.")
    if os.geteuid() == 0 and not Path("/.dockerenv").exists():
        say("You are root: notebooks will run as root. Outside a container, start it as an ordinary user.")
    check_profiles(settings)
    check_objects(settings)
    if not is_installed():
        say("Installing the proxy (once) …")
        install()
    keeper = Keeper(settings, state, say)
    keeper.end_leftovers()
    check_port(settings)
    if state.replace_taken_ports():
        keeper = Keeper(settings, state, say)
    _stop_on_signals(keeper)
    try:
        keeper.start_proxy()
        migrate(settings, state)
        keeper.start_hub()
        keeper.wait_until_ready()
        if not keeper.stopping:
            lock.announce(settings.public_url)
            _print_welcome(settings, state, time.monotonic() - began)
            keeper.keep(_mlflow_watch(settings, began))
    finally:
        say("Stopping …")
        keeper.stop()
        say("Stopped.")
    return 0


def say(line: str) -> None:
    """Print a line at once, whoever reads it."""
    print(line, flush=True)


def login_link(settings: PlatformSettings) -> str:
    """Give the link to log in by, with a user name to begin with."""
    user = os.environ.get("USER") or os.environ.get("LOGNAME") or "ann"
    user = "ann" if user in settings.admin_users or user == "root" else user
    return f"{settings.public_url}/hub/login?username={quote(user)}"


def _stop_on_signals(keeper: Keeper) -> None:
    def stop(number: int, _frame: object) -> None:
        keeper.stopping.append(True)

    for number in _SIGNALS:
        signal.signal(number, stop)


def _print_welcome(settings: PlatformSettings, state: StateFolder, seconds: float) -> None:
    say(f"Ready after {seconds:.1f} s.")
    say("")
    if settings.openid_issuer:
        say(f"  Open            {settings.public_url}/hub/home   (people log in at {settings.openid_issuer})")
    else:
        _print_passwords(settings, state)
    say("")
    say("Ctrl-C stops everything; runs of jobs that are under way finish by themselves.")


def _print_passwords(settings: PlatformSettings, state: StateFolder) -> None:
    folder = state / "secrets"
    on_screen = sys.stdout.isatty()  # passwords are for eyes, not for log files
    user = user_password(state) if on_screen else f"in {folder / USER_PASSWORD}"
    admin = admin_password(state) if on_screen else f"in {folder / ADMIN_PASSWORD}"
    say(f"  Open            {login_link(settings)}")
    say(f"  Password        {user}   (any user name)")
    say(f"  Administrators  {', '.join(sorted(settings.admin_users)) or 'none'}, password {admin}")


def _mlflow_watch(settings: PlatformSettings, began: float) -> Callable[[], None]:
    """Make a function that says once, when it is so, that MLflow is ready."""
    said: list[bool] = []
    address = f"{settings.public_url}/services/mlflow/health"

    def look() -> None:
        if not said and status_of(address) == 200:
            said.append(True)
            say(f"MLflow is ready after {time.monotonic() - began:.1f} s.")

    return look


def _up_already(url: str | None, state: StateFolder) -> str:
    if url is None:
        return f"One Data Studio is starting already in {state.path}: wait for it, or stop it first."
    return (
        f"One Data Studio is up already: {url}/hub/login (password in {state / 'secrets' / USER_PASSWORD})."
    )
