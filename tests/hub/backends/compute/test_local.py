"""What only the local backend has: folders, processes, the fork server."""

import asyncio
import fcntl
import os
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from onedata.contract.runner import LOCK_FILE, RunnerProcess
from onedata.runner.forkserver import LINGER_SECONDS
from onedata_hub.backends.compute import ComputeError, LocalCompute, UnknownReference
from onedata_hub.backends.compute.forkclient import ForkServerFolderError, socket_path
from onedata_hub.backends.compute.local import machine_environment
from onedata_hub.backends.compute.spools import SpoolFolder, send_signal

from tests.hub.backends.compute.running import (
    SLEEP,
    eventually,
    request_for,
    until_ended,
    until_gone,
    until_logged,
    until_told,
)
from tests.support.runner import HUB_TOKEN, RUN_KEY, SmallStudio, end_runners


@pytest.fixture
def spool_dir(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "spool"
    end_runners(tmp_path / "spool")


@pytest.mark.parametrize("in_lock", [b"", b'{"pid": 1'], ids=["nothing yet", "half of it"])
def test_a_runner_that_holds_the_lock_and_has_not_said_so_is_the_one_that_was_launched(
    spool_dir: Path, in_lock: bytes
) -> None:
    """A cancellation in that moment went to nobody, and the notebook was executed."""
    folder = SpoolFolder(spool_dir, "run1-1")
    folder.path.mkdir(parents=True)
    launched = RunnerProcess.of(os.getpid())
    assert launched is not None
    folder.note_launched(launched)
    with (folder.path / LOCK_FILE).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(in_lock)
        lock.flush()
        assert folder.runner() == launched
    (folder.path / "launched.json").unlink()  # so that nobody takes this process for a runner to end


def fork_server_of(spool_dir: Path) -> psutil.Process:
    """Find the server's process by its socket, among those this test caused."""
    path = str(socket_path(spool_dir))
    return next(
        process for process in psutil.process_iter(["cmdline"]) if path in (process.info["cmdline"] or [])
    )


async def test_a_new_studio_follows_and_cancels_the_run_of_one_before_it(
    spool_dir: Path, studio: SmallStudio, fork_socket: Path
) -> None:
    first = LocalCompute(spool_dir, fork_socket=fork_socket)
    await first.prepare()
    reference = await first.start(request_for(studio, SLEEP))
    await until_logged(first, reference, b"asleep")
    await first.close()
    second = LocalCompute(spool_dir, fork_socket=fork_socket)
    assert await second.state(reference) == "running"
    await second.cancel(reference)
    await until_gone(second, reference)
    assert studio.results[0].outcome == "cancelled"
    await second.close()


async def test_a_killed_runner_is_gone_and_a_new_start_reports_it_lost(
    spool_dir: Path, studio: SmallStudio, fork_socket: Path
) -> None:
    compute = LocalCompute(spool_dir, fork_socket=fork_socket)
    await compute.prepare()
    request = request_for(studio, "import os; print(os.getpid(), flush=True)", SLEEP)
    reference = await compute.start(request)
    await until_logged(compute, reference, b"asleep")
    runner = SpoolFolder(spool_dir, reference).runner()
    assert runner is not None
    kernel = int((await compute.log(reference, 0)).split()[0])
    os.kill(runner.pid, signal.SIGKILL)
    await until_gone(compute, reference)
    assert await compute.start(request) == reference
    assert (await until_told(studio)).outcome == "lost"
    await until_ended(kernel)
    await until_gone(compute, reference)
    await compute.close()


@pytest.mark.parametrize("forked", [True, False])
async def test_what_ended_a_runner_is_told(
    spool_dir: Path, studio: SmallStudio, fork_socket: Path, forked: bool
) -> None:
    compute = LocalCompute(spool_dir, use_fork_server=forked, fork_socket=fork_socket)
    await compute.prepare()
    reference = await compute.start(request_for(studio, SLEEP))
    await until_logged(compute, reference, b"asleep")
    runner = SpoolFolder(spool_dir, reference).runner()
    assert runner is not None
    os.kill(runner.pid, signal.SIGKILL)
    await until_gone(compute, reference)

    async def is_told() -> bool:
        return "killed (SIGKILL)" in await compute.why(reference)

    await eventually(is_told, "what ended the runner")
    assert await compute.why("never-1") == ""
    await compute.close()


async def test_runs_go_on_and_start_when_the_fork_server_is_killed(
    spool_dir: Path, studio: SmallStudio
) -> None:
    compute = LocalCompute(spool_dir)
    await compute.prepare()
    running = await compute.start(request_for(studio, "import time; time.sleep(3)", run_id="run1"))
    fork_server_of(spool_dir).kill()
    started = await compute.start(request_for(studio, "print('second')", run_id="run2"))
    for reference in (running, started):
        await until_gone(compute, reference)
    assert [result.outcome for result in studio.results] == ["succeeded", "succeeded"]
    assert await compute.log(started, 0) == b"second\n"
    await compute.close()


async def test_the_fork_server_leaves_with_its_last_studio(spool_dir: Path) -> None:
    first, second = LocalCompute(spool_dir), LocalCompute(spool_dir)
    await first.prepare()
    await second.prepare()
    server = fork_server_of(spool_dir)

    async def has_left() -> bool:
        return not server.is_running() or server.status() == psutil.STATUS_ZOMBIE

    await first.close()
    await asyncio.sleep(0.5)
    assert not await has_left()
    await second.close()
    await eventually(has_left, "the end of the fork server", LINGER_SECONDS / 2)


async def test_a_fork_server_that_nobody_awaited_ends_with_who_started_it(
    spool_dir: Path, studio: SmallStudio
) -> None:
    compute = LocalCompute(spool_dir)
    reference = await compute.start(request_for(studio, "1"))  # as a command: the server is coming up
    server = fork_server_of(spool_dir)
    await compute.close()
    server.wait(LINGER_SECONDS / 2)
    await until_gone(compute, reference)


async def test_a_runner_that_ignores_the_wish_to_stop_is_killed_with_all_it_started(
    spool_dir: Path, studio: SmallStudio, fork_socket: Path
) -> None:
    compute = LocalCompute(spool_dir, fork_socket=fork_socket)
    compute.cancel_grace_seconds = 1.0
    await compute.prepare()
    reference = await compute.start(request_for(studio, "import os; print(os.getpid(), flush=True)", SLEEP))
    await until_logged(compute, reference, b"asleep")
    kernel = int((await compute.log(reference, 0)).split()[0])
    runner = SpoolFolder(spool_dir, reference).runner()
    assert runner is not None
    os.kill(runner.pid, signal.SIGSTOP)  # a stopped process hears no SIGTERM
    await compute.cancel(reference)
    await until_gone(compute, reference)
    await until_ended(kernel)
    await compute.close()


@pytest.mark.parametrize("forked", [True, False])
async def test_only_the_owner_can_enter_an_attempts_folder(
    spool_dir: Path, studio: SmallStudio, forked: bool
) -> None:
    compute = LocalCompute(spool_dir, use_fork_server=forked)
    await compute.prepare()
    reference = await compute.start(request_for(studio, "1"))
    assert stat.S_IMODE((spool_dir / reference).stat().st_mode) == 0o700
    await until_gone(compute, reference)
    kept = b"".join(path.read_bytes() for path in (spool_dir / reference).rglob("*") if path.is_file())
    assert RUN_KEY.encode() not in kept
    assert HUB_TOKEN.encode() not in kept
    await compute.close()


async def test_the_studios_own_secrets_do_not_reach_a_run(
    spool_dir: Path, studio: SmallStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEDATA_STUDIO_DATABASE_URL", "postgresql://studio:sesame@localhost/studio")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "the-studios-own-token")
    compute = LocalCompute(spool_dir)
    await compute.prepare()
    show = "import os, base64\nprint(base64.b64encode(repr(dict(os.environ)).encode()).decode())"
    reference = await compute.start(request_for(studio, show))
    await until_gone(compute, reference)
    import base64

    seen = base64.b64decode(await compute.log(reference, 0)).decode()
    assert "sesame" not in seen
    assert "the-studios-own-token" not in seen
    assert HUB_TOKEN in seen
    await compute.close()


@pytest.mark.parametrize("reference", ["../other", "a/b", "", ".", "..", ".new-x", "x" * 129, "a\0b"])
async def test_a_reference_that_would_lead_out_of_the_spool_is_refused(
    spool_dir: Path, reference: str
) -> None:
    compute = LocalCompute(spool_dir)
    for ask in (compute.state, compute.cancel, compute.remove):
        with pytest.raises(UnknownReference):
            await ask(reference)
    with pytest.raises(UnknownReference):
        await compute.log(reference, 0)


async def test_a_run_id_with_path_tricks_starts_nothing(spool_dir: Path, studio: SmallStudio) -> None:
    compute = LocalCompute(spool_dir)
    with pytest.raises(UnknownReference):
        await compute.start(request_for(studio, "1", run_id="../../evil"))
    assert not spool_dir.exists()


async def test_a_spool_that_cannot_be_written_is_named(tmp_path: Path, studio: SmallStudio) -> None:
    (tmp_path / "file").write_text("in the way")
    compute = LocalCompute(tmp_path / "file" / "spool", use_fork_server=False)
    with pytest.raises(ComputeError, match="could not be started in"):
        await compute.start(request_for(studio, "1"))


def test_a_process_number_used_again_is_another_process() -> None:
    here = RunnerProcess.current()
    earlier = here.model_copy(update={"started": here.started - 1})
    assert here.is_alive()
    assert not earlier.is_alive()
    send_signal(earlier, signal.SIGKILL)  # this test would not go on


@pytest.fixture
def open_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for the sockets of the spool in ``tmp_path``, and everybody can enter it."""
    # A short path: where a socket's would be too long, the folder that every test shares is taken.
    with tempfile.TemporaryDirectory(prefix="od-", dir="/tmp") as runtime:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        folder = socket_path(tmp_path / "spool").parent
        assert folder.is_relative_to(runtime)
        folder.chmod(0o755)
        yield folder


def test_a_folder_that_others_can_enter_is_not_used_for_the_socket(open_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ForkServerFolderError, match=f"{open_folder} must be a folder that only this user"):
        socket_path(tmp_path / "spool")


@pytest.mark.usefixtures("open_folder")
async def test_runs_start_all_the_same_where_the_socket_has_no_safe_place(
    tmp_path: Path, studio: SmallStudio
) -> None:
    compute = LocalCompute(tmp_path / "spool")
    await compute.prepare()
    reference = await compute.start(request_for(studio, "print('here')"))
    await until_gone(compute, reference)
    assert await compute.log(reference, 0) == b"here\n"


def test_of_the_studios_environment_a_run_gets_what_the_machine_needs() -> None:
    environment = {
        "HOME": "/home/ann",
        "PATH": "/bin",
        "LC_ALL": "C",
        "AWS_SECRET_ACCESS_KEY": "s",
        "PYTHONPATH": "/x",
    }
    kept = machine_environment(environment)
    assert kept.pop("PATH").endswith(":/bin")
    assert kept == {"HOME": "/home/ann", "LC_ALL": "C"}
