"""What the tests of jobs in JupyterLab share: notebooks, jobs made behind the page, and where things are on it."""

import re
import time
from typing import Any

from playwright.sync_api import Locator, Page

from tests.support.lab_page import LabPage
from tests.support.platform import Platform

RUN_SECONDS = 60_000
STUDIO = "/services/studio/api/v1"
OWN = f"{STUDIO}/workspaces/user-ann"


def notebook(*sources: str) -> dict[str, Any]:
    """Give a notebook of code cells, the first of them tagged ``parameters``."""
    cells = [
        {
            "id": f"cell-{place}",
            "cell_type": "code",
            "metadata": {} if place else {"tags": ["parameters"]},
            "execution_count": None,
            "outputs": [],
            "source": source.strip(),
        }
        for place, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}


def put_notebook(platform: Platform, path: str, *sources: str) -> None:
    """Write a notebook into ann's files."""
    body = {"type": "notebook", "format": "json", "content": notebook(*sources)}
    with platform.client("ann") as client:
        client.put(f"/user/ann/api/contents/{path}", json=body).raise_for_status()


def make_job(platform: Platform, name: str, *sources: str, start: bool = False) -> None:
    """Make a job of ann's, and start it if asked to."""
    with platform.client("ann") as client:
        made = client.post(f"{OWN}/jobs", json={"name": name, "notebook": notebook(*sources)})
        job = made.raise_for_status().json()
        if start:
            client.post(f"{OWN}/jobs/{job['id']}/runs", json={}).raise_for_status()


def file_of(page: Page, name: str) -> Locator:
    """Find a file in the file browser, which shows it after it has looked again."""
    page.get_by_role("button", name=re.compile("^Refresh")).first.click()
    return page.get_by_role("listitem", name=re.compile(f"^Name: {re.escape(name)}"))


def runs(page: Page) -> Locator:
    """Find the table of runs."""
    return page.get_by_role("table", name="Runs")


def open_runs(lab: LabPage, job: str, workspace: str = "user-ann") -> None:
    """Open a job in the sidebar; the page shows its runs."""
    lab.sidebar("Jobs")
    lab.page.get_by_role("combobox", name="Workspace").first.select_option(workspace)
    listed_job(lab.page, job).click()
    lab.page.get_by_role("region", name=job, exact=True).wait_for()


def listed_job(page: Page, job: str) -> Locator:
    """Find a job in the sidebar."""
    return page.get_by_role("list", name="Jobs").get_by_role("button", name=re.compile(f"^{job}"))


def wait_for_end(client: Any, path: str) -> None:
    """Wait until a run has ended."""
    end = time.monotonic() + RUN_SECONDS / 1000
    while client.get(path).raise_for_status().json()["state"] in ("queued", "running"):
        assert time.monotonic() < end
        time.sleep(0.3)
