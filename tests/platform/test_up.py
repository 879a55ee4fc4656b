"""``onedata up``: start, faults, and a stop that leaves nothing behind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest
from onedata_hub.launch.hub_login import LoginRefused

from tests.support.platform import Platform
from tests.support.ports import free_port

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def kept() -> Iterator[Platform]:
    """A platform that these tests break and stop; a start takes more than most of them."""
    workspaces = '{"team-a": ["ann", "bob"], "team-b": ["bob"]}'
    with Platform(environment={"ONEDATA_WORKSPACES": workspaces}) as running:
        yield running


@pytest.fixture
def hardy(kept: Platform) -> Platform:
    """A platform that runs, whatever the test before did to it."""
    if kept.process is None or kept.process.poll() is not None:
        kept.start()
    return kept


@dataclass(frozen=True)
class Restart:
    """What a platform was before it was stopped, how it ended, and what was left of it."""

    before: tuple[str, dict[str, int]]
    status: int
    left: list[list[str]]


def remembered(platform: Platform) -> tuple[str, dict[str, int]]:
    return platform.password("ann"), platform.state.inner_ports()


@pytest.fixture(scope="module")
def restart(kept: Platform) -> Restart:
    """A stop by SIGTERM, and a start with bob taken out of the team."""
    if kept.process is None or kept.process.poll() is not None:
        kept.start()
    assert kept.process is not None
    assert kept.hub("admin", "POST", "/groups/by-hand", json={"users": ["bob"]}).status_code == 201
    before = remembered(kept)
    kept.process.send_signal(signal.SIGTERM)
    status = kept.process.wait(30)
    left = [one.cmdline() for one in psutil.wait_procs(kept.processes(), timeout=20)[1]]
    kept.stop()
    kept.environment["ONEDATA_WORKSPACES"] = '{"team-a": ["ann"]}'
    kept.start()
    return Restart(before, status, left)


def bring_server_up(platform: Platform, user: str) -> None:
    if not (platform.server(user) or {}).get("ready"):
        platform.spawn(user)


def wait_until_nothing_is_left(platform: Platform, *, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while left := platform.processes():
        assert time.monotonic() < end, [(one.pid, one.cmdline()) for one in left]
        time.sleep(0.1)


def wait_for_hub(platform: Platform, *, but_not: int, seconds: float = 60) -> None:
    """Wait until another hub than the one with this pid answers."""
    end = time.monotonic() + seconds
    while True:
        try:
            if platform.pid_of("hub") != but_not and platform.hub("ann", "GET", "/user").status_code == 200:
                return
        except (OSError, ValueError, LoginRefused):
            pass
        assert time.monotonic() < end, platform.said() + platform.hub_log()[-3000:]
        time.sleep(0.2)


def run_up(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``onedata up`` where it is going to refuse."""
    command = [str(Path(sys.executable).with_name("onedata")), "up", *arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ONEDATA_")}
    return subprocess.run(
        command, cwd=folder, env=kept | environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_second_up_says_that_it_is_up_with_the_link(hardy: Platform) -> None:
    hub = hardy.pid_of("hub")
    again = run_up("--state-dir", str(hardy.folder), folder=Path("/tmp"))
    assert again.returncode == 0
    assert f"is up already: {hardy.url}/hub/login" in again.stdout
    assert hardy.pid_of("hub") == hub


def test_hub_that_is_killed_during_a_spawn_comes_back_and_the_user_gets_a_server(hardy: Platform) -> None:
    token = hardy.token("ann")
    assert hardy.servers_of("ann") == []
    hub = hardy.pid_of("hub")
    spawning = threading.Thread(
        target=post_and_see_it_fail, args=(f"{hardy.url}/hub/api/users/ann/server", token)
    )
    spawning.start()
    end = time.monotonic() + 30
    while not hardy.servers_of("ann"):
        assert time.monotonic() < end
        time.sleep(0.02)
    os.kill(hub, signal.SIGKILL)
    spawning.join(30)
    wait_for_hub(hardy, but_not=hub)
    assert "The hub ended (signal 9); starting it again" in hardy.said()
    end = time.monotonic() + 60
    while (hardy.server("ann") or {}).get("pending"):  # the new hub looks whether the server is up
        assert time.monotonic() < end
        time.sleep(0.1)
    if not (hardy.server("ann") or {}).get("ready"):
        hardy.spawn("ann")
    wait_for_page(hardy, "ann", "/user/ann/api/status", seconds=20)  # the new hub tells the proxy at its end
    with hardy.kernel("ann") as kernel:
        assert kernel.run("print(1 + 1)") == "2\n"
    assert len(hardy.servers_of("ann")) == 1


def post_and_see_it_fail(url: str, token: str) -> None:
    with contextlib.suppress(httpx.HTTPError):
        httpx.post(url, headers={"Authorization": f"token {token}"}, timeout=30, trust_env=False)


def test_secrets_are_in_no_log_and_no_command_line(hardy: Platform) -> None:
    bring_server_up(hardy, "ann")
    lines = "\n".join(hardy.command_lines().values())
    assert "jupyterhub.singleuser" in lines
    assert str(hardy.state / "secrets" / "user-password") in hardy.said()
    logs = [log.read_text() for log in (hardy.folder / "logs").rglob("*.log")]
    for secret in (hardy.state / "secrets").iterdir():
        assert secret.read_text().strip() not in "\n".join([hardy.said(), lines, *logs]), secret.name


def test_running_server_and_kernel_outlive_a_killed_hub(hardy: Platform) -> None:
    bring_server_up(hardy, "ann")
    hub = hardy.pid_of("hub")
    with hardy.kernel("ann") as kernel:
        kernel.run("x = 41")
        os.kill(hub, signal.SIGKILL)
        assert kernel.run("print(x + 1)") == "42\n"  # the proxy is up: nobody notices
        wait_for_hub(hardy, but_not=hub)
        assert kernel.run("print(x + 2)") == "43\n"
    assert (hardy.server("ann") or {})["ready"]
    assert len([one for one in hardy.processes() if "onedata_hub.studio" in one.cmdline()]) == 1
    hardy.stop_server("ann")
    assert hardy.servers_of("ann") == []


def test_killed_proxy_comes_back_with_its_routes(hardy: Platform) -> None:
    bring_server_up(hardy, "ann")
    os.kill(hardy.pid_of("proxy"), signal.SIGKILL)
    hardy.wait_for_line("The proxy ended (signal 9)", seconds=10)
    wait_for_page(hardy, "ann", "/user/ann/api/status", seconds=15)


def test_killed_studio_is_back_within_seconds(hardy: Platform) -> None:
    wait_for_hub(hardy, but_not=0)
    hardy.token("ann")
    hub = hardy.pid_of("hub")
    [studio] = [one for one in hardy.processes() if "onedata_hub.studio" in one.cmdline()]
    studio.kill()
    studio.wait(5)
    wait_for_page(hardy, "ann", "/services/studio/api/v1/me", seconds=20)
    assert hardy.pid_of("hub") == hub


def wait_for_page(platform: Platform, user: str, path: str, *, seconds: float) -> None:
    end = time.monotonic() + seconds
    with platform.client(user) as client:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if client.get(path).status_code == 200:
                    return
            assert time.monotonic() < end, platform.said()
            time.sleep(0.1)


def test_killed_up_leaves_nothing_behind(hardy: Platform) -> None:
    bring_server_up(hardy, "ann")
    assert hardy.process is not None
    proxy = psutil.Process(hardy.pid_of("proxy"))
    hardy.process.kill()
    hardy.process.wait()
    end = time.monotonic() + 60
    while [one for one in hardy.processes() if one.pid != proxy.pid]:
        assert time.monotonic() < end, [one.cmdline() for one in hardy.processes()]
        time.sleep(0.2)
    hardy.stop()
    hardy.start()
    assert not proxy.is_running()
    assert hardy.hub("ann", "GET", "/user").status_code == 200


def test_sigterm_stops_it_as_ctrl_c_does_and_the_next_start_is_as_the_first(
    restart: Restart, hardy: Platform
) -> None:
    assert restart.status == 0
    assert restart.left == []
    assert remembered(hardy) == restart.before
    assert hardy.hub("ann", "GET", "/user").json()["name"] == "ann"


def test_user_who_was_taken_out_of_a_workspace_is_out_after_the_next_start(
    restart: Restart, hardy: Platform
) -> None:
    assert hardy.hub("bob", "GET", "/user").json()["groups"] == ["by-hand"]
    assert hardy.hub("ann", "GET", "/user").json()["groups"] == ["team-a"]


def test_stop_ends_hub_services_servers_and_kernels_within_seconds(hardy: Platform) -> None:
    bring_server_up(hardy, "ann")
    with hardy.kernel("ann") as kernel:
        kernel.send("import time; time.sleep(600)")
        began = time.monotonic()
        assert hardy.stop() == 0
        assert time.monotonic() - began < 20
        wait_until_nothing_is_left(hardy, seconds=5)
    assert not hardy.state.sockets_folder().joinpath("ann").exists()


def test_port_in_use_is_one_sentence_and_nothing_starts(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        refused = run_up("--state-dir", str(tmp_path / "s"), "--port", port, folder=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert refused.stderr.startswith(f"Port {port} of 127.0.0.1 is in use")
    assert not list((tmp_path / "s" / "run").glob("*.json"))


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"ONEDATA_HOME": "/proc/version/x"}, "The state folder /proc/version/x cannot be written"),
        ({"ONEDATA_PORT": "many"}, "Setting ONEDATA_PORT"),
        ({"ONEDATA_HOST": "0.0.0.0"}, "the shared-password login is for this machine only"),
        ({"ONEDATA_PROFILES_FILE": "absent.yaml"}, "absent.yaml cannot be read"),
        (
            {"ONEDATA_OBJECTS_URL": "ftp://example.org/x"},
            "Setting objects_url: 'ftp://example.org/x' is not an",
        ),
        ({"ONEDATA_STUDIO_MAX_BODY_BYTES": "lots"}, "Setting ONEDATA_STUDIO_MAX_BODY_BYTES"),
        (
            {"ONEDATA_DATABASE_URL": "postgresql://ann@127.0.0.1:9/x"},
            "The studio's database could not be brought up",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence_and_status_two(
    tmp_path: Path, environment: dict[str, str], says: str
) -> None:
    refused = run_up(folder=tmp_path, **{"ONEDATA_PORT": str(free_port()), **environment})
    assert refused.returncode == 2, refused
    assert says in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert "Traceback" not in refused.stderr + refused.stdout


def test_service_that_cannot_start_ends_the_start_with_its_words(own_platform: Platform) -> None:
    own_platform.environment["ONEDATA_MLFLOW_DATABASE_URL"] = "nonsense"
    own_platform.start(wait=False)
    assert own_platform.process is not None
    assert own_platform.process.wait(90) == 2
    assert "The hub ended with status 1: Setting ONEDATA_MLFLOW_DATABASE_URL" in own_platform.said()
    wait_until_nothing_is_left(own_platform)
