"""Packages that a person adds with uv: an environment in the home, beside the one that the platform brings.

It is one for each version of Python, so an image with another one begins with none. Its packages come after the
platform's on the path, and uv is told the platform's versions as constraints: nothing added replaces what JupyterLab,
the kernels and the library stand on.
"""

import datetime
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from onedata.contract.environment import CACHE_DIR, PACKAGES
from onedata.contract.homes import PACKAGES_FOLDER, PYTHON

_IMAGE_PTH = "_onedata_platform.pth"
_PROBE = "import onedata, IPython, ipykernel.kernelapp"
_PROBE_SECONDS = 30.0
_SHIMS = Path(__file__).parent / "bin"


def site_of(packages: Path) -> Path:
    """Name the folder in which an environment has its packages."""
    return packages / "lib" / packages.name / "site-packages"


def others_of(home: Path) -> list[Path]:
    """List the environments of added packages for other versions of Python."""
    found = sorted((home / PACKAGES_FOLDER).glob("python*"))
    return [one for one in found if one.name != PYTHON and site_of(one).is_dir()]


def make_packages(packages: Path) -> None:
    """Make an environment of added packages, or bring its constraints up to date.

    Raises:
        OSError: If it cannot be written.
    """
    (packages / "bin").mkdir(parents=True, exist_ok=True)
    site_of(packages).mkdir(parents=True, exist_ok=True)
    python = packages / "bin" / "python"
    if not python.is_symlink() or python.readlink() != Path(sys.executable):
        python.unlink(missing_ok=True)
        python.symlink_to(sys.executable)
    base = Path(getattr(sys, "_base_executable", sys.executable)).parent
    _write(
        packages / "pyvenv.cfg",
        f"home = {base}\nimplementation = CPython\nversion_info = {sys.version.split()[0]}\n"
        "include-system-site-packages = false\n",
    )
    # For programs that came with a package: they run in this environment, the platform's packages before its own.
    _write(
        site_of(packages) / _IMAGE_PTH,
        f"import sys, site; sys.prefix == {str(packages)!r} and site.addsitedir({str(_platform_site())!r})\n"
        f"import _onedata_packages; _onedata_packages.come_last({str(site_of(packages))!r})\n",
    )
    _write(packages / "constraints.txt", "".join(f"{one}\n" for one in platform_versions()))


def platform_versions() -> list[str]:
    """List what the platform brings as requirements, such as ``pandas==3.1.1``; read from folders' names, quickly."""
    names = (one.name.removesuffix(".dist-info") for one in _platform_site().glob("*.dist-info"))
    return sorted(
        f"{name}=={version}" for name, _, version in (one.partition("-") for one in names) if version
    )


def with_packages(environment: Mapping[str, str], packages: Path) -> dict[str, str]:
    """Give an environment in which kernels, terminals and programs find added packages, and uv adds more.

    Args:
        environment: What there is.
        packages: The environment of added packages.
    """
    told = dict(environment)
    if told.get("VIRTUAL_ENV") == sys.prefix:
        # uv would add to the platform's own, and IPython puts what is named here before a kernel's own packages.
        del told["VIRTUAL_ENV"]
    path = told.get("PATH", os.defpath)
    told[PACKAGES] = str(packages)
    told["PATH"] = os.pathsep.join([str(_SHIMS), path, str(packages / "bin")])
    if told.get(CACHE_DIR):  # out of the home, which it would fill
        told.setdefault("UV_CACHE_DIR", str(Path(told[CACHE_DIR]) / "uv"))
    return told


def has_packages(packages: Path) -> bool:
    """Say whether anything was added."""
    return site_of(packages).is_dir() and any(one.name != _IMAGE_PTH for one in site_of(packages).iterdir())


def what_breaks(packages: Path, environment: Mapping[str, str]) -> str:
    """Say how added packages keep a kernel from starting; empty if they do not. It starts a Python to see."""
    if not has_packages(packages):
        return ""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", _PROBE],
            env=with_packages(environment, packages),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"Python does not come up with them within {_PROBE_SECONDS:g} s."
    if done.returncode == 0:
        return ""
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return lines[-1] if lines else f"Python ends at once with them, with status {done.returncode}."


def set_aside(place: Path) -> Path:
    """Rename a file or folder out of the way, keeping all of it; give its new place."""
    now = datetime.datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    target = place.with_name(f"{place.name}.aside-{now}")
    place.rename(target)
    return target


def _platform_site() -> Path:
    return Path(sys.prefix) / "lib" / PYTHON / "site-packages"


def _write(path: Path, content: str) -> None:
    """Write a small file whole, or leave the old one: a full home keeps what it has."""
    if path.is_file() and path.read_text() == content:
        return
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        new.write_text(content)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
