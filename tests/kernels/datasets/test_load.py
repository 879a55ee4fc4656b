"""Loading from a real studio, on a folder and on S3."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import onedata as od
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from onedata._client import client
from onedata._session import session
from onedata.contract.datasets import GetLocation, Manifest
from onedata.contract.environment import CACHE_BYTES
from onedata.datasets import _cache, _local
from onedata.datasets._cache import cache_folder, fetch
from onedata.errors import Busy, DamagedData, InvalidInput, MissingPackage, NotFound

from tests.kernels.conftest import ANN, Served, serve
from tests.support.s3 import S3Gateway

FRAME = pd.DataFrame(
    {"n": [1, 2, 3], "s": ["a", None, "c"], "x": [0.5, 1.5, None]}, index=pd.Index([10, 20, 30], name="key")
)


@pytest.fixture
def numbers(served_both: Served) -> Served:
    od.datasets.publish(FRAME, "numbers")
    od.datasets.publish(FRAME.head(1), "numbers")
    served_both.new_session()
    return served_both


def test_the_newest_version_is_the_default_and_any_can_be_had(numbers: Served) -> None:
    assert len(od.datasets.load("numbers")) == 1
    pd.testing.assert_frame_equal(od.datasets.load("numbers", version=1), FRAME)
    pd.testing.assert_frame_equal(od.datasets.load("numbers@1"), FRAME)
    pd.testing.assert_frame_equal(od.datasets.load(f"{ANN}/numbers@1"), FRAME)
    assert session().datasets_read == [f"{ANN}/numbers@2", f"{ANN}/numbers@1"]


def test_every_kind_has_the_same_rows(numbers: Served) -> None:
    expected = [1, 2, 3]
    assert list(od.datasets.load("numbers@1").n) == expected
    assert od.datasets.load("numbers@1", as_="polars")["n"].to_list() == expected
    assert od.datasets.load("numbers@1", as_="arrow")["n"].to_pylist() == expected
    assert od.datasets.load("numbers@1", as_="duckdb").select("n").fetchall() == [(1,), (2,), (3,)]
    assert isinstance(od.datasets.load("numbers@1", as_="polars"), pl.DataFrame)
    assert isinstance(od.datasets.load("numbers@1", as_="arrow"), pa.Table)


def test_columns_and_rows_can_be_fewer(numbers: Served) -> None:
    for kind in ("pandas", "polars", "arrow", "duckdb"):
        found = od.datasets.load("numbers@1", as_=kind, columns=["s", "n"], limit=2)
        assert list(getattr(found, "column_names", None) or found.columns) == ["s", "n"], kind
        assert (found.num_rows if kind == "arrow" else found.shape[0]) == 2, kind


def test_a_column_that_is_not_there_is_refused_with_those_that_are(numbers: Served) -> None:
    with pytest.raises(InvalidInput, match=r"no column 'nope'\. Its columns: n, s, x, key"):
        od.datasets.load("numbers", columns=["nope"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"as_": "spark"}, "Choose one of: pandas, polars"),
        ({"version": 0}, "is not a version"),
        ({"version": "1"}, "is not a version"),
        ({"limit": -1}, "less than nothing"),
    ],
)
def test_bad_arguments_are_refused(served: Served, arguments: dict, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        od.datasets.load("numbers", **arguments)


def test_reference_and_arguments_may_not_contradict(served: Served) -> None:
    with pytest.raises(InvalidInput, match="names the version 1, but version=2"):
        od.datasets.load("numbers@1", version=2)


def test_what_is_not_there_is_not_found(served: Served) -> None:
    with pytest.raises(NotFound, match="nothing-here"):
        od.datasets.load("nothing-here")
    od.datasets.publish(FRAME, "numbers")
    with pytest.raises(NotFound, match="has no version 7"):
        od.datasets.load("numbers", version=7)


def test_files_are_loaded_as_a_path_only(served: Served, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    od.datasets.publish(tmp_path / "a.txt", "notes")
    with pytest.raises(InvalidInput, match="Load it with as_='path'"):
        od.datasets.load("notes")


def test_a_published_version_loads_itself(numbers: Served) -> None:
    version = od.datasets.publish(FRAME, "again")
    pd.testing.assert_frame_equal(version.load(), FRAME)
    pd.testing.assert_frame_equal(od.datasets.load(version), FRAME)
    assert len(od.datasets.load(od.datasets.list()[0])) == 3


def test_a_package_that_is_missing_is_named(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    od.datasets.publish(FRAME, "numbers")
    monkeypatch.setitem(sys.modules, "torch", None)  # as Python marks a module that cannot be imported
    monkeypatch.delitem(sys.modules, "onedata.datasets._torch", raising=False)
    with pytest.raises(MissingPackage, match="pip install torch"):
        od.datasets.load("numbers", as_="torch")
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingPackage, match=r"pip install ray\[data\]"):
        od.datasets.load("numbers", as_="ray")


def test_torch_reads_rows_of_tensors(served: Served) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed (5.9 GB)")
    od.datasets.publish(FRAME, "numbers")
    rows = od.datasets.load("numbers", as_="torch", columns=["n", "s"])
    assert len(rows) == 3
    assert (rows[-1]["n"], rows[-1]["s"]) == (torch.tensor(3), "c")
    batch = next(
        iter(torch.utils.data.DataLoader(od.datasets.load("numbers", as_="torch", columns=["n"]), 3))
    )
    assert batch["n"].tolist() == [1, 2, 3]
    with pytest.raises(IndexError):
        rows[3]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ray_reads_the_same_rows(served: Served) -> None:
    od.datasets.publish(FRAME, "numbers")
    program = (
        "import ray, onedata as od; ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)\n"
        "found = od.datasets.load('numbers', as_='ray', columns=['n', 's'])\n"
        "print(sorted(row['n'] for row in found.take_all()), found.schema().names)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert answer.returncode == 0, answer.stderr[-2000:]
    assert answer.stdout.strip().splitlines()[-1] == "[1, 2, 3] ['n', 's']"


def test_a_folder_store_is_read_in_place(served: Served) -> None:
    od.datasets.publish(FRAME, "numbers")
    od.datasets.load("numbers")
    assert not (cache_folder() / "files").exists()


def test_named_files_are_links_that_survive_a_lost_cache(numbers: Served, tmp_path: Path) -> None:
    import shutil

    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.txt").write_text("hello")
    od.datasets.publish(tmp_path / "d", "notes")
    for _ in range(2):
        folder = od.datasets.load("notes", as_="path")
        assert (folder / "a.txt").read_text() == "hello"
        shutil.rmtree(cache_folder())


def test_a_link_that_leads_elsewhere_is_made_anew(served: Served, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    od.datasets.publish(tmp_path / "a.txt", "notes")
    link = od.datasets.load("notes", as_="path")
    link.unlink()
    link.symlink_to("/etc/hostname")
    assert od.datasets.load("notes", as_="path").read_text() == "hello"


def test_an_object_that_is_gone_is_damage_that_is_named(served: Served) -> None:
    od.datasets.publish(FRAME, "numbers")
    manifest = Manifest.model_validate(served.api(f"/workspaces/{ANN}/datasets/numbers/versions/1/manifest"))
    Path(manifest.files[0].location).unlink()
    with pytest.raises(DamagedData, match=f"{ANN}/numbers@1 has 'part-00000.parquet' at"):
        od.datasets.load("numbers")


# What is fetched from S3.


def manifest_of(served: Served, name: str, version: int = 1) -> Manifest:
    return Manifest.model_validate(
        served.api(f"/workspaces/{ANN}/datasets/{name}/versions/{version}/manifest")
    )


@pytest.fixture
def fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, s3_gateway: S3Gateway) -> Iterator[Served]:
    for served in serve(tmp_path, monkeypatch, objects_url=s3_gateway.new_url()):
        od.datasets.publish(FRAME, "numbers")
        yield served


def cached() -> list[Path]:
    return [path for path in (cache_folder() / "files" / "md5").glob("*/*") if not path.name.startswith(".")]


def test_a_file_is_fetched_once(fetched: Served) -> None:
    od.datasets.load("numbers")
    (path,) = cached()
    before = path.stat().st_ctime_ns, path.stat().st_ino
    os.utime(path, (1, 1))
    od.datasets.load("numbers")
    assert path.stat().st_ino == before[1]
    assert path.stat().st_mtime > time.time() - 60  # noted as used
    assert path.stat().st_mode & 0o222 == 0


def test_a_torn_file_in_the_cache_is_fetched_anew(fetched: Served) -> None:
    od.datasets.load("numbers")
    (path,) = cached()
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])
    pd.testing.assert_frame_equal(od.datasets.load("numbers"), FRAME)


def test_bytes_that_are_not_what_the_registry_names_are_refused(fetched: Served) -> None:
    (file,) = manifest_of(fetched, "numbers").files
    wrong = GetLocation(path=file.path, md5="0" * 32, size=file.size, location=file.location)
    with pytest.raises(DamagedData, match="the registry names 00000"):
        fetch([wrong], "x")
    assert cached() == []
    assert list((cache_folder() / "files").rglob(".*")) == []


def test_an_expired_url_is_asked_for_anew(fetched: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    get = client().get
    asked: list[str] = []

    def first_is_expired(path: str, **params: object) -> object:
        answer = get(path, **params)
        if path.endswith("/manifest"):
            asked.append(path)
            if len(asked) == 1:
                for file in answer["files"]:
                    file["location"] = file["location"].replace("X-Amz-Signature=", "X-Amz-Signature=0")
        return answer

    monkeypatch.setattr(client(), "get", first_is_expired)
    pd.testing.assert_frame_equal(od.datasets.load("numbers"), FRAME)
    assert len(asked) == 2


def test_a_store_that_does_not_answer_is_busy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from tests.support.ports import free_port

    monkeypatch.setenv("ONEDATA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(_cache, "_TRIES", 2)
    nowhere = GetLocation(path="a", md5="0" * 32, size=1, location=f"http://127.0.0.1:{free_port()}/a")
    with pytest.raises(Busy, match=r"asked for 'a' 2 times\. At last: ConnectError"):
        fetch([nowhere], "x")


def test_several_processes_share_one_cache(fetched: Served) -> None:
    program = "import onedata as od; print(len(od.datasets.load('numbers')))"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
        )
        for _ in range(3)
    ]
    assert [process.communicate()[0].strip() for process in processes] == ["3"] * 3
    assert len(cached()) == 1


def test_several_threads_share_one_cache(fetched: Served) -> None:
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(len(od.datasets.load("numbers")))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [3] * 6


def test_the_cache_forgets_what_nobody_used_oldest_first(
    fetched: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in (1, 2):
        od.datasets.publish(FRAME.head(n), f"n{n}")
        od.datasets.load(f"n{n}")
    old, older = (
        _cache.cache_folder() / "files" / "md5" / file.md5[:2] / file.md5[2:]
        for name in ("n1", "n2")
        for file in manifest_of(fetched, name).files
    )
    os.utime(old, (time.time() - 7200,) * 2)
    os.utime(older, (time.time() - 9000,) * 2)
    monkeypatch.setenv(CACHE_BYTES, str(old.stat().st_size + 2 * older.stat().st_size - 1))
    od.datasets.publish(FRAME, "n3")
    od.datasets.load("numbers")
    assert (old.exists(), older.exists()) == (True, False)
    monkeypatch.setenv(CACHE_BYTES, "1")
    od.datasets.publish(FRAME.tail(1), "n4")
    od.datasets.load("n4")
    assert not old.exists()
    assert len(cached()) == 2  # what was used within the hour stays


def test_a_cache_size_that_is_no_number_is_refused(fetched: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_BYTES, "50GB")
    with pytest.raises(InvalidInput, match="ONEDATA_CACHE_BYTES='50GB' is not a count of bytes"):
        od.datasets.load("numbers")


def test_a_path_of_the_registry_cannot_lead_out_of_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from onedata.datasets._formats import Place

    with pytest.raises(DamagedData, match="leads out of its dataset"):
        _local._link(tmp_path / "x", [Place("../../evil", "/etc/passwd")])
    with pytest.raises(DamagedData, match="leads out of its dataset"):
        _local._link(tmp_path / "x", [Place("/evil", "/etc/passwd")])
