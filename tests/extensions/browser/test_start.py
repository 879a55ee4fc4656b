"""Where people start: templates in the launcher, the server in the status bar, and what is told unasked."""

import re
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.support.lab_page import DARK, LIGHT, LabPage
from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]

IDLE_SECONDS = 80  # the warning comes when a quarter of it is left
HIDE = """hidden => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    """A platform that soon stops idle servers."""
    with Platform(environment={"ONEDATA_IDLE_TIMEOUT_SECONDS": str(IDLE_SECONDS)}) as running:
        yield running


def card(lab: LabPage, title: str) -> Locator:
    return lab.page.locator(".jp-LauncherCard").filter(has_text=title)


def start_run(lab: LabPage, name: str, source: str) -> None:
    """Start a run of ann's, as a notebook elsewhere would."""
    cell: dict[str, Any] = {"cell_type": "code", "id": "a", "metadata": {"name": "fit"}, "execution_count": None,
            "outputs": [], "source": source}  # fmt: skip
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": [cell], "metadata": {"kernelspec": kernelspec}, "nbformat": 4, "nbformat_minor": 5}
    workspace = "/services/studio/api/v1/workspaces/user-ann"
    with lab.platform.client("ann") as client:
        made = client.post(f"{workspace}/jobs", json={"name": name, "notebook": notebook})
        assert made.status_code == 201, made.text
        run = client.post(f"{workspace}/jobs/{made.json()['id']}/runs", json={})
        assert run.status_code == 201, run.text


def end_kernels(platform: Platform) -> None:
    """End what an earlier test has left: a server with a kernel that starts or computes is not idle."""
    with platform.client("ann") as client:
        for kernel in client.get("/user/ann/api/kernels").json():
            client.delete(f"/user/ann/api/kernels/{kernel['id']}").raise_for_status()


def last_activity(platform: Platform) -> datetime:
    server = platform.server("ann")
    assert server is not None
    return datetime.fromisoformat(server["last_activity"])


def test_template_opens_as_a_new_notebook_in_the_folder_at_hand(lab: LabPage) -> None:
    page = lab.page
    expect(page.get_by_role("heading", name="One Data")).to_be_visible()
    expect(card(lab, "The first hour")).to_be_visible()
    expect(card(lab, "Clean a table")).to_have_attribute("title", re.compile("Read a dataset or a file"))
    lab.picture("start")
    lab.theme(DARK)
    lab.picture("start-dark")
    lab.theme(LIGHT)
    card(lab, "Clean a table").press("Enter")
    expect(page.get_by_role("tab", name="etl.ipynb")).to_be_visible()
    expect(page.get_by_role("tab", name="Launcher")).not_to_be_visible()
    expect(page.locator(".jp-Notebook").get_by_role("heading", name="Clean a table")).to_be_visible()
    expect(page.get_by_role("listitem", name=re.compile("^Name: etl.ipynb"))).to_be_visible()


def test_status_bar_says_profile_and_memory(lab: LabPage) -> None:
    status = lab.page.get_by_role("group", name=re.compile("^Server profile: standard"))
    expect(status).to_contain_text("standard")
    expect(status).to_contain_text(re.compile(r"\d MiB / 8 GiB"))
    expect(status).to_have_attribute("title", re.compile("In use by the server and its kernels: "))
    meter = status.get_by_role("meter", name="Memory")
    assert int(meter.get_attribute("aria-valuemax") or 0) == 8 * 2**30
    assert 2**20 < int(meter.get_attribute("aria-valuenow") or 0) < 8 * 2**30


def test_run_that_has_ended_is_told_with_the_cell_it_failed_in(lab: LabPage) -> None:
    expect(lab.page.get_by_role("group", name=re.compile("^Server profile"))).to_be_visible()
    with lab.page.expect_response(re.compile(r"/workspaces/user-ann/runs\?")):
        pass  # what had ended before is known now
    start_run(lab, "score", "1 + 1")
    start_run(lab, "train", "raise ValueError('no data')")
    toasts = lab.page.get_by_role("alert")
    failed = toasts.filter(has_text=re.compile("train failed after .* in cell “fit”"))
    expect(failed).to_be_in_viewport(ratio=1, timeout=90_000)
    expect(toasts.filter(has_text=re.compile("score succeeded in"))).to_be_in_viewport(
        ratio=1, timeout=60_000
    )
    lab.picture("start-toasts")


def test_idle_server_is_announced_before_it_stops_and_can_be_kept(lab: LabPage) -> None:
    page = lab.page
    end_kernels(lab.platform)
    lab.open()
    expect(page.get_by_role("group", name=re.compile("^Server profile"))).to_be_visible()
    title = page.title()
    page.evaluate(HIDE, True)
    toast = page.get_by_role("alert").filter(has_text="This server is idle. It stops in 1 min")
    expect(page).to_have_title(f"Stops in 1 min – {title}", timeout=IDLE_SECONDS * 1000)
    expect(toast).to_be_in_viewport(ratio=1)
    lab.picture("start-idle")
    before = last_activity(lab.platform)
    toast.get_by_role("button", name="Keep it").click()
    expect(toast).not_to_be_visible()
    expect(page).to_have_title(title)
    end = time.monotonic() + 5
    while last_activity(lab.platform) <= before:
        assert time.monotonic() < end
        time.sleep(0.1)
    page.evaluate(HIDE, False)
