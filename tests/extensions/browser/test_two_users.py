"""Two people at once: each sees the own workspace and the shared one, and nothing of the other's."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.extensions.browser.conftest import PICTURES
from tests.support.lab_page import LabPage, ensure_server
from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]

USERS = ("ann", "bob")
PANELS = ("Datasets", "Experiments", "Models", "Jobs")
PUBLISH = """
import mlflow
import onedata as od
import pandas as pd

for workspace in {workspaces}:
    name = "of-" + workspace
    od.datasets.publish(pd.DataFrame({{"a": [1]}}), f"{{workspace}}/{{name}}")
    mlflow.set_workspace(workspace)
    mlflow.MlflowClient().create_experiment(name)
    mlflow.MlflowClient().create_registered_model(name)
"""
NOTEBOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    "cells": [],
}
FORCED = [
    "studio/api/v1/workspaces/user-ann/datasets",
    "studio/api/v1/workspaces/user-ann/jobs",
    "studio/api/v1/workspaces/user-ann/lineage?node=dataset:user-ann/of-user-ann@1",
    "local/rows?dataset=user-ann/of-user-ann@1&offset=0&limit=10",
    "mlflow/ajax-api/2.0/mlflow/experiments/get-by-name?experiment_name=of-user-ann",
    "mlflow/ajax-api/2.0/mlflow/registered-models/get?name=of-user-ann",
]
ASK = """async ([path, workspace]) => {
    const xsrf = decodeURIComponent(document.cookie.match(/_xsrf=([^;]+)/)[1]);
    const answer = await fetch(path, { headers: { 'X-XSRFToken': xsrf, 'X-MLFLOW-WORKSPACE': workspace } });
    const said = await answer.json().catch(() => ({}));
    return [answer.status, said.detail ?? said.message ?? ''];
}"""


@pytest.fixture(scope="module")
def things(platform: Platform) -> None:
    """A dataset, an experiment, a model and a job in the workspace of each, and in the one they share."""
    for user, workspaces in zip(USERS, (["user-ann", "team-a"], ["user-bob"]), strict=True):
        ensure_server(platform, user)
        with platform.kernel(user) as kernel:
            kernel.run(PUBLISH.format(workspaces=workspaces), seconds=120)
        with platform.client(user) as client:
            for workspace in workspaces:
                path = f"/services/studio/api/v1/workspaces/{workspace}/jobs"
                job = {"name": f"of-{workspace}", "notebook": NOTEBOOK}
                client.post(path, json=job).raise_for_status()


@pytest.fixture(scope="module")
def labs(
    platform: Platform, browser: Browser, things: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[LabPage]]:
    """JupyterLab of both, each in a browser context and a server of their own."""
    pictures = PICTURES or tmp_path_factory.mktemp("pictures")
    with (
        LabPage(platform, browser, "ann", pictures) as ann,
        LabPage(platform, browser, "bob", pictures) as bob,
    ):
        yield [ann, bob]
        ann.check_console()
        bob.check_console()


def entries(lab: LabPage, panel: str) -> Locator:
    """Find what a panel lists."""
    return lab.page.get_by_role("list", name=panel, exact=True).get_by_role("button", name=re.compile("^of-"))


def choose(lab: LabPage, workspace: str) -> None:
    lab.page.get_by_role("combobox", name="Workspace").locator("visible=true").select_option(workspace)


def test_each_sees_the_own_workspace_and_both_see_the_shared_one(labs: list[LabPage]) -> None:
    for panel in PANELS:
        for lab in labs:
            lab.sidebar(panel)
            expect(entries(lab, panel)).to_have_text([re.compile(f"^of-user-{lab.user}")])
            workspaces = lab.page.get_by_role("combobox", name="Workspace").locator("visible=true")
            expect(workspaces.get_by_role("option")).to_have_text([f"user-{lab.user}", "team-a"])
    for lab in labs:
        choose(lab, "team-a")
        for panel in PANELS:
            lab.sidebar(panel)
            expect(entries(lab, panel)).to_have_text([re.compile("^of-team-a")])
        lab.picture(f"two-users-{lab.user}")


def ask(lab: LabPage, path: str, workspace: str = "") -> list[Any]:
    """Ask in a page, as its scripts do; give the status, and what is said of a refusal."""
    answer: list[Any] = lab.page.evaluate(ASK, [path, workspace])
    return answer


def test_request_for_the_other_s_workspace_is_refused_with_a_sentence(labs: list[LabPage]) -> None:
    ann, bob = labs
    for path in FORCED:
        assert ask(ann, f"/user/ann/onedata/{path}", "user-ann")[0] == 200, path
        status, sentence = ask(bob, f"/user/bob/onedata/{path}", "user-ann")
        assert status in (403, 404), path
        assert re.search(r"'?user-ann'?.*\.$", sentence), (path, sentence)
        # Nor by the way through her server.
        assert ask(bob, f"/user/ann/onedata/{path}", "user-ann")[0] in (403, 404), path
