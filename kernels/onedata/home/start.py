"""Starts a person's server whatever is in the home: ``python -I -m onedata.home.start COMMAND …``.

What stands in its way is left out in the same start, and said in JupyterLab:

* a home that is full or cannot be written: the server keeps its own files elsewhere;
* added packages with which no kernel comes up: kernels do without them;
* settings in ``~/.jupyter`` with which the server does not come up: it starts again without them.

The server itself runs without added packages (Python's ``-s``), so none of them can stop it.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from onedata.contract.disks import is_about_room
from onedata.contract.environment import PACKAGES
from onedata.contract.homes import packages_of
from onedata.home import packages as added
from onedata.home.examples import deliver_examples
from onedata.home.mending import own_config
from onedata.home.room import why_unwritable
from onedata.home.supervising import end_of_start
from onedata.home.trouble import Trouble, written

_SERVERS = ("jupyterhub-singleuser", "jupyter-lab", "jupyter-server", "jupyterhub.singleuser")
_SETTINGS = Path(".jupyter/lab/user-settings")


def main(command: list[str]) -> None:
    """Start a command; a server of Jupyter's is looked after until it is up.

    Args:
        command: The program and its arguments.
    """
    if not command:
        sys.exit("Say what to start: python -I -m onedata.home.start jupyterhub-singleuser")
    home = Path.home()
    found: list[Trouble] = []
    environment = _with_home(dict(os.environ), home, found)
    if not _is_server(command):
        _execute(command, environment)
    _give_examples(home)
    command = [*_without_added_packages(command), *_arguments(found)]
    if own_config(home, environment):
        said = end_of_start(command, environment | written(found))
        print(
            f"The server does not start with the settings in ~/.jupyter ({said}). It starts without them.",
            file=sys.stderr,
        )
        found.append(Trouble("config", said))
        environment = environment | _without_config(home, environment)
    _execute(command, environment | written(found))


def _with_home(environment: dict[str, str], home: Path, found: list[Trouble]) -> dict[str, str]:
    """Look at a home, note what is wrong with it, and give the environment that fits."""
    error = why_unwritable(home)
    if error is not None:
        found.append(Trouble("full" if is_about_room(error) else "unwritable", f"{error.strerror}: {home}"))
        environment = environment | _outside(home, environment)
    packages = packages_of(home)
    said = _why_without(packages, environment, is_writable=error is None)
    if said:
        found.append(Trouble("packages", said))
        return environment | {PACKAGES: ""}
    return added.with_packages(environment, packages)


def _give_examples(home: Path) -> None:
    try:
        deliver_examples(home)
    except OSError as error:
        print(f"{home} does not get the tutorials now: {error.strerror}.", file=sys.stderr)


def _why_without(packages: Path, environment: Mapping[str, str], *, is_writable: bool) -> str:
    """Make the environment of added packages, and say why kernels must do without it; empty if they need not."""
    try:
        if is_writable:
            added.make_packages(packages)
    except OSError as error:
        return f"{packages}: {error.strerror}"
    return added.what_breaks(packages, environment)


def _outside(home: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Put what a server writes elsewhere; what is in the home is still read."""
    place = _place_outside(home, environment)
    settings = place / "settings"
    if (home / _SETTINGS).is_dir() and not settings.exists():
        shutil.copytree(home / _SETTINGS, settings, dirs_exist_ok=True)
    data = environment.get("JUPYTER_DATA_DIR") or str(home / ".local/share/jupyter")
    paths = [part for part in (environment.get("JUPYTER_PATH"), data) if part]
    configs = [part for part in (environment.get("JUPYTER_CONFIG_PATH"), str(home / ".jupyter")) if part]
    told = {
        "JUPYTER_DATA_DIR": str(place / "data"),
        "JUPYTER_PATH": os.pathsep.join(paths),
        "JUPYTER_CONFIG_DIR": str(place / "config"),
        "JUPYTER_CONFIG_PATH": os.pathsep.join(configs),
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(place / "workspaces"),
        "XDG_CACHE_HOME": str(place / "cache"),
        "IPYTHONDIR": str(place / "ipython"),
    }
    runtime = environment.get("JUPYTER_RUNTIME_DIR", "")
    if not runtime or Path(runtime).is_relative_to(home):
        told["JUPYTER_RUNTIME_DIR"] = str(place / "runtime")
    return told


def _place_outside(home: Path, environment: Mapping[str, str]) -> Path:
    """Make a private folder out of the home: in that of the server's sockets where it has one."""
    runtime = environment.get("JUPYTER_RUNTIME_DIR", "")
    if runtime and not Path(runtime).is_relative_to(home):
        place = Path(runtime) / "instead-of-home"
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        return place
    return Path(tempfile.mkdtemp(prefix="onedata-home-"))


def _arguments(found: list[Trouble]) -> list[str]:
    """Have files really deleted in a home that is full: the trash is in it, and takes no more."""
    return ["--FileContentsManager.delete_to_trash=False"] if any(one.kind == "full" for one in found) else []


def _without_config(home: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Give what has a server take no settings of its own from the home, and JupyterLab still its."""
    paths = environment.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep)
    return {
        "JUPYTERHUB_DISABLE_USER_CONFIG": "1",
        "JUPYTER_CONFIG_DIR": str(_place_outside(home, environment) / "no-config"),
        "JUPYTER_CONFIG_PATH": os.pathsep.join(one for one in paths if one != str(home / ".jupyter")),
        "JUPYTERLAB_SETTINGS_DIR": environment.get("JUPYTERLAB_SETTINGS_DIR") or str(home / _SETTINGS),
        "JUPYTERLAB_WORKSPACES_DIR": environment.get("JUPYTERLAB_WORKSPACES_DIR")
        or str(home / ".jupyter/lab/workspaces"),
    }


def _is_server(command: list[str]) -> bool:
    return any(Path(part).name in _SERVERS for part in command[:6])


def _without_added_packages(command: list[str]) -> list[str]:
    """Have a server's script run by Python with ``-s``."""
    script = shutil.which(command[0])
    if (
        script is not None
        and Path(script).parent == Path(sys.executable).parent
        and not Path(script).is_symlink()
    ):
        with Path(script).open("rb") as file:
            is_script = file.read(2) == b"#!"
        if is_script:
            return [sys.executable, "-s", "-P", script, *command[1:]]
    return command


def _execute(command: list[str], environment: Mapping[str, str]) -> None:
    try:
        os.execvpe(command[0], command, dict(environment))  # noqa: S606 - what was asked for, and nothing of a shell
    except OSError as error:
        sys.exit(f"{command[0]} cannot be started: {error.strerror}.")


if __name__ == "__main__":
    main(sys.argv[1:])
