"""Homes of every kind: one with room, one on a small disk of its own."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

SMALL_BYTES = 6 * 2**20


def fill(path: Path) -> None:
    """Write a file until its disk is full."""
    with path.open("wb", 0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)) == 4096:
            pass


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    return made


@pytest.fixture
def full_home(home: Path) -> Iterator[Path]:
    """A home on a disk of 6 MiB that holds data and nothing more fits into."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL_BYTES},mode=700", "home", str(home)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()} (it takes root on Linux)")
    try:
        (home / "data").mkdir()
        (home / ".cache" / "uv").mkdir(parents=True)
        (home / ".cache" / "uv" / "wheel").write_bytes(bytes(2**20))
        fill(home / "data" / "large")
        yield home
    finally:
        subprocess.run(["umount", "--lazy", str(home)], check=True)
