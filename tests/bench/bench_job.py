"""A job of a three-cell notebook, from its submission to its success, over papermill in this process."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import nbformat
import papermill

from tests.bench.harness import Figure, take_turns
from tests.bench.studio_process import studio_process

WORKSPACE = "user-ann"
RUN_SECONDS = 120.0
LOOK_SECONDS = 0.02


def notebook() -> nbformat.NotebookNode:
    """Make a notebook of three cells: parameters, a computation, a result."""
    parameters = nbformat.v4.new_code_cell("rows: int = 1000", metadata={"tags": ["parameters"]})
    cells = [parameters, *map(nbformat.v4.new_code_cell, ("total = sum(range(rows))", "total"))]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


class Jobs:
    """A job in a running studio, run again and again."""

    def __init__(self, api_url: str, token: str) -> None:
        headers = {"Authorization": f"token {token}"}
        self._http = httpx.Client(
            base_url=f"{api_url}/workspaces/{WORKSPACE}", headers=headers, timeout=30.0, trust_env=False
        )
        made = self._http.post("/jobs", json={"name": "bench", "notebook": notebook()})
        made.raise_for_status()
        self._job = made.json()["id"]

    def run(self) -> float:
        """Submit a run and wait for its success; give the seconds between."""
        started = time.perf_counter()
        made = self._http.post(f"/jobs/{self._job}/runs", json={"parameters": {"rows": 10}})
        made.raise_for_status()
        path = f"/runs/{made.json()['id']}"
        while time.perf_counter() - started < RUN_SECONDS:
            run = self._http.get(path).raise_for_status().json()
            if run["state"] == "succeeded":
                return time.perf_counter() - started
            if run["state"] not in ("queued", "running"):
                raise RuntimeError(f"The run is {run['state']}: {run['message']} {run['failure']}")
            time.sleep(LOOK_SECONDS)
        raise RuntimeError(f"The run did not end within {RUN_SECONDS:.0f} s.")


def _papermill(folder: Path) -> float:
    source = folder / "notebook.ipynb"
    nbformat.write(notebook(), source)
    started = time.perf_counter()
    papermill.execute_notebook(
        str(source),
        str(folder / "executed.ipynb"),
        parameters={"rows": 10},
        kernel_name="python3",
        progress_bar=False,
    )
    return time.perf_counter() - started


def measure(quick: bool) -> Iterator[Figure]:
    """Run the same notebook both ways by turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with studio_process(folder) as studio:
            jobs = Jobs(studio.api_url, studio.token)
            turns = take_turns(jobs.run, lambda: _papermill(folder), pairs=3 if quick else 11)
    yield Figure(
        "job.ratio",
        "A job of three cells, submitted to succeeded, over papermill in-process",
        turns.ratio,
        "x",
        1.5,
        str(turns),
    )
