"""DVC itself computes the digests we do, and reads what we store."""

import json
import os
import shutil
from pathlib import Path

import onedata as od
import pandas as pd
import pytest
from dvc.repo import Repo

from tests.kernels.conftest import ANN, Served


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    Repo.init(str(folder), no_scm=True).close()
    return folder


def dvc_digest(project: Path, data: Path) -> str:
    """Let DVC add a copy of the data and give the digest it wrote down."""
    inside = project / data.name
    shutil.copytree(data, inside) if data.is_dir() else shutil.copyfile(data, inside)
    with Repo(str(project)) as repo:
        (stage,) = repo.add(str(inside))
        return stage.outs[0].hash_info.value


def some_folder(root: Path) -> Path:
    files = {
        "b.txt": b"2",
        "a/é.bin": os.urandom(3_000_000),
        "a/empty": b"",
        "z/y/x.txt": b"deep",
        ".hidden": b"h",
    }
    for path, data in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return root


def test_a_folder_has_the_digest_that_dvc_gives_it(
    served_both: Served, project: Path, tmp_path: Path
) -> None:
    data = some_folder(tmp_path / "data")
    assert od.datasets.publish(data, "d").digest == dvc_digest(project, data)


def test_a_file_has_the_digest_that_dvc_gives_it(served: Served, project: Path, tmp_path: Path) -> None:
    data = tmp_path / "a.bin"
    data.write_bytes(os.urandom(30_000_000))
    assert od.datasets.publish(data, "d").digest == dvc_digest(project, data)


def test_a_frame_has_the_digest_of_the_folder_it_becomes(
    served: Served, project: Path, tmp_path: Path
) -> None:
    made = od.datasets.publish(pd.DataFrame({"a": [1, 2]}), "numbers")
    shutil.copytree(od.datasets.load("numbers", as_="path"), tmp_path / "copy")
    assert made.digest == dvc_digest(project, tmp_path / "copy")


def test_dvc_checks_out_a_version_from_our_store(
    served: Served, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = some_folder(tmp_path / "data")
    made = od.datasets.publish(data, "d")
    store = served.folder / "objects" / ANN
    with Repo(str(project)) as repo, repo.config.edit() as config:
        config["remote"]["studio"] = {"url": str(store)}
        config["core"]["remote"] = "studio"
    (project / "d.dvc").write_text(json.dumps({"outs": [{"md5": made.digest, "hash": "md5", "path": "d"}]}))
    monkeypatch.chdir(project)
    with Repo(str(project)) as repo:
        repo.pull(["d.dvc"])
    found = {path.relative_to(project / "d").as_posix(): path.read_bytes() for path in _files(project / "d")}
    assert found == {path.relative_to(data).as_posix(): path.read_bytes() for path in _files(data)}


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
