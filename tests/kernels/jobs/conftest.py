"""A studio that really runs jobs, and notebooks on disk."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from onedata_hub.backends.compute import LocalCompute

from tests.kernels.conftest import Served, serve
from tests.support.runner import end_runners, notebook
from tests.support.studio import PREFIX


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fork_socket: Path) -> Iterator[Served]:
    """A studio with its scheduler; this process is ann, in her own workspace."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    compute = LocalCompute(tmp_path / "spool", fork_socket=fork_socket)
    running = contextlib.contextmanager(serve)(
        tmp_path,
        monkeypatch,
        port=port,
        public_url=f"http://127.0.0.1:{port}{PREFIX}",
        compute=compute,
        parts=("api", "jobs"),
        jobs_poll_seconds=0.2,
    )
    with running as served:
        yield served
    end_runners(tmp_path / "spool")


@pytest.fixture
def save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Write a notebook of cells into the current folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))

    def write(name: str, *cells: Any) -> Path:
        path = folder / name
        path.write_bytes(notebook(*cells))
        return path

    return write
