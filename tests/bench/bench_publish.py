"""Publishing, over ``dvc add`` and over a plain copy with MD5.

All three read the same files from a warm page cache, write to the same disk and start from an empty
store; what earlier turns wrote is removed and synced to disk before the clock starts. DVC runs in
this process through its Python API, so the start of a command is not held against it.
"""

import contextlib
import hashlib
import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import numpy as np
import onedata as od
import pyarrow as pa
import pyarrow.parquet as pq

from tests.bench.harness import Figure, Turns, take_turns, timed
from tests.bench.studio_process import StudioProcess, studio_process

WORKSPACE = "user-ann"
ROWS_OF_A_FILE = 2_000_000  # about 120 MB of Parquet
SMALL_FILES, SMALL_BYTES = 1_000, 20_000


def parquet_table(seed: int, rows: int = ROWS_OF_A_FILE) -> pa.Table:
    """Make a table of nine columns that compresses about as real tables do."""
    random = np.random.default_rng(seed)
    words = np.array([f"k{number:06d}" for number in range(100_000)])
    return pa.table(
        {
            "id": np.arange(rows) + seed * rows,
            "a": random.normal(size=rows),
            "b": random.normal(size=rows),
            "c": random.integers(0, 1_000_000, rows),
            "d": random.integers(0, 50, rows),
            "s": words[random.integers(0, len(words), rows)],
            "t": pa.array(random.integers(1_600_000_000, 1_700_000_000, rows), pa.timestamp("s")),
            "e": random.random(rows),
            "f": random.random(rows),
        }
    )


def write_parquet(folder: Path, total_bytes: int) -> Path:
    """Write Parquet files of ``total_bytes`` together, as a job on a cluster leaves them."""
    folder.mkdir()
    rows = ROWS_OF_A_FILE if total_bytes >= 10**9 else ROWS_OF_A_FILE // 10
    written = 0
    for number in itertools.count():
        if written >= total_bytes:
            return folder
        path = folder / f"part-{number:03d}.parquet"
        pq.write_table(parquet_table(number, rows), path, row_group_size=2**18)
        written += path.stat().st_size
    raise AssertionError


def write_small_files(folder: Path) -> Path:
    """Write many small files that do not compress."""
    folder.mkdir()
    random = np.random.default_rng(1)
    for number in range(SMALL_FILES):
        (folder / f"{number:04d}.bin").write_bytes(random.bytes(SMALL_BYTES))
    return folder


@contextlib.contextmanager
def as_user(studio: StudioProcess) -> Iterator[None]:
    """Make this process a notebook of the studio's user."""
    environment = {
        "ONEDATA_STUDIO_URL": studio.root_url,
        "ONEDATA_TOKEN": studio.token,
        "ONEDATA_CACHE_DIR": str(studio.folder / "cache"),
    }
    with mock.patch.dict(os.environ, environment):
        yield


def _publishing(studio: StudioProcess, data: Path) -> Callable[[], float]:
    names = (f"bench-{number}" for number in itertools.count())
    objects = studio.folder / "objects" / WORKSPACE / "files"

    def run() -> float:
        shutil.rmtree(objects, ignore_errors=True)
        name = f"{data.stem}-{os.urandom(4).hex()}-{next(names)}"
        os.sync()
        return timed(lambda: od.datasets.publish(data, name, progress=False))()

    return run


def _dvc_add(folder: Path, data: Path) -> Callable[[], float]:
    """Give ``dvc add`` of the data, copied (uncounted) into a fresh project, where DVC wants it."""

    def run() -> float:
        from dvc.repo import Repo

        project = folder / "dvc"
        shutil.rmtree(project, ignore_errors=True)
        project.mkdir()
        inside = project / data.name
        shutil.copytree(data, inside) if data.is_dir() else shutil.copyfile(data, inside)
        repo = Repo.init(str(project), no_scm=True)
        os.sync()
        try:
            return timed(lambda: repo.add(str(inside)))()
        finally:
            repo.close()
            shutil.rmtree(project)

    return run


def _copy_and_md5(folder: Path, data: Path) -> Callable[[], float]:
    """Give a plain copy with an MD5 of each file: what any publishing has to do at the least."""

    def work(target: Path) -> None:
        if data.is_file():
            shutil.copyfile(data, target)
            _md5(target)
            return
        target.mkdir()
        for source in sorted(data.iterdir()):
            shutil.copyfile(source, target / source.name)
            _md5(target / source.name)

    def run() -> float:
        target = folder / "copy"
        os.sync()
        try:
            return timed(lambda: work(target))()
        finally:
            shutil.rmtree(target) if target.is_dir() else target.unlink()

    return run


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def _figures(
    key: str, what: str, studio: StudioProcess, data: Path, folder: Path, pairs: int
) -> Iterator[Figure]:
    ours = _publishing(studio, data)
    over_dvc: Turns = take_turns(ours, _dvc_add(folder, data), pairs=pairs)
    yield Figure(
        f"publish_{key}_over_dvc",
        f"publish {what}, over dvc add",
        over_dvc.ratio,
        "x",
        1.0,
        str(over_dvc),
        True,
    )
    over_copy = take_turns(ours, _copy_and_md5(folder, data), pairs=pairs)
    yield Figure(
        f"publish_{key}_over_copy",
        f"publish {what}, over a copy and MD5",
        over_copy.ratio,
        "x",
        1.3,
        str(over_copy),
    )


def measure(quick: bool) -> Iterator[Figure]:
    """Measure a folder of Parquet, one large Parquet file, and many small files."""
    total = 50 * 10**6 if quick else 10**9
    size = "50 MB" if quick else "1 GB"
    pairs = 2 if quick else 5
    with tempfile.TemporaryDirectory(prefix="onedata-bench-") as name:
        folder = Path(name)
        (folder / "studio").mkdir()
        with studio_process(folder / "studio") as studio, as_user(studio):
            parquet = write_parquet(folder / "parquet", total)
            yield from _figures("parquet_folder", f"{size} of Parquet files", studio, parquet, folder, pairs)
            single = folder / "single.parquet"
            pq.write_table(pq.read_table(parquet), single, row_group_size=2**18)
            shutil.rmtree(parquet)
            yield from _figures("parquet_file", f"one Parquet file of {size}", studio, single, folder, pairs)
            single.unlink()
            small = write_small_files(folder / "small")
            yield from _figures(
                "small_files", f"{SMALL_FILES:,} files of 20 kB", studio, small, folder, 3 * pairs
            )


if __name__ == "__main__":
    for figure in measure("--quick" in sys.argv):
        print(figure)
