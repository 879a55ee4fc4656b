"""The studio's lists and reads under 64 clients at once: one process, SQLite, a team's content."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from onedata_hub.studio.migrate import migrate

from tests.bench.closed_loop import put_load
from tests.bench.content import Content, add_content, dataset_name, run_id
from tests.bench.harness import Figure
from tests.bench.studio_process import studio_process

WORKSPACE = "flights"
CONTENT = Content((WORKSPACE, "weather"), datasets=500, versions=3, jobs=20, runs=100)
TARGET_MS = 50


def _paths() -> dict[str, tuple[str, list[str]]]:
    """Give, by key, a title and the paths that the clients ask for by turns."""
    here = f"/workspaces/{WORKSPACE}"
    datasets = [f"{here}/datasets/{dataset_name(number)}" for number in range(0, CONTENT.datasets, 7)]
    runs = [f"{here}/runs/{run_id(WORKSPACE, CONTENT, number)}" for number in range(0, 2_000, 17)]
    return {
        "datasets_list": ("Lists of 50 datasets", [f"{here}/datasets"]),
        "dataset_read": ("Reads of a dataset with 19 columns", datasets),
        "runs_list": ("Lists of 50 runs", [f"{here}/runs"]),
        "run_read": ("Reads of a run", runs),
    }


def measure(quick: bool) -> Iterator[Figure]:
    """Put each load on the same studio, one after the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/studio.sqlite"
        migrate(url)
        add_content(url, CONTENT)
        with studio_process(folder, groups=(WORKSPACE,)) as studio:
            for key, (title, paths) in _paths().items():
                load = put_load(studio.api_url, paths, studio.token, seconds=2 if quick else 10)
                yield Figure(
                    f"api.{key}",
                    f"{title}, p95 under {load.clients} clients",
                    load.at(0.95) * 1000,
                    "ms",
                    TARGET_MS,
                    str(load),
                    strictly=True,
                )
