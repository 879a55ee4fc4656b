"""The programs that gather a bundle: where they are, and what they say when they fail."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

Tell = Callable[[str], None]
_WHERE = {
    "skopeo": "It copies images without a container engine; most systems have it as the package 'skopeo'.",
    "helm": "It packs the chart. Install Helm 4, or name the program in ONEDATA_HELM.",
}
_LAST_LINES = 12


class BundleError(Exception):
    """A bundle cannot be made; says what was asked, what is true and what to do."""


def find(program: str, named: str | None = None) -> str:
    """Give a program's path.

    Args:
        program: Its name.
        named: Where somebody said that it is.

    Raises:
        BundleError: If it is not there; says what it is for and where it comes from.
    """
    found = shutil.which(named or program)
    if found is None:
        raise BundleError(f"{named or program} is not on this machine. {_WHERE[program]}")
    return found


def find_pip() -> list[str]:
    """Give the command of this environment's pip.

    Raises:
        BundleError: If it has none.
    """
    command = [sys.executable, "-m", "pip"]
    if subprocess.run([*command, "--version"], capture_output=True, check=False).returncode:
        raise BundleError(
            f"{sys.executable} has no pip, which gathers the wheels: install it there (`uv pip install pip`)."
        )
    return command


def run(*command: str, folder: Path | None = None) -> str:
    """Run a program and give what it prints.

    Raises:
        BundleError: If it fails; ends with its own last lines.
    """
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-_LAST_LINES:])
        name = command[2] if command[1] == "-m" else Path(command[0]).name
        raise BundleError(
            f"{name} failed:\n{said}\nMend that and run the same command: what is done is kept."
        )
    return done.stdout
