"""Homes of every kind: one with room, one on a small disk of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.disks import fill, small_disk

SMALL_BYTES = 6 * 2**20


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    return made


@pytest.fixture
def full_home(home: Path) -> Iterator[Path]:
    """A home on a disk of 6 MiB that holds data and nothing more fits into."""
    with small_disk(home, SMALL_BYTES):
        (home / "data").mkdir()
        (home / ".cache" / "uv").mkdir(parents=True)
        (home / ".cache" / "uv" / "wheel").write_bytes(bytes(2**20))
        fill(home / "data" / "large")
        yield home
