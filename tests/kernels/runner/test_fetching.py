"""A runner with an empty folder: it fetches its orders, once, and repeats its log to who follows it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from onedata.contract.runner import LogFrame, RunOrders

from tests.support.runner import (
    HUB_TOKEN,
    RUN_KEY,
    SmallStudio,
    make_spec,
    notebook,
    run_environment,
)

_SECONDS = 60


@pytest.fixture
def runners() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def start(
    runners: list[subprocess.Popen[bytes]], folder: Path, studio: SmallStudio, limits: str = "{}"
) -> subprocess.Popen[bytes]:
    folder.mkdir(exist_ok=True)
    environment = {
        "ONEDATA_STUDIO_URL": studio.url,
        "ONEDATA_RUN_ID": "run1",
        "ONEDATA_RUN_KEY": RUN_KEY,
        "ONEDATA_RUN_LIMITS": limits,
        "JUPYTERHUB_API_TOKEN": HUB_TOKEN,
    }
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "onedata.runner", "--fetch", str(folder)],
        env=run_environment(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    runners.append(process)
    return process


def order(studio: SmallStudio, *cells: str) -> None:
    studio.orders["run1"] = RunOrders(spec=make_spec(studio.url), notebook=notebook(*cells).decode())


def test_it_executes_what_the_studio_says_and_repeats_its_log_with_the_place_of_each_line(
    runners: list[subprocess.Popen[bytes]], tmp_path: Path, studio: SmallStudio
) -> None:
    order(
        studio,
        "print('é' * 10_000)",
        "import os\nprint(os.environ['ONEDATA_RUN_ID'], 'ONEDATA_RUN_KEY' in os.environ)",
    )
    said, words = start(runners, tmp_path / "spool", studio).communicate(timeout=_SECONDS)
    assert studio.results[0].outcome == "succeeded", words.decode()
    frames = [frame for line in said.splitlines() if (frame := LogFrame.read(line)) is not None]
    log = b"".join(frame.log.encode() for frame in frames)
    assert log == studio.outputs["log.txt"] == ("é" * 10_000 + "\nrun1 False\n").encode()
    for frame in frames:
        assert log[frame.at :].startswith(frame.log.encode())
    assert RUN_KEY.encode() not in said + words


def test_a_second_place_gets_no_orders_and_executes_nothing(
    runners: list[subprocess.Popen[bytes]], tmp_path: Path, studio: SmallStudio
) -> None:
    order(studio, "print('once')")
    start(runners, tmp_path / "one", studio).communicate(timeout=_SECONDS)
    second = start(runners, tmp_path / "two", studio)
    said, words = second.communicate(timeout=_SECONDS)
    assert second.returncode == 69
    assert (said, len(studio.results)) == (b"", 1)
    assert b"Nothing is executed here: HTTP 409" in words


def test_the_same_place_gets_them_again_and_delivers_what_it_has(
    runners: list[subprocess.Popen[bytes]], tmp_path: Path, studio: SmallStudio
) -> None:
    order(studio, "print('once')")
    for _ in range(2):
        start(runners, tmp_path / "one", studio).communicate(timeout=_SECONDS)
    assert [result.outcome for result in studio.results] == ["succeeded", "succeeded"]
    assert studio.results[0] == studio.results[1]


def test_a_studio_that_is_away_at_first_is_waited_for(
    runners: list[subprocess.Popen[bytes]], tmp_path: Path, studio: SmallStudio
) -> None:
    order(studio, "1")
    studio.go()
    process = start(runners, tmp_path / "spool", studio)
    assert process.stderr is not None
    assert b"away, asking again" in process.stderr.readline()
    studio.come()
    process.communicate(timeout=_SECONDS)
    assert studio.results[0].outcome == "succeeded"


def test_a_runner_that_waits_for_its_orders_ends_when_told(
    runners: list[subprocess.Popen[bytes]], tmp_path: Path, studio: SmallStudio
) -> None:
    studio.go()
    process = start(runners, tmp_path / "spool", studio)
    assert process.stderr is not None
    assert b"away, asking again" in process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    assert process.wait(_SECONDS) == 69


def test_limits_come_with_the_environment(
    runners: list[subprocess.Popen[bytes]], tmp_path: Path, studio: SmallStudio
) -> None:
    order(studio, "held = bytearray(4 * 2**30)")
    start(runners, tmp_path / "spool", studio, '{"memory_bytes": 314572800}').communicate(timeout=_SECONDS)
    assert studio.results[0].failure is not None
    assert studio.results[0].failure.error_name in ("MemoryError", "OutOfMemory", "KernelDied")


def test_a_runner_without_a_key_says_what_is_missing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "onedata.runner", "--fetch", str(tmp_path)],
        env={
            "PATH": os.environ["PATH"],
            "ONEDATA_STUDIO_URL": "http://127.0.0.1:9",
            "ONEDATA_RUN_ID": "run1",
        },
        capture_output=True,
        check=False,
        timeout=_SECONDS,
    )
    assert done.returncode == 64
    assert b"KeyError('ONEDATA_RUN_KEY')" in done.stderr


def test_lines_of_others_are_no_frames() -> None:
    assert LogFrame.read(b"Traceback (most recent call last):") is None
    assert LogFrame.read(b'{"at": "x"}') is None
    assert LogFrame.read(LogFrame(at=3, log="a\nb").line().rstrip(b"\n")) == LogFrame(at=3, log="a\nb")
