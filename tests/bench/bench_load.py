"""Loading a version from a folder store, over pyarrow reading the very same files."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import onedata as od
import pyarrow.parquet as pq
from onedata.datasets._local import open_version
from onedata.datasets._refs import target_of

from tests.bench.bench_publish import as_user, write_parquet
from tests.bench.harness import Figure, take_turns, timed
from tests.bench.studio_process import studio_process


def measure(quick: bool) -> Iterator[Figure]:
    """Measure Arrow and pandas, from one version's Parquet files in the page cache."""
    size, total = ("50 MB", 50 * 10**6) if quick else ("500 MB", 500 * 10**6)
    pairs = 3 if quick else 9
    with tempfile.TemporaryDirectory(prefix="onedata-bench-") as name:
        folder = Path(name)
        (folder / "studio").mkdir()
        with studio_process(folder / "studio") as studio, as_user(studio):
            od.datasets.publish(write_parquet(folder / "parquet", total), "bench", progress=False)
            files = [place.location for place in open_version(*target_of("bench")).places]
            readers = {
                "arrow": lambda: pq.read_table(files),
                "pandas": lambda: pq.read_table(files).to_pandas(),
            }
            for kind, read in readers.items():
                turns = take_turns(
                    timed(lambda kind=kind: od.datasets.load("bench", as_=kind)), timed(read), pairs=pairs
                )
                yield Figure(
                    f"load_{kind}_over_pyarrow",
                    f"load {size} as {kind}, over pyarrow",
                    turns.ratio,
                    "x",
                    1.1,
                    str(turns),
                )


if __name__ == "__main__":
    for figure in measure("--quick" in sys.argv):
        print(figure)
