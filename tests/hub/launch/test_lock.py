"""One platform in a state folder."""

import subprocess
import sys
from pathlib import Path

import pytest
from onedata_hub.launch.lock import PlatformLock, running_url
from onedata_hub.launch.state import StateFolder

HOLDER = """
import sys, time
from pathlib import Path
from onedata_hub.launch.lock import PlatformLock
from onedata_hub.launch.state import StateFolder
lock = PlatformLock(StateFolder(Path(sys.argv[1])))
assert lock.take()
lock.announce("http://127.0.0.1:1234")
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    """A state folder that was made."""
    made = StateFolder(tmp_path / "state")
    made.make()
    return made


def test_nothing_runs_in_a_new_folder_or_in_none(state: StateFolder, tmp_path: Path) -> None:
    assert running_url(state) is None
    assert running_url(StateFolder(tmp_path / "absent")) is None
    assert not (tmp_path / "absent").exists()


def test_second_taker_reads_where_the_first_is_reached(state: StateFolder) -> None:
    first, second = PlatformLock(state), PlatformLock(state)
    assert first.take()
    assert not second.take()
    assert second.announced_url() is None
    first.announce("http://127.0.0.1:1234")
    assert running_url(state) == "http://127.0.0.1:1234"
    first.release()
    assert running_url(state) is None
    assert second.take()
    second.release()


def test_killed_holder_lets_go_and_its_note_is_not_believed(state: StateFolder) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(state.path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    assert running_url(state) == "http://127.0.0.1:1234"
    holder.kill()
    holder.wait()
    assert running_url(state) is None
