"""Build the platform's three wheels from a copy of the tree, once for each content."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.cluster.place import CACHE, ClusterError

ROOT = Path(__file__).resolve().parent.parent.parent
# Where each wheel's content comes from: the hub's carries the notebooks and templates too.
_SOURCES = {
    "kernels": ("kernels",),
    "hub": ("hub", "notebooks", "templates"),
    "extensions": ("extensions",),
}


def build_wheels() -> dict[str, Path]:
    """Build what is not in the cache: a minute for the extension's, seconds for the others.

    Returns:
        The wheel of each distribution, by its folder's name.

    Raises:
        ClusterError: If one cannot be built; shows what the build said.
    """
    return {name: _wheel(name, folders) for name, folders in _SOURCES.items()}


def files_of(*folders: str) -> list[Path]:
    """Give the files of the tree that git knows or would take, relative to its root, in order."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file())


def digest_of(files: list[Path]) -> str:
    """Give a digest of files of the tree and their names."""
    state = hashlib.sha256()
    for file in files:
        state.update(f"{file}\0".encode())
        state.update(hashlib.sha256((ROOT / file).read_bytes()).digest())
    return state.hexdigest()[:16]


def _wheel(name: str, folders: tuple[str, ...]) -> Path:
    files = files_of(*folders)
    cache = CACHE / "wheels" / f"{name}-{digest_of(files)}"
    if not cache.is_dir():
        # The extension's build installs npm packages beside its sources: never in the tree that people use.
        with tempfile.TemporaryDirectory(prefix="onedata-wheel-") as folder:
            copy_files(files, Path(folder))
            built = Path(folder) / "dist"
            _build(Path(folder) / name, built)
            cache.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(staging := cache.with_name(cache.name + ".new"), ignore_errors=True)
            shutil.copytree(built, staging, ignore=shutil.ignore_patterns(".gitignore"))
            staging.replace(cache)
            forget_others(cache, f"{name}-*")
    return next(cache.glob("*.whl"))


def forget_others(kept: Path, pattern: str) -> None:
    """Remove what earlier contents left beside a folder of the cache: an image takes half a gigabyte."""
    for other in kept.parent.glob(pattern):
        if other != kept:
            shutil.rmtree(other, ignore_errors=True)


def copy_files(files: list[Path], target: Path) -> None:
    """Copy files of the tree into a folder, under their names in the tree."""
    for file in files:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, target / file)


def _build(source: Path, target: Path) -> None:
    programs = Path(sys.executable).parent
    done = subprocess.run(
        [programs / "uv", "build", "--wheel", "--no-build-isolation", "--out-dir", target, source],
        env={
            **os.environ,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "VIRTUAL_ENV": str(programs.parent),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-20:])
        raise ClusterError(f"The wheel of {source.name} cannot be built:\n{said}\nMend that and try again.")
