"""Processes: started, known again, ended."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from onedata_hub.launch.processes import (
    Child,
    end_processes,
    noted_process,
    port_holder,
    servers_of,
    services_of,
)

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    """A child that sleeps."""
    made = Child("sleeper", SLEEP, tmp_path, log=tmp_path / "x.log", pid_file=tmp_path / "x.json")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()


def wait_for_log(child: Child, text: str) -> None:
    end = time.monotonic() + 10
    while text not in child.last_words():
        assert time.monotonic() < end, child.last_words()
        time.sleep(0.02)


def test_child_is_known_again_by_its_note(child: Child) -> None:
    child.start()
    found = noted_process(child.pid_file)
    assert found is not None
    assert child.process is not None
    assert found.pid == child.process.pid


def test_another_process_with_the_pid_of_a_note_is_not_taken_for_ours(tmp_path: Path) -> None:
    note = tmp_path / "x.json"
    note.write_text(json.dumps({"pid": os.getpid(), "started": psutil.Process().create_time() - 100}))
    assert noted_process(note) is None


@pytest.mark.parametrize("text", ["", "{", '{"pid": 1}', '{"pid": 999999999, "started": 1}'])
def test_note_that_says_nothing_names_no_process(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    assert noted_process(tmp_path / "x.json") is None
    assert noted_process(tmp_path / "absent.json") is None


def test_child_that_heeds_sigterm_ends_and_its_note_goes(child: Child) -> None:
    child.start()
    wait_for_log(child, "up")
    child.tell_to_stop()
    child.wait_or_kill(seconds=5)
    assert child.exit_status() == -signal.SIGTERM
    assert not child.pid_file.exists()


def test_child_that_does_not_is_killed(child: Child) -> None:
    child.command = DEAF
    child.start()
    wait_for_log(child, "up")
    child.tell_to_stop()
    child.wait_or_kill(seconds=0.3)
    assert child.exit_status() == -signal.SIGKILL


def run_to_its_end(child: Child, code: str) -> None:
    child.command = [sys.executable, "-c", code]
    child.start()
    assert child.process is not None
    child.process.wait(10)


def test_last_words_are_the_error_and_not_a_log_entry_after_it(child: Child) -> None:
    run_to_its_end(
        child, "print('first'); print('what is wrong'); print('[C 2026-01-01] ended with status 1')"
    )
    assert child.last_words() == "what is wrong"


def test_last_words_of_an_earlier_start_are_not_given(child: Child) -> None:
    run_to_its_end(child, "print('what was wrong')")
    run_to_its_end(child, "")
    assert child.last_words() == ""


def test_secrets_of_a_child_stay_out_of_its_repr(child: Child) -> None:
    child.environment["CONFIGPROXY_AUTH_TOKEN"] = "sesame"
    assert "sesame" not in repr(child)


def test_large_log_is_put_aside(child: Child) -> None:
    child.log.write_bytes(b"x" * (21 * 2**20))
    child.start()
    wait_for_log(child, "up")
    assert child.log.stat().st_size < 100
    assert child.log.with_suffix(".log.1").stat().st_size == 21 * 2**20


def test_processes_that_are_deaf_are_killed() -> None:
    deaf = subprocess.Popen(DEAF, stdout=subprocess.PIPE)
    assert deaf.stdout is not None
    deaf.stdout.readline()
    process = psutil.Process(deaf.pid)
    end_processes([process], seconds=0.3)
    assert not process.is_running()


def test_services_of_a_hub_are_found_by_what_it_gave_them() -> None:
    service = subprocess.Popen(
        SLEEP, env=os.environ | {"ONEDATA_PARENT_PID": "424242"}, stdout=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + 5
        while [p.pid for p in services_of(424242)] != [service.pid]:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert services_of(424243) == []
    finally:
        service.kill()
        service.wait()


def test_servers_of_another_hub_are_not_ours() -> None:
    url = "http://127.0.0.1:1/hub/api"
    command = [sys.executable, "-c", "import time; time.sleep(60)", "-m", "jupyterhub.singleuser"]
    server = subprocess.Popen(command, env=os.environ | {"JUPYTERHUB_API_URL": url})
    try:
        end = time.monotonic() + 5
        while [p.pid for p in servers_of(url)] != [server.pid]:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert servers_of("http://127.0.0.1:2/hub/api") == []
    finally:
        server.kill()
        server.wait()


def test_who_holds_a_port_is_named() -> None:
    code = "import socket, time; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); print(s.getsockname()[1], flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    port = int(holder.stdout.readline())
    try:
        assert f"pid {holder.pid}" in port_holder(port)
    finally:
        holder.kill()
        holder.wait()
    assert port_holder(port) == ""
