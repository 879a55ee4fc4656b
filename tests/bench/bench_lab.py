"""JupyterLab with our panels: what they add to its start, how soon they open, how fluid a long table is."""

import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Route, sync_playwright

from tests.bench.harness import Figure, percentile, seconds_text, take_turns
from tests.support.lab_page import LabPage
from tests.support.platform import Platform
from tools.test_parts import find_chromium

ROWS = 1_000_000
RUNS = 2_000
EXTENSION = "@onedata/lab"
JOBS = "/services/studio/api/v1/workspaces/user-ann/jobs"
# The panels of the left sidebar, each with what the question for its list has in its address.
PANELS = {
    "Datasets": "/datasets?",
    "Experiments": "/experiments/search",
    "Models": "/registered-models/search",
    "Jobs": "/jobs?",
}

MAKE_TABLE = f"""
import numpy as np, onedata as od, pandas as pd
n = np.arange({ROWS})
od.datasets.publish(pd.DataFrame({{"id": n, "half": n / 2, "name": [f"row {{i}}" for i in n]}}), "million")
"""
MAKE_RUNS = f"""
import mlflow
from mlflow.entities import Metric, Param
client = mlflow.MlflowClient()
experiment = client.create_experiment("many")
for number in range({RUNS}):
    run = client.create_run(experiment, run_name=f"run-{{number}}")
    client.log_batch(run.info.run_id, [Metric("loss", 1 / (number + 1), 0, 0)], [Param("depth", str(number % 7))])
    client.set_terminated(run.info.run_id)
client.create_registered_model("many")
"""

# Scrolls for some seconds and gives the milliseconds between frames; a table that stands still is an error.
SCROLL = """async ([selector, seconds, step]) => {
    const target = document.querySelector(selector);
    const box = target.getBoundingClientRect();
    const place = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2, bubbles: true, cancelable: true };
    const frames = [];
    const first = target.innerText;
    const end = performance.now() + seconds * 1000;
    let before = performance.now();
    while (performance.now() < end) {
        const inside = document.elementFromPoint(place.clientX, place.clientY) ?? target;
        inside.dispatchEvent(new WheelEvent('wheel', { ...place, deltaY: step }));
        target.scrollTop += step;
        await new Promise(resolve => requestAnimationFrame(resolve));
        const now = performance.now();
        frames.push(now - before);
        before = now;
    }
    if (target.innerText === first) {
        throw new Error(`${selector} shows what it showed before it was scrolled`);
    }
    return frames;
}"""

# Gives the milliseconds from the end of an answer to the frame in which what it holds is drawn.
DRAWN = """([selector, answer]) => {
    performance.clearResourceTimings();
    window.drawn = new Promise((resolve, reject) => {
        const end = performance.now() + 20000;
        const look = () => {
            const shown = [...document.querySelectorAll(selector)].some(one => one.checkVisibility());
            const found = performance.getEntriesByType('resource').filter(one => one.name.includes(answer)).pop();
            if (shown && found && found.responseEnd > 0) {
                resolve(performance.now() - found.responseEnd);
            } else if (performance.now() > end) {
                reject(new Error(`${selector} was not drawn, or ${answer} not asked`));
            } else {
                requestAnimationFrame(look);
            }
        };
        look();
    });
}"""


def measure(quick: bool) -> Iterator[Figure]:
    """Start a platform with a million rows and two thousand runs, and look at them in Chromium."""
    with Platform() as platform, sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        _fill(platform)
        options: dict[str, Any] = {"executable_path": str(find_chromium()), "args": ["--no-sandbox"]}
        with (
            playwright.chromium.launch(**options) as browser,
            LabPage(platform, browser, "ann", Path(folder)) as lab,
        ):
            yield _start(lab, pairs=2 if quick else 9)
            yield _eager(lab)
            yield from _panels(lab)
            yield from _scrolling(lab, seconds=2 if quick else 8)


def _fill(platform: Platform) -> None:
    platform.spawn("ann")
    end = time.monotonic() + 120
    with platform.client("ann") as client:
        while client.get("/services/mlflow/health").status_code != 200:
            assert time.monotonic() < end, "MLflow was not ready within two minutes"
            time.sleep(0.5)
    with platform.kernel("ann") as kernel:
        kernel.run(MAKE_TABLE, seconds=120)
        kernel.run(MAKE_RUNS, seconds=600)
    notebook = new_notebook(cells=[new_code_cell("1 + 1")])
    with platform.client("ann") as client:
        made = client.post(JOBS, json={"name": "many", "notebook": notebook})
        made.raise_for_status()


def _start(lab: LabPage, *, pairs: int) -> Figure:
    def load(*, with_ours: bool) -> Callable[[], float]:
        def once() -> float:
            lab.page.unroute_all()
            if not with_ours:
                lab.page.route(re.compile(r"/user/ann/lab\?"), _without_ours)
            started = time.perf_counter()
            lab.open()
            return time.perf_counter() - started

        return once

    turns = take_turns(load(with_ours=True), load(with_ours=False), pairs=pairs)
    lab.page.unroute_all()
    added = turns.added_seconds * 1000
    return Figure(
        "lab.start", "JupyterLab's start, what the panels add", added, "ms", 150,
        f"{turns!s}; the same page with our extension left out of its list", strictly=True,
    )  # fmt: skip


def _without_ours(route: Route) -> None:
    """Answer with the page as it would be without our extension installed."""
    answer = route.fetch()
    text = answer.text()
    found = re.search(
        r'<script id="jupyter-config-data" type="application/json">(.*?)</script>', text, re.DOTALL
    )
    assert found is not None, "JupyterLab's page has another shape"
    config = json.loads(found[1])
    kept = [one for one in config["federated_extensions"] if one["name"] != EXTENSION]
    assert len(kept) < len(config["federated_extensions"]), f"{EXTENSION} is not in the page's list"
    changed = json.dumps({**config, "federated_extensions": kept})
    route.fulfill(response=answer, body=text.replace(found[1], changed))


def _eager(lab: LabPage) -> Figure:
    """Count our JavaScript that a page has loaded with no panel open."""
    lab.open()
    loaded = lab.page.evaluate(
        """name => Promise.all(performance.getEntriesByType('resource')
            .map(one => one.name)
            .filter(url => url.includes(`/extensions/${name}/`) && url.split('?')[0].endsWith('.js'))
            .map(async url => [url, (await (await fetch(url)).arrayBuffer()).byteLength]))""",
        EXTENSION,
    )
    assert loaded, "no JavaScript of ours was loaded"
    assert all(size > 0 for _, size in loaded), f"the browser did not say how large it is: {loaded}"
    size = sum(size for _, size in loaded) / 1000
    names = ", ".join(
        f"{Path(urlsplit(url).path).name.split('.')[0]} {size / 1000:.1f}" for url, size in loaded
    )
    return Figure(
        "lab.eager",
        "JavaScript before the first panel opens",
        size,
        "kB",
        40,
        f"uncompressed: {names}",
        strictly=True,
    )


def _panels(lab: LabPage) -> Iterator[Figure]:
    for title, answer in PANELS.items():
        taken = []
        for _ in range(5):
            lab.open()
            lab.page.evaluate(DRAWN, [".od-List-item", answer])
            lab.sidebar(title)
            taken.append(lab.page.evaluate("() => window.drawn"))
        yield Figure(
            f"lab.open.{title.lower()}", f"{title}: from the answer to the drawn panel", sorted(taken)[len(taken) // 2], "ms",
            300, f"median of {len(taken)}, the first opening after a load", strictly=True,
        )  # fmt: skip


def _scrolling(lab: LabPage, *, seconds: float) -> Iterator[Figure]:
    page = lab.page
    lab.open()
    lab.sidebar("Datasets")
    page.get_by_role("button", name=re.compile("^million")).click()
    page.get_by_role("tab", name="Preview").click()
    page.get_by_role("region", name=re.compile("^Rows of million")).wait_for()
    yield _frames("rows", f"Scrolling {ROWS:,} rows", page.evaluate(SCROLL, [".od-Grid", seconds, 900]))
    lab.sidebar("Experiments")
    page.get_by_role("button", name=re.compile("^many")).click()
    page.locator(".od-RunTable tbody tr").nth(5).wait_for()
    yield _frames("runs", f"Scrolling {RUNS:,} runs", page.evaluate(SCROLL, [".od-RunTable", seconds, 300]))


def _frames(key: str, title: str, frames: list[float]) -> Figure:
    worst = seconds_text(max(frames) / 1000)
    detail = f"95th percentile of {len(frames)} frames, the longest {worst}"
    return Figure(f"lab.scroll.{key}", title, percentile(frames, 0.95), "ms", 100, detail, strictly=True)
