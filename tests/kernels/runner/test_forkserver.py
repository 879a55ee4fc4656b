import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.runner import (
    ForkServerProcess,
    SmallStudio,
    end_runners,
    fork_server,
    make_run,
    notebook,
    run_environment,
    wait_until,
)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[ForkServerProcess]:
    """A fork server that a test may kill."""
    with fork_server(tmp_path) as server:
        server.connect()
        yield server
    end_runners(tmp_path)


def test_a_runner_starts_in_milliseconds(
    own_server: ForkServerProcess, tmp_path: Path, studio: SmallStudio
) -> None:
    job = make_run(tmp_path / "run1-1", own_server, studio, notebook("1"))
    began = time.monotonic()
    process = job.start()
    wait_until((job.folder / "started").exists, 2, "the start of the execution")
    assert time.monotonic() - began < 0.5
    job.wait(process)


def test_a_run_survives_the_death_of_the_server(
    own_server: ForkServerProcess, tmp_path: Path, studio: SmallStudio
) -> None:
    job = make_run(
        tmp_path / "run1-1", own_server, studio, notebook("import time; time.sleep(2)", "print('whole')")
    )
    process = job.start()
    wait_until(lambda: bool(studio.reports), 20, "the first report")
    own_server.process.kill()
    own_server.process.wait()
    assert job.wait(process).outcome == "succeeded"
    assert job.log() == "whole\n"


def test_a_server_takes_the_place_of_one_that_was_killed(
    own_server: ForkServerProcess, tmp_path: Path, studio: SmallStudio
) -> None:
    own_server.process.kill()
    own_server.process.wait()
    with fork_server(tmp_path) as successor:
        job = make_run(tmp_path / "run1-1", successor, studio, notebook("1"))
        assert job.wait(job.start()).outcome == "succeeded"


def test_a_running_run_does_not_keep_a_new_server_from_starting(
    own_server: ForkServerProcess, tmp_path: Path, studio: SmallStudio
) -> None:
    first = make_run(tmp_path / "run1-1", own_server, studio, notebook("import time; time.sleep(60)"))
    process = first.start()
    wait_until(lambda: bool(studio.reports), 20, "the first report")
    own_server.process.kill()
    own_server.process.wait()
    with fork_server(tmp_path) as successor:
        successor.connect()
        second = make_run(tmp_path / "run2-1", successor, studio, notebook("1"))
        assert second.wait(second.start()).outcome == "succeeded"
    os.kill(process.pid, signal.SIGTERM)
    first.wait(process)


def test_a_second_server_on_one_socket_leaves_the_first_alone(own_server: ForkServerProcess) -> None:
    second = subprocess.run(
        [sys.executable, "-P", "-m", "onedata.runner.forkserver", str(own_server.path)],
        env=run_environment({}),
        timeout=30,
        check=False,
    )
    assert second.returncode == 0
    assert own_server.ask(b"{}").error


@pytest.mark.slow
def test_the_server_leaves_some_time_after_the_last_connection_broke(own_server: ForkServerProcess) -> None:
    own_server.disconnect()
    assert own_server.process.wait(30) == 0
    assert not own_server.path.exists()


def test_nonsense_is_answered_and_the_server_goes_on(
    own_server: ForkServerProcess, tmp_path: Path, studio: SmallStudio
) -> None:
    assert "validation error" in own_server.ask(b"nonsense").error
    job = make_run(tmp_path / "run1-1", own_server, studio, notebook("1"))
    assert job.wait(job.start()).outcome == "succeeded"


def test_only_its_owner_can_open_the_socket(own_server: ForkServerProcess) -> None:
    assert stat.S_IMODE(own_server.path.stat().st_mode) == 0o600


def test_the_idle_server_has_one_thread_and_less_than_100_mb(own_server: ForkServerProcess) -> None:
    server = psutil.Process(own_server.process.pid)
    assert server.num_threads() == 1
    assert server.memory_info().rss < 100_000_000


def test_ended_runners_leave_no_zombies(
    own_server: ForkServerProcess, tmp_path: Path, studio: SmallStudio
) -> None:
    job = make_run(tmp_path / "run1-1", own_server, studio, notebook("1"))
    job.wait(job.start())
    server = psutil.Process(own_server.process.pid)
    wait_until(lambda: not server.children(), 5, "the end of the runner's entry")


def test_secrets_are_in_nobodys_arguments(
    own_server: ForkServerProcess, tmp_path: Path, studio: SmallStudio
) -> None:
    job = make_run(tmp_path / "run1-1", own_server, studio, notebook("import time; time.sleep(1)"))
    process = job.start()
    wait_until(lambda: bool(studio.reports), 20, "the first report")
    family = [psutil.Process(own_server.process.pid), *psutil.Process(process.pid).children(recursive=True)]
    arguments = " ".join(argument for member in family for argument in member.cmdline())
    assert not [value for name, value in job.environment.items() if "TOKEN" in name and value in arguments]
    job.wait(process)


def test_a_folder_that_is_no_spool_ends_the_runner_and_nothing_else(
    own_server: ForkServerProcess, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    process = own_server.fork(tmp_path / "empty", run_environment({"ONEDATA_RUN_KEY": "key"}))
    assert process is not None
    wait_until(lambda: not process.is_alive(), 5, "the runner's end")
    assert "cannot be run" in (tmp_path / "empty" / "runner.log").read_text()
    assert own_server.process.poll() is None
