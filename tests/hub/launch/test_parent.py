"""A service ends with the hub that started it, however that ended."""

import os
import signal
import subprocess
import sys
import time

import psutil

CHILD = """
import sys, time
from onedata_hub.launch.parent import exit_with_parent
exit_with_parent()
print("up", flush=True)
time.sleep(60)
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + CHILD.replace(
    "exit_with_parent()\nprint", "exit_with_parent(grace_seconds=0.5)\nprint"
)
PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE, start_new_session=True)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


def family(child: str) -> tuple[subprocess.Popen[str], psutil.Process]:
    """Start a parent that starts the child; give both once the child is up."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT, child], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    return parent, psutil.Process(int(parent.stdout.readline()))


def is_gone(process: psutil.Process, *, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_killed_parent_takes_its_child_along() -> None:
    parent, child = family(CHILD)
    parent.kill()
    parent.wait()
    assert is_gone(child, seconds=5)


def test_child_that_does_not_heed_sigterm_is_ended_too() -> None:
    parent, child = family(STUBBORN)
    parent.kill()
    parent.wait()
    assert is_gone(child, seconds=8)


def test_child_lives_as_long_as_its_parent() -> None:
    parent, child = family(CHILD)
    time.sleep(1.5)
    assert child.is_running()
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert is_gone(child, seconds=5)


def test_parent_that_was_gone_before_we_looked_is_noticed() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        env=os.environ | {"ONEDATA_PARENT_PID": str(gone.pid)},
        stdout=subprocess.DEVNULL,
    )
    assert child.wait(10) == -signal.SIGTERM
