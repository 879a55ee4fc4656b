"""A publish that fails, is ended, or meets another: a version whole, or none and nothing left."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import onedata as od
import pyarrow as pa
import pytest
from onedata._client import client
from onedata.datasets import _transfer
from onedata.errors import NoRoom, NotFound

from tests.kernels.conftest import ANN, Served, serve
from tests.kernels.datasets.publishing import FRAME, files_of, folder_of, leftovers
from tests.support.disks import fill, small_disk


@pytest.mark.parametrize("kind", ["frame", "file"])
def test_what_has_no_room_is_not_published_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    large = np.random.default_rng(0).bytes(2**22)
    (tmp_path / "large.bin").write_bytes(large)
    data = tmp_path / "large.bin" if kind == "file" else pa.table({"bytes": [large[: 2**21], large[2**21 :]]})
    with small_disk(tmp_path / "disk", 2**21) as disk:
        for served in serve(tmp_path / "studio", monkeypatch, objects_url=f"file://{disk}/objects"):
            od.datasets.publish(FRAME, "numbers")
            kept = files_of(disk)
            with pytest.raises(
                NoRoom, match="No room is left to keep 'large', and nothing was published"
            ) as full:
                od.datasets.publish(data, "large")
            assert files_of(disk) == kept
            fill(disk / "filler")
            with pytest.raises(NoRoom, match="Free some space there"):
                od.datasets.publish(FRAME.tail(2), "numbers")
            (disk / "filler").unlink()
            assert od.datasets.publish(FRAME.tail(2), "numbers").version == 2
            assert [one["name"] for one in served.api(f"/workspaces/{ANN}/datasets")["items"]] == ["numbers"]
    assert full.value.status == 507


def test_a_file_that_vanishes_fails_the_publish_and_leaves_nothing(
    served_both: Served, tmp_path: Path
) -> None:
    root = folder_of(tmp_path / "d", {f"{n:03d}": b"x" * 1000 for n in range(200)})
    store = served_both.studio.context.objects
    name = "copy_hashed" if store.transfer == "folder" else "hash_file"
    original = getattr(_transfer, name)

    def vanish(source: Path, *rest: object) -> object:
        (root / "150").unlink(missing_ok=True)
        return original(source, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_transfer, "COPYING_THREADS", 1)
        patch.setattr(_transfer, name, vanish)
        with pytest.raises(FileNotFoundError):
            od.datasets.publish(root, "d")
    assert od.datasets.list() == []
    assert leftovers(served_both) == []


def test_an_interrupt_ends_the_copy_and_gives_the_upload_up(served: Served, tmp_path: Path) -> None:
    path = folder_of(tmp_path, {"a.bin": bytes(400 * 2**20)}) / "a.bin"

    def interrupt(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("onedata.datasets._progress.SHOWN_AFTER", 0)
        patch.setattr("onedata.datasets._progress.REDRAW", 0)
        patch.setattr("onedata.datasets._transfer.REDRAW", 0.01)
        with pytest.raises(KeyboardInterrupt):
            od.datasets.publish(path, "a", progress=interrupt)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("onedata-md5")]
    assert leftovers(served) == []


def test_a_publisher_that_is_killed_leaves_no_version_and_hinders_nobody(
    served_both: Served, tmp_path: Path
) -> None:
    root = folder_of(tmp_path / "d", {f"{n}.bin": os.urandom(40 * 2**20) for n in range(6)})
    program = f"import onedata as od; print('go', flush=True); od.datasets.publish({str(root)!r}, 'd')"
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=dict(os.environ))
    assert process.stdout is not None
    process.stdout.readline()
    arriving = served_both.folder / "objects" if (served_both.folder / "objects").exists() else None
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        if arriving is None or sum(path.stat().st_size for path in files_of(arriving)) > 10 * 2**20:
            break
        time.sleep(0.005)
    if arriving is None:
        time.sleep(0.7)
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    process.stdout.close()
    assert od.datasets.list() == []
    with pytest.raises(NotFound):
        od.datasets.load("d", as_="path")
    made = od.datasets.publish(root, "d")
    assert (made.version, made.info.files) == (1, 6)
    there = od.datasets.load("d", as_="path")
    assert all((there / path.name).read_bytes() == path.read_bytes() for path in root.iterdir())


def test_two_publishers_at_once_make_two_versions(served_both: Served) -> None:
    made: list[int] = []
    threads = [
        threading.Thread(
            target=lambda n=n: made.append(od.datasets.publish(FRAME.head(n), "numbers").version)
        )
        for n in range(1, 5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [1, 2, 3, 4]


def test_a_commit_whose_answer_was_lost_is_the_same_commit(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    import httpx

    studio = client()
    send = studio._http.request
    lost: list[str] = []

    def lose_first_commit(method: str, path: str, **options: object) -> httpx.Response:
        answer = send(method, path, **options)
        if path.endswith("/commit") and not lost:
            lost.append(path)
            raise httpx.ReadError("connection reset")
        return answer

    monkeypatch.setattr(studio._http, "request", lose_first_commit)
    made = od.datasets.publish(FRAME, "numbers")
    assert (made.version, len(lost)) == (1, 1)
    assert [one.version for one in od.datasets.versions("numbers")] == [1]
