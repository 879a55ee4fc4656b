"""Find the servers that tests start, and install what can be: ``python tools/test_parts.py``.

versitygw (S3) is built by Go; PostgreSQL, Chromium and an image registry come from the system's
packages, which root can install. Tests that lack one are skipped with the sentence that this
module gives. CI runs this module first, which exits non-zero if a part is missing, and skips none.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

VERSITYGW = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"


class PartMissing(Exception):
    """A server that tests need is not on this machine; says how to get it."""


def find_versitygw() -> Path:
    """Give the S3 gateway's program.

    Raises:
        PartMissing: If it is not installed.
    """
    places = [Path(os.environ.get("GOBIN") or Path.home() / "go" / "bin")]
    found = shutil.which("versitygw", path=os.pathsep.join([os.environ.get("PATH", ""), *map(str, places)]))
    if found is None:
        raise PartMissing("The S3 gateway versitygw is not installed. Run: python tools/test_parts.py")
    return Path(found)


def install_versitygw() -> Path:
    """Build the S3 gateway with Go where it is absent (about 1.5 minutes); give its program.

    Raises:
        PartMissing: If there is no Go, or its build fails.
    """
    try:
        return find_versitygw()
    except PartMissing:
        go = shutil.which("go")
    if go is None:
        raise PartMissing(f"Go is not installed. Install it, then run: go install {VERSITYGW}")
    built = subprocess.run([go, "install", VERSITYGW], check=False)
    if built.returncode != 0:
        raise PartMissing(f"'go install {VERSITYGW}' failed; its output above says why.")
    return find_versitygw()


def find_postgres() -> Path:
    """Give the folder of PostgreSQL's server programs (initdb, postgres), the newest version's.

    Raises:
        PartMissing: If it is not installed.
    """
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True
    )
    on_path = shutil.which("initdb")
    for folder in [*debian, *([Path(on_path).parent] if on_path else [])]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise PartMissing("PostgreSQL's server is not installed. On Debian: apt-get install postgresql")


def install_postgres() -> Path:
    """Install PostgreSQL where it is absent, if this is root on Debian; give its programs' folder.

    Raises:
        PartMissing: If that is not so, or apt-get fails.
    """
    return _with_apt(find_postgres, "postgresql")


def find_chromium() -> Path:
    """Give the browser that tests drive.

    Raises:
        PartMissing: If it is not installed.
    """
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise PartMissing("Chromium is not installed. On Debian: apt-get install chromium")
    return Path(found)


def install_chromium() -> Path:
    """Install Chromium where it is absent, with a font that has Chinese, if this is root on Debian.

    Raises:
        PartMissing: If that is not so, or apt-get fails.
    """
    return _with_apt(find_chromium, "chromium", "fonts-wqy-microhei")


def find_registry() -> Path:
    """Give the program of an image registry; skopeo, which fills it, is there too.

    Raises:
        PartMissing: If one of the two is not installed.
    """
    found = shutil.which("docker-registry")
    if found is None or shutil.which("skopeo") is None:
        raise PartMissing(
            "docker-registry or skopeo is not installed. On Debian: apt-get install docker-registry skopeo"
        )
    return Path(found)


def install_registry() -> Path:
    """Install an image registry and skopeo where they are absent, if this is root on Debian; give its program.

    Raises:
        PartMissing: If that is not so, or apt-get fails.
    """
    return _with_apt(find_registry, "docker-registry", "skopeo")


def _with_apt(find: Callable[[], Path], *packages: str) -> Path:
    try:
        return find()
    except PartMissing:
        apt = shutil.which("apt-get")
        if apt is None or os.geteuid() != 0:
            raise
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        if subprocess.run([apt, "--quiet", *arguments], env=environment, check=False).returncode != 0:
            raise PartMissing(f"'apt-get {' '.join(arguments)}' failed; its output above says why.")
    return find()


def main() -> int:
    """Install what can be installed; say what is missing and give the exit status."""
    missing = 0
    parts = {
        "versitygw": install_versitygw,
        "PostgreSQL": install_postgres,
        "Chromium": install_chromium,
        "docker-registry": install_registry,
    }
    for name, find in parts.items():
        try:
            print(f"{name}: {find()}")
        except PartMissing as error:
            print(f"{name}: {error}", file=sys.stderr)
            missing += 1
    return min(missing, 1)


if __name__ == "__main__":
    sys.exit(main())
