"""What is said of a home's room is what the disk says."""

import errno
from pathlib import Path

from onedata.contract.disks import is_about_room
from onedata.home import room

from tests.kernels.home.conftest import SMALL_BYTES


def test_a_full_home_is_seen_as_full_and_left_as_it_was(full_home: Path):
    before = sorted(full_home.rglob("*"))
    error = room.why_unwritable(full_home)
    assert error is not None
    assert is_about_room(error)
    assert sorted(full_home.rglob("*")) == before
    found = room.room_of(full_home)
    assert (found.total_bytes, found.free_bytes) == (SMALL_BYTES, 0)


def test_room_is_made_of_caches_and_trash_alone(full_home: Path):
    assert room.freeable_bytes(full_home) >= 2**20
    assert room.free(full_home) >= 2**20
    assert room.why_unwritable(full_home) is None
    assert (full_home / "data" / "large").exists()


def test_the_largest_come_first_and_hidden_folders_are_looked_into(home: Path):
    for name, size in (
        ("data/a", 300_000),
        (".cache/uv/b", 200_000),
        (".cache/pip/c", 100_000),
        ("small", 10),
    ):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(bytes(size))
    found = room.largest_folders(home, count=3)
    assert [one.path for one in found] == ["data", ".cache/uv", ".cache/pip"]
    assert all(one.is_whole for one in found)
    assert found[0].size_bytes >= 300_000


def test_a_look_that_takes_too_long_says_so(home: Path):
    (home / "data").mkdir()
    assert [one.is_whole for one in room.largest_folders(home, seconds=0.0)] == [False]


def test_a_home_with_room_can_be_written(home: Path):
    assert room.why_unwritable(home) is None
    assert list(home.iterdir()) == []


def test_what_is_no_matter_of_room_is_told_apart():
    assert not is_about_room(OSError(errno.EROFS, "read only"))
