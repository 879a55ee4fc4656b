"""Copying and hashing in one pass."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onedata.datasets import _hashing
from onedata.datasets._hashing import HashingFile, copy_hashed, hash_file
from onedata.datasets._progress import Stopped

SIZES = [
    0,
    1,
    _hashing.CHUNK - 1,
    _hashing.CHUNK,
    _hashing.CHUNK + 1,
    4 * _hashing.CHUNK,
    9 * _hashing.CHUNK + 7,
]


@pytest.mark.parametrize("size", SIZES)
def test_the_copy_is_the_source_and_so_is_its_md5(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "a").write_bytes(data)
    passed: list[int] = []
    hashed = copy_hashed(tmp_path / "a", tmp_path / "b", passed.append)
    assert (tmp_path / "b").read_bytes() == data
    assert hashed == (hashlib.md5(data).hexdigest(), size) == hash_file(tmp_path / "a", passed.append)
    assert sum(passed) == 2 * size


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(st.binary(max_size=5000), st.integers(1, 600))
def test_any_bytes_pass_whole_through_any_buffers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, chunk: int
) -> None:
    monkeypatch.setattr(_hashing, "CHUNK", chunk)
    monkeypatch.setattr(_hashing, "_PIPELINED_FROM", chunk)
    (tmp_path / "a").write_bytes(data)
    target = tmp_path / os.urandom(8).hex()
    assert (
        copy_hashed(tmp_path / "a", target, lambda _: None).md5
        == hashlib.md5(target.read_bytes()).hexdigest()
    )
    assert target.read_bytes() == data


def test_what_was_written_is_hashed_though_the_source_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_hashing, "CHUNK", 1000)
    monkeypatch.setattr(_hashing, "_PIPELINED_FROM", 1000)
    (tmp_path / "a").write_bytes(os.urandom(10_000))

    def change(_: int) -> None:
        with (tmp_path / "a").open("r+b") as file:
            file.write(os.urandom(10_000))

    hashed = copy_hashed(tmp_path / "a", tmp_path / "b", change)
    assert hashed.md5 == hashlib.md5((tmp_path / "b").read_bytes()).hexdigest()


def test_a_copy_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    with pytest.raises(FileExistsError):
        copy_hashed(tmp_path / "a", tmp_path / "b", lambda _: None)
    assert (tmp_path / "b").read_text() == "b"


@pytest.mark.parametrize("size", [10, 9 * _hashing.CHUNK])
def test_a_copy_that_is_given_up_ends_and_leaves_no_thread(tmp_path: Path, size: int) -> None:
    import threading

    (tmp_path / "a").write_bytes(bytes(size))

    def stop(_: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        copy_hashed(tmp_path / "a", tmp_path / "b", stop)
    assert not [thread for thread in threading.enumerate() if thread.name == "onedata-md5"]


def test_a_written_file_knows_its_md5(tmp_path: Path) -> None:
    file = HashingFile(tmp_path / "a", lambda _: None)
    file.write(b"ab")
    file.write(memoryview(b"cd"))
    assert file.tell() == 4
    file.close()
    assert file.hashed == (hashlib.md5(b"abcd").hexdigest(), 4)
    assert (tmp_path / "a").read_bytes() == b"abcd"
