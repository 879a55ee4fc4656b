"""MLflow's pages in a browser, below the platform's prefix."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from onedata.contract.workspaces import Me, Role, Workspace
from onedata_hub.mlflow_service.page import start_page
from playwright.sync_api import Page, sync_playwright

from tests.support.mlflow_service import MlflowUnderTest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture
def page(mlflow: MlflowUnderTest) -> Iterator[Page]:
    """A browser that holds Ann's token; she is in team-a too, where there is an experiment."""
    if CHROMIUM is None:
        pytest.skip("No Chromium on this machine: apt-get install chromium")
    token = mlflow.hub.add_user("ann", "team-a")
    made = mlflow.client(token, "team-a").post(
        "/api/2.0/mlflow/experiments/create", json={"name": "flights of team-a"}
    )
    assert made.status_code in (200, 400)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(extra_http_headers={"Authorization": f"Bearer {token}"})
        opened = context.new_page()
        opened.set_default_timeout(60_000)
        yield opened
        browser.close()


@pytest.mark.slow
def test_link_without_a_workspace_opens_in_ones_own(mlflow: MlflowUnderTest, page: Page):
    hosts = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(f"{mlflow.url}/#/experiments")
    page.get_by_role("link", name="Default", exact=True).wait_for()
    assert page.url.endswith("workspace=user-ann")
    assert page.get_by_text("Welcome to MLflow Assistant").count() == 0
    assert page.get_by_text("MLflow collects usage data").count() == 0
    assert hosts == {f"127.0.0.1:{mlflow.port}"}


@pytest.mark.slow
def test_link_with_a_workspace_opens_there(mlflow: MlflowUnderTest, page: Page):
    page.goto(f"{mlflow.url}/#/experiments?workspace=team-a")
    page.get_by_role("link", name="flights of team-a").wait_for()


def test_names_in_the_page_cannot_leave_their_script(tmp_path: Path):
    (tmp_path / "index.html").write_text("<html><head></head></html>")
    hostile = Workspace.model_construct(name="</script><script>alert(1)", personal=False, role=Role.viewer)
    mine = Workspace(name="user-ann", personal=True, role=Role.admin)
    me = Me.model_construct(name="ann", admin=False, default_workspace="user-ann", workspaces=[hostile, mine])
    answer = start_page(tmp_path, me)
    html = bytes(answer.body).decode()
    assert html.count("</script>") == 1
    told = json.loads(html.split("})(", 1)[1].rsplit(");</script>", 1)[0])
    assert told["workspaces"] == ["user-ann", hostile.name]
    assert answer.headers["cache-control"] == "no-store"
