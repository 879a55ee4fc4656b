"""What we store, DVC reads; what DVC names, we name alike."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from onedata_hub.backends.objects import open_store
from onedata_hub.backends.objects.dvc import folder_manifest
from onedata_hub.backends.objects.keys import object_key

from tests.hub.backends.objects.sending import send

FOLDERS = {
    "plain": {"a.csv": b"1,2\n", "deep/er/b.csv": b"3,4\n", "empty": b""},
    "names that need escapes": {
        "zürich.csv": b"x",
        "数据/表 1.csv": b"y",
        'quo"te': b"z",
        "Z": b"1",
        "a": b"2",
    },
    "equal files": {"a": b"same", "b": b"same"},
    "sorts like nothing else": {"a/b": b"1", "a-b": b"2", "a.b": b"3", "ab": b"4"},
}


def dvc(folder: Path, *arguments: str) -> None:
    """Run DVC's own command, cut off from the machine's settings."""
    environment = {
        **os.environ,
        "DVC_NO_ANALYTICS": "1",
        "HOME": str(folder),
        "DVC_SITE_CACHE_DIR": str(folder / "site"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    dvc(folder, "init", "--no-scm", "--quiet")
    return folder


def write(folder: Path, contents: dict[str, bytes]) -> None:
    for path, data in contents.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


@pytest.mark.parametrize("contents", FOLDERS.values(), ids=FOLDERS.keys())
async def test_folder_digest_is_the_one_that_dvc_add_gives(repository: Path, contents: dict[str, bytes]):
    write(repository / "flights", contents)
    dvc(repository, "add", "--quiet", "flights")
    added = yaml.safe_load((repository / "flights.dvc").read_text())["outs"][0]["md5"]
    store = open_store(f"file://{repository}/../objects")
    files = await send(store, "team-a", "up1", contents)
    digest, manifest = folder_manifest(files)
    kept = repository / ".dvc/cache/files/md5" / added[:2] / added[2:]
    assert digest == added
    assert manifest == kept.read_bytes()


async def test_dvc_pulls_a_folder_from_our_store(repository: Path, tmp_path: Path):
    contents = FOLDERS["names that need escapes"]
    store = open_store(f"file://{tmp_path}/objects")
    files = await send(store, "team-a", "up1", contents)
    await store.promote("team-a", "up1", files)
    digest, manifest = folder_manifest(files)
    await store.put_bytes(object_key("team-a", digest), manifest)
    stage = {"outs": [{"md5": digest, "hash": "md5", "path": "flights"}]}
    (repository / "flights.dvc").write_text(yaml.safe_dump(stage))
    dvc(repository, "remote", "add", "--default", "studio", str(tmp_path / "objects" / "team-a"))
    dvc(repository, "pull", "--quiet")
    found = {
        path.relative_to(repository / "flights").as_posix(): path.read_bytes()
        for path in (repository / "flights").rglob("*")
        if path.is_file()
    }
    assert found == contents


async def test_dvc_checks_out_a_single_file_with_our_store_as_its_cache(repository: Path, tmp_path: Path):
    store = open_store(f"file://{tmp_path}/objects")
    (file,) = await send(store, "team-a", "up1", {"flights.parquet": b"PAR1 PAR1"})
    await store.promote("team-a", "up1", [file])
    stage = {"outs": [{"md5": file.md5, "size": file.size, "hash": "md5", "path": "flights.parquet"}]}
    (repository / "flights.parquet.dvc").write_text(yaml.safe_dump(stage))
    dvc(repository, "cache", "dir", str(tmp_path / "objects" / "team-a"))
    dvc(repository, "checkout", "--quiet")
    assert (repository / "flights.parquet").read_bytes() == b"PAR1 PAR1"
