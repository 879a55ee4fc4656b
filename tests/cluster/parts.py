"""The programs that a cluster takes from the system: find them, or install Debian's packages."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.place import ClusterError

_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/go/bin"])


@dataclass(frozen=True)
class Part:
    """A program and the Debian package that has it.

    Attributes:
        program: Its name on the path, or its full path.
        package: Debian's package.
        version: Arguments that make it say its version; none for a program that says none.
        least: The least version that the cluster was seen to work with; empty: any.
    """

    program: str
    package: str
    version: tuple[str, ...] = ()
    least: str = ""

    def find(self) -> Path | None:
        """Give the program's path, or none."""
        found = shutil.which(self.program, path=_PATH)
        return Path(found) if found else None


RUN = (
    Part("containerd", "containerd", ("--version",), "1.6.20"),
    Part("runc", "runc", ("--version",), "1.1.5"),
    Part("etcd", "etcd-server", ("--version",), "3.4.23"),
    Part("/usr/lib/cni/bridge", "containernetworking-plugins"),
    Part("nft", "nftables", ("--version",), "1.0.6"),
    Part("iptables", "iptables", ("--version",), "1.8.9"),
    Part("ip", "iproute2"),
    Part("busybox", "busybox-static"),
)
BUILD_IMAGES = (
    Part("buildah", "buildah", ("--version",), "1.28"),
    Part("mmdebstrap", "mmdebstrap", ("--version",), "1.3"),
)


def install(parts: tuple[Part, ...]) -> None:
    """See to it that the parts are here and new enough; on Debian, root installs what is missing.

    Raises:
        ClusterError: If one is missing and cannot be installed, or too old.
    """
    missing = [part.package for part in parts if part.find() is None]
    if missing:
        _apt("update")
        _apt("install", "--yes", "--no-install-recommends", *missing)
    for part in parts:
        _check(part)


def _apt(*arguments: str) -> None:
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise ClusterError(
            f"The cluster needs system packages: apt-get {' '.join(arguments)} is for root on Debian. "
            "Install their like by your system's means and try again."
        )
    done = subprocess.run(
        [apt, "--quiet", *arguments],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ClusterError(f"apt-get {' '.join(arguments)} failed: {done.stderr.strip()[-400:]}")


def _check(part: Part) -> None:
    program = part.find()
    if program is None:
        raise ClusterError(f"{part.program} is not here after installing {part.package}. Look for its place.")
    if not part.version:
        return
    said = subprocess.run([program, *part.version], capture_output=True, text=True, check=False).stdout
    found = next((word for word in said.replace(",", " ").split() if _numbers(word)), "")
    if _numbers(found) < _numbers(part.least):
        raise ClusterError(
            f"{part.program} {found or 'of an unknown version'} is here; the cluster takes {part.least} or "
            f"newer. Install a newer {part.package}."
        )


def _numbers(version: str) -> tuple[int, ...]:
    """Give the leading numbers of a version such as ``v1.6.20~ds1``; empty if it has fewer than two."""
    numbers: list[int] = []
    for word in version.removeprefix("v").replace("~", ".").replace("-", ".").replace("+", ".").split("."):
        if not word.isdigit():
            break
        numbers.append(int(word))
    return tuple(numbers) if len(numbers) > 1 else ()
