"""Build Kubernetes and its tools from Go modules, once for each content of ``programs/``.

The five components are one program, chosen by the name it is called by: they share most of their code. The
provisioner is built by itself, because its module spells a dependency in a way that a shared go.mod refuses.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.place import CACHE, ClusterError

PROGRAMS = Path(__file__).parent / "programs"
COMPONENTS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy")
_BUILT = ("kube", "coredns", "kubectl", "helm", "metrics-server", "local-path-provisioner")
_PROVISIONER = "github.com/rancher/local-path-provisioner@v0.0.30"
_KWOK = "sigs.k8s.io/kwok/cmd/kwok@v0.8.0"
_VERSION = "k8s.io/component-base/version"


def programs_folder() -> Path:
    """Give the folder of the built programs; it is empty or absent before they are built."""
    state = hashlib.sha256(f"{_PROVISIONER} {_KWOK}".encode())
    for path in sorted(PROGRAMS.rglob("*")):
        if path.is_file():
            state.update(f"{path.relative_to(PROGRAMS)} {path.stat().st_size}\n".encode() + path.read_bytes())
    return CACHE / state.hexdigest()[:16] / "bin"


def is_built() -> bool:
    """Say whether every program is there."""
    folder = programs_folder()
    return all((folder / name).exists() for name in (*_BUILT, *COMPONENTS))


def build() -> Path:
    """Build what is missing: about ten minutes with empty caches on two cores; give the programs' folder.

    Raises:
        ClusterError: If there is no Go, or a build fails.
    """
    folder = programs_folder()
    with one_at_a_time("build"):
        if is_built():
            return folder
        folder.mkdir(parents=True, exist_ok=True)
        version = kubernetes_version()
        major, minor, _ = version.removeprefix("v").split(".")
        # Without its version a server calls itself v0.0.0, and Helm refuses to speak to it.
        stamps = {"gitVersion": version, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
        flags = "-s -w " + " ".join(f"-X {_VERSION}.{name}={value}" for name, value in stamps.items())
        _go("build", "-trimpath", "-ldflags", flags, "-o", f"{folder}/", "./kube", "./coredns", "tool")
        _go("install", "-trimpath", "-ldflags", "-s -w", _PROVISIONER, bin_folder=folder)
        for component in COMPONENTS:
            (folder / component).unlink(missing_ok=True)
            (folder / component).symlink_to("kube")
    return folder


def build_kwok() -> Path:
    """Build KWOK, which pretends nodes and pods to a real API server; give the program.

    Raises:
        ClusterError: If there is no Go, or the build fails.
    """
    program = programs_folder() / "kwok"
    with one_at_a_time("build"):
        if not program.exists():
            _go("install", "-trimpath", "-ldflags", "-s -w", _KWOK, bin_folder=program.parent)
    return program


def kubernetes_version() -> str:
    """Give the version that go.mod names, such as ``v1.36.3``."""
    for line in (PROGRAMS / "go.mod").read_text().splitlines():
        words = line.split()
        if words[:1] == ["k8s.io/kubernetes"]:
            return words[1]
    raise ClusterError(f"{PROGRAMS / 'go.mod'} names no version of k8s.io/kubernetes. Restore the line.")


@contextmanager
def one_at_a_time(what: str) -> Iterator[None]:
    """Hold a lock between processes: two of them never build, start or end at once."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _go(*arguments: str, bin_folder: Path | None = None) -> None:
    go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    if go is None:
        raise ClusterError(
            "Go is not installed; the cluster's programs are built by it. Install Go 1.26 or newer."
        )
    environment = {
        **os.environ,
        "CGO_ENABLED": "0",
        # Kubernetes' own JSON library does not compile beside the experiment that newer Go turns on.
        "GOEXPERIMENT": "nojsonv2",
        **({"GOBIN": str(bin_folder)} if bin_folder else {}),
    }
    done = subprocess.run(
        [go, *arguments], cwd=PROGRAMS, env=environment, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        said = "\n".join(done.stderr.strip().splitlines()[-15:])
        raise ClusterError(f"'go {arguments[0]} … {arguments[-1]}' failed:\n{said}\nMend that and try again.")
