"""The state folder: private, made on demand, the same at every start."""

import os
import socket
import stat
import sys
from pathlib import Path

import pytest
from onedata_hub.launch.state import StateFolder, free_ports, is_port_free, write_privately


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    """A state folder that was made."""
    made = StateFolder(tmp_path / "state")
    made.make()
    return made


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folder_and_what_is_in_it_are_for_nobody_but_us(state: StateFolder) -> None:
    state.secret("x")
    assert mode(state.path) == 0o700
    assert {mode(path) for path in state.path.iterdir()} == {0o700}
    assert mode(state / "secrets" / "x") == 0o600


def test_folder_that_was_opened_to_others_is_closed_at_the_next_start(state: StateFolder) -> None:
    state.secret("x")
    state.path.chmod(0o755)
    (state / "secrets" / "x").chmod(0o644)
    state.make()
    state.secret("x")
    assert (mode(state.path), mode(state / "secrets" / "x")) == (0o700, 0o600)


def test_secret_is_made_once_and_long(state: StateFolder) -> None:
    assert state.secret("x") == state.secret("x")
    assert len(state.secret("x")) == 64
    assert state.secret("x") != state.secret("y")


def test_inner_ports_stay_the_same(state: StateFolder) -> None:
    ports = state.inner_ports()
    assert StateFolder(state.path).inner_ports() == ports
    assert len(set(ports.values())) == 4


def test_inner_port_that_somebody_took_is_chosen_again_and_the_others_stay(state: StateFolder) -> None:
    before = state.inner_ports()
    with socket.socket() as other:
        other.bind(("127.0.0.1", before["studio"]))
        other.listen()
        assert state.replace_taken_ports() == ["studio"]
    after = state.inner_ports()
    assert after["studio"] != before["studio"]
    assert {k: v for k, v in after.items() if k != "studio"} == {
        k: v for k, v in before.items() if k != "studio"
    }


def test_torn_note_of_ports_is_written_anew(state: StateFolder) -> None:
    (state / "ports.json").write_text('{"hub": 1')
    assert set(state.inner_ports()) == {"hub", "proxy", "studio", "mlflow"}


def test_sockets_folder_of_a_short_path_lies_in_the_state_folder(tmp_path: Path) -> None:
    short = StateFolder(Path("/tmp") / f"od-{os.getpid()}")
    short.make()
    try:
        assert short.sockets_folder() == short / "run" / "k"
    finally:
        import shutil

        shutil.rmtree(short.path)


def test_sockets_folder_of_a_long_path_is_short_and_private(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / ("x" * 60))
    state.make()
    folder = state.sockets_folder()
    try:
        # The longest socket: /<user, 20>/kernel-<uuid>-ipc-5 must fit the 107 bytes of sun_path.
        assert len(os.fsencode(folder)) + 1 + 20 + 1 + len("kernel-") + 36 + len("-ipc-5") <= 107
        assert mode(folder) == 0o700
        assert state.sockets_folder() == folder
        folder.chmod(0o777)
        with pytest.raises(PermissionError, match="not a folder of ours alone"):
            state.sockets_folder()
    finally:
        folder.rmdir()


def test_private_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    write_privately(path, "old")

    def fails(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(OSError, match="no space left"):
        write_privately(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_free_ports_differ_and_are_free() -> None:
    ports = free_ports(5)
    assert len(set(ports)) == 5
    assert all(is_port_free("127.0.0.1", port) for port in ports)


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of its clients' ports")
def test_free_ports_are_none_that_a_client_could_be_given() -> None:
    first_of_clients = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert all(1024 <= port < first_of_clients for port in free_ports(100))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_port_that_is_listened_to_is_not_free(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as other:
        try:
            other.bind((host, 0))
        except OSError:
            pytest.skip(f"This machine has no {host}.")
        other.listen()
        assert not is_port_free(host, other.getsockname()[1])
