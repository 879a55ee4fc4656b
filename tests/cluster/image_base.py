"""The base of the tests' images: a Debian with Python, made of Debian's packages."""

import tempfile
from pathlib import Path

from tests.cluster.buildah import buildah, for_processor, run, suffix_of

BASE_PACKAGES = ("python3", "python3-venv", "ca-certificates")
_SUITE = "bookworm"
BASE = f"{_SUITE}-3"  # raise the number when the base's packages change


def base_name(architecture: str) -> str:
    """Name the base for a processor; empty is this machine's."""
    return f"localhost/onedata-test-base:{BASE}{suffix_of(architecture)}"


def make_base(architecture: str) -> None:
    """Make a Debian with Python as an image; it stands for the base that a site pins by digest."""
    name = base_name(architecture)
    if name in buildah("images", "--format={{.Name}}:{{.Tag}}").split():
        return
    with tempfile.TemporaryDirectory(prefix="onedata-base-") as folder:
        archive = Path(folder) / "base.tar"
        packages = ",".join(BASE_PACKAGES)
        processor = [f"--architectures={architecture}"] if architecture else []
        make = ("mmdebstrap", "--quiet", "--variant=minbase", *processor)
        run(*make, f"--include={packages}", _SUITE, str(archive))
        container = buildah("from", "--pull-never", *for_processor(architecture), "scratch").strip()
        buildah("add", "--quiet", container, str(archive), "/")
        buildah("config", "--env=LANG=C.UTF-8", "--cmd=bash", container)
        buildah("commit", "--quiet", "--rm", container, name)
