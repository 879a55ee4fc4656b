"""Experiments in JupyterLab: runs of a kernel, found, compared, looked into, and watched while they run."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.support.lab_page import DARK, LIGHT, LabPage, ensure_server
from tests.support.platform import Platform
from tests.support.server_kernel import Kernel

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]

TRAIN = """
import json, math, os
from pathlib import Path

# As JupyterLab starts a kernel for a notebook.
home = Path(os.environ["JUPYTERHUB_ROOT_DIR"] if "JUPYTERHUB_ROOT_DIR" in os.environ else Path.home())
notebook = home / "train.ipynb"
cells = [{"cell_type": "code", "id": "one", "source": "depth = 3", "metadata": {}, "outputs": [], "execution_count": None}]
metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}  # or JupyterLab asks for a kernel
notebook.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))
os.environ["JPY_SESSION_NAME"] = str(notebook)

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import mlflow
import onedata as od
import pandas as pd
from mlflow.entities import Metric, Param

od.datasets.publish(pd.DataFrame({"x": [1.0, 2.0]}), "measurements")
od.datasets.load("measurements")
mlflow.set_experiment("delays")
client = mlflow.MlflowClient()
for number, rate in enumerate((0.1, 0.05, 0.01), start=1):
    with mlflow.start_run(run_name=f"trial-{number}") as run:
        mlflow.log_params({"rate": rate, "solver": "auto"})
        loss = [Metric("loss", math.exp(-rate * step), 1_000 * step, step) for step in range(100)]
        hits = [Metric("accuracy", 1 - one.value / 2 - one.step % 7 / 50, one.timestamp, one.step) for one in loss]
        client.log_batch(run.info.run_id, metrics=[*loss, *hits, Metric("rows", 1_000 * number, 0, 0)])
        figure, axes = plt.subplots(figsize=(4, 3))
        axes.plot([one.value for one in loss])
        mlflow.log_figure(figure, "plots/loss.png")
        mlflow.log_text("what was done", "notes.txt")
"""


@pytest.fixture(scope="module")
def kernel(platform: Platform) -> Iterator[Kernel]:
    """A kernel of ann's that has trained three runs."""
    ensure_server(platform, "ann")
    with platform.kernel("ann") as started:
        started.run(TRAIN, seconds=120)
        yield started


def open_delays(lab: LabPage) -> None:
    lab.sidebar("Experiments")
    experiments = lab.page.get_by_role("list", name="Experiments")
    experiments.get_by_role("button", name=re.compile("^delays")).click()
    lab.page.get_by_role("table", name="Runs of delays").wait_for()


def open_run(lab: LabPage, name: str) -> None:
    open_delays(lab)
    lab.page.get_by_role("button", name=name, exact=True).click()
    lab.page.get_by_role("heading", name=name).wait_for()


def test_runs_selected_are_drawn_over_one_another_and_what_differs_is_marked(
    lab: LabPage, kernel: Kernel
) -> None:
    open_delays(lab)
    page = lab.page
    for name in ("trial-1", "trial-3"):
        page.get_by_role("checkbox", name=f"Compare {name}").check()
    lab.picture("experiments")
    page.get_by_role("button", name="Compare", exact=True).click()
    curves = page.get_by_role("region", name="Curves of loss")
    drawn = curves.get_by_role("img", name=re.compile("^Last values: trial-1 .*, trial-3 "))
    expect(drawn).to_be_visible()
    page.get_by_label("Smoothing").fill("0.6")
    page.get_by_role("checkbox", name="Logarithmic").check()
    lab.picture("experiments-curves")
    page.get_by_role("tab", name="Differences (2)").click()
    differences = page.get_by_role("table", name="Differences")
    expect(differences.get_by_role("row", name="rate differs 0.1 0.01")).to_be_visible()
    expect(differences.get_by_role("row", name="solver auto auto")).to_be_visible()
    lab.theme(DARK)
    lab.picture("experiments-differences")
    lab.theme(LIGHT)


def test_columns_are_chosen_and_stay_so_after_a_reload(lab: LabPage, kernel: Kernel) -> None:
    open_delays(lab)
    page = lab.page
    header = page.get_by_role("columnheader", name="solver")
    header.wait_for()
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("dialog", name="Columns").get_by_role("checkbox", name="solver").uncheck()
    expect(header).to_have_count(0)
    lab.open()
    open_delays(lab)
    page.get_by_role("columnheader", name="rate").wait_for()
    expect(header).to_have_count(0)


def test_filter_that_mlflow_refuses_says_why_and_one_it_takes_leaves_what_it_finds(
    lab: LabPage, kernel: Kernel
) -> None:
    open_delays(lab)
    page = lab.page
    field = page.get_by_role("searchbox", name="Filter runs")
    field.fill("loss under 1")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Invalid clause(s) in filter string")
    field.fill('params.rate = "0.05"')
    field.press("Enter")
    expect(page.get_by_role("checkbox", name=re.compile("^Compare"))).to_have_count(1)
    expect(page.get_by_role("button", name="trial-2", exact=True)).to_be_visible()


def test_run_names_its_data_shows_its_image_and_says_when_its_notebook_has_changed(
    lab: LabPage, kernel: Kernel
) -> None:
    open_run(lab, "trial-2")
    page = lab.page
    expect(page.get_by_role("button", name="user-ann/measurements@1")).to_be_visible()
    expect(page.get_by_role("button", name="train.ipynb")).to_be_visible()
    page.get_by_role("tab", name="Artefacts").click()
    page.get_by_role("button", name="plots").click()
    page.get_by_role("button", name=re.compile("^loss.png")).click()
    image = page.get_by_role("img", name="plots/loss.png")
    expect(image).to_have_js_property("naturalWidth", 400)
    expect(page.get_by_text("changed since this run")).to_have_count(0)
    lab.picture("experiments-run")
    kernel.run('notebook.write_text(notebook.read_text().replace("depth = 3", "depth = 4"))')
    lab.open()
    open_run(lab, "trial-2")
    expect(page.get_by_text("changed since this run")).to_be_visible()
    page.get_by_role("button", name="train.ipynb").click()
    page.get_by_role("tab", name="train.ipynb").wait_for()
    open_run(lab, "trial-2")
    page.get_by_role("button", name="Open as it ran").click()
    page.get_by_role("tab", name=re.compile(r"^train-[0-9a-f]{8}\.ipynb")).wait_for()
    copy = page.get_by_role("main").locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(copy).to_contain_text("depth = 3")
    lab.picture("experiments-notebook-as-it-ran")


def test_run_that_goes_on_is_seen_to_go_on_and_to_end(lab: LabPage, kernel: Kernel) -> None:
    kernel.run("live = client.create_run(run.info.experiment_id, run_name='live').info.run_id")
    open_run(lab, "live")
    shown = lab.page.get_by_role("tabpanel", name="live")
    expect(shown.get_by_text("Running", exact=True)).to_be_visible()
    kernel.run("client.log_metric(live, 'loss', 0.125)")
    expect(shown.get_by_role("row", name="loss 0.125")).to_be_visible(timeout=15_000)
    kernel.run("client.set_terminated(live, 'FAILED')")
    expect(shown.get_by_text("Failed", exact=True)).to_be_visible(timeout=15_000)
