"""What must be true before the start; each refusal is one sentence that says what to do."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from onedata_hub.launch.checks import check_port, check_profiles, check_state_folder
from onedata_hub.launch.refusal import StartRefused
from onedata_hub.launch.state import StateFolder
from onedata_hub.settings import PlatformSettings

from tests.support.disks import small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB."""
    with small_disk(tmp_path / "disk", 2**20) as disk:
        yield disk


def refusal_of(state: Path) -> str:
    with pytest.raises(StartRefused) as refused:
        check_state_folder(StateFolder(state))
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_folder_that_can_be_written_is_made(tmp_path: Path) -> None:
    check_state_folder(StateFolder(tmp_path / "a" / "b"))
    assert (tmp_path / "a" / "b" / "secrets").is_dir()


def test_full_disk_says_to_free_space(disk: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        (disk / "filler").write_bytes(bytes(2**21))
    assert "is full: free some space, or set ONEDATA_HOME" in refusal_of(disk / "state")


def test_nearly_full_disk_says_how_much_is_left(disk: Path) -> None:
    said = refusal_of(disk / "state")
    assert "MB left, and 200 MB is the least" in said


def test_path_through_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be written (not a directory): make it writable" in refusal_of(tmp_path / "file" / "state")


def test_read_only_disk_cannot_be_written(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    assert "cannot be written (read-only file system)" in refusal_of(disk / "state")


def test_port_in_use_names_who_has_it() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StartRefused) as refused:
            check_port(PlatformSettings(port=port))
    assert str(refused.value).startswith(f"Port {port} of 127.0.0.1 is in use (")
    assert f"pid {os.getpid()}" in str(refused.value)
    assert "--port" in str(refused.value)


def test_broken_profile_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("[]")
    with pytest.raises(StartRefused, match="No profile is listed"):
        check_profiles(PlatformSettings(profiles_file=path))
