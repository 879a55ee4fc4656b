"""What one machine takes: the platform's wheels, those of all that they take as locked, and the proxy."""

import shutil
import tarfile
from pathlib import Path

from onedata_hub.bundle.record import Record, digest_of
from onedata_hub.bundle.tools import BundleError, Tell, find_pip, run
from onedata_hub.launch import proxy
from onedata_hub.launch.refusal import StartRefused

_FOLDER = "wheels"
_PROXY = "proxy.tar.gz"
_DISTRIBUTIONS = ("onedata", "onedata_hub", "onedata_lab")


def own_wheels(folder: Path) -> list[Path]:
    """Find the wheels of the platform's three distributions.

    Raises:
        BundleError: If one is missing or is there in two versions; says how to build them.
    """
    found = []
    for name in _DISTRIBUTIONS:
        wheels = sorted(folder.glob(f"{name}-*.whl"))
        if len(wheels) != 1:
            raise BundleError(
                f"{folder} has {len(wheels)} wheels of {name}, and a bundle takes one of each of "
                f"{', '.join(_DISTRIBUTIONS)}. Build them: uv build --wheel --all-packages --out-dir {folder}"
            )
        found += wheels
    return found


def gather(own: list[Path], lock: Path, record: Record, tell: Tell) -> None:
    """Put all wheels into the bundle, those of the lock by their hashes.

    What a lock names without a wheel is built here. Downloads that pip has made before come from its own cache.

    Raises:
        BundleError: If there is no pip or no lock, or a package cannot be had.
    """
    if not lock.is_file():
        raise BundleError(f"There is no {lock}: name the platform's lock file, requirements/platform.txt.")
    source = digest_of(lock, *own)
    folder = record.folder / _FOLDER
    if record.has(_FOLDER, source):
        tell(f"wheels     {len(list(folder.glob('*.whl')))} are here")
        return
    part = folder.with_name(_FOLDER + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    tell(f"wheels     those of {lock} …")
    run(
        *(*find_pip(), "wheel", "--quiet", "--no-deps", "--require-hashes"),
        f"--requirement={lock}",
        f"--wheel-dir={part}",
    )
    for wheel in own:
        shutil.copy2(wheel, part)
    shutil.rmtree(folder, ignore_errors=True)
    part.replace(folder)
    record.note(_FOLDER, source)
    wheels = list(folder.glob("*.whl"))
    tell(f"wheels     {len(wheels)}: {sum(wheel.stat().st_size for wheel in wheels) / 1e6:.0f} MB")


def gather_proxy(record: Record, tell: Tell) -> None:
    """Pack JupyterHub's proxy as it is installed here: no wheel has it, and `onedata up` would ask npm for it.

    Raises:
        BundleError: If it is not installed and npm cannot install it.
    """
    try:
        if not proxy.is_installed():
            proxy.install()
    except StartRefused as refused:
        raise BundleError(str(refused)) from refused
    with tarfile.open(record.folder / _PROXY, "w:gz") as packed:
        packed.add(proxy.proxy_folder(), arcname="proxy")
    tell(f"proxy      {(record.folder / _PROXY).stat().st_size / 1e6:.1f} MB")
