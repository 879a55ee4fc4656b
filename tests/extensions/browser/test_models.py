"""Models in JupyterLab: a run's model is registered, given an alias, looked into and loaded."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.lab_page import DARK, LIGHT, LabPage, ensure_server
from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]

TRAIN = """
import mlflow
import onedata as od
import pandas as pd
from mlflow.models import infer_signature
from sklearn.linear_model import Ridge

table = pd.DataFrame({"distance": [1.0, 2.0, 3.0], "hour": [4.0, 5.0, 7.0], "delay": [1.0, 2.0, 4.0]})
od.datasets.publish(table, "punctuality")
table = od.datasets.load("punctuality")
features = table[["distance", "hour"]]


def train(name):
    mlflow.set_experiment("models")
    with mlflow.start_run(run_name=name):
        model = Ridge().fit(features, table["delay"])
        signature = infer_signature(features, model.predict(features))
        return mlflow.sklearn.log_model(model, name="model", signature=signature)


train("first")
mlflow.set_workspace("team-a")
mlflow.register_model(train("shared").model_uri, "shared-model")
"""


@pytest.fixture(scope="module", autouse=True)
def runs(platform: Platform) -> None:
    """A run of ann's that logged a model, and a registered model of the team's."""
    ensure_server(platform, "ann")
    with platform.kernel("ann") as kernel:
        kernel.run(TRAIN, seconds=180)


def test_model_of_a_run_is_registered_and_shows_what_stands_behind_it(lab: LabPage) -> None:
    page = lab.page
    lab.sidebar("Experiments")
    page.get_by_role("list", name="Experiments").get_by_role("button", name=re.compile("^models")).click()
    page.get_by_role("button", name="first", exact=True).click()
    page.get_by_role("button", name="Register as model…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name of the model").fill("delay-model")
    dialog.get_by_role("button", name="Register").click()
    page.get_by_text("Registered as version 1 of delay-model").wait_for()
    page.get_by_role("button", name="Open", exact=True).click()
    lab.sidebar("Models")
    page.get_by_role("list", name="Models").get_by_role("button", name=re.compile("^delay-model")).wait_for()
    versions = page.get_by_role("table", name="Versions")
    row = versions.get_by_role("row", name=re.compile("^version 1"))
    expect(row.get_by_role("button", name="first")).to_be_visible()
    expect(row.get_by_role("button", name="user-ann/punctuality@1")).to_be_visible()
    page.get_by_label("Add an alias").fill("champion")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("@champion")
    expect(page.get_by_text("Registered as version 1 of delay-model")).to_be_hidden()
    lab.picture("models")
    page.get_by_role("tab", name="Signature").click()
    inputs = page.get_by_role("region", name="Inputs")
    expect(inputs.get_by_role("row", name="distance double yes")).to_be_visible()
    page.get_by_role("tab", name="Lineage").click()
    graph = page.get_by_role("group", name=re.compile("^Lineage"))
    expect(graph.get_by_role("button", name=re.compile("^delay-model"))).to_be_visible()
    lab.theme(DARK)
    lab.picture("models-lineage")
    lab.theme(LIGHT)
    graph.get_by_role("button", name=re.compile("^punctuality")).click()
    page.get_by_role("heading", name="user-ann/punctuality").wait_for()


def test_code_that_loads_a_team_s_model_runs_as_it_was_inserted(lab: LabPage) -> None:
    page = lab.page
    lab.notebook()
    lab.sidebar("Models")
    page.get_by_role("combobox", name="Workspace").select_option("team-a")
    page.get_by_role("list", name="Models").get_by_role("button", name=re.compile("^shared-model")).click()
    page.get_by_role("button", name="Insert code to load").click()
    cell = page.locator(".jp-CodeCell .cm-content").first
    expect(cell).to_contain_text('shared_model = mlflow.pyfunc.load_model("models:/shared-model/1")')
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".jp-InputPrompt").filter(has_text="[1]:")).to_be_visible(timeout=60_000)
    expect(page.locator(".jp-OutputArea").filter(has_text="Error")).to_have_count(0)


def test_viewer_reads_a_model_and_sees_no_way_to_change_it(
    platform: Platform, browser: Browser, tmp_path: Path
) -> None:
    with platform.client("admin") as admin:
        path = "/services/studio/api/v1/workspaces/team-a/members/vera"
        assert admin.put(path, json={"role": "viewer"}).status_code == 200
    with LabPage(platform, browser, "vera", tmp_path) as lab:
        page = lab.page
        lab.sidebar("Models")
        page.get_by_role("combobox", name="Workspace").select_option(label="team-a (read only)")
        page.get_by_role("button", name=re.compile("^shared-model")).click()
        table = page.get_by_role("table", name="Versions")
        table.get_by_role("button", name="shared").click()
        page.get_by_role("heading", name="shared").wait_for()
        expect(page.get_by_role("tab", name="Artefacts")).to_be_visible()
        expect(page.get_by_role("button", name="Register as model…")).to_have_count(0)
        page.get_by_role("tab", name="shared-model").click()
        expect(table).to_be_visible()
        assert page.get_by_label("Add an alias").count() == 0
        assert page.get_by_role("button", name=re.compile("^Edit")).count() == 0
        lab.check_console()
