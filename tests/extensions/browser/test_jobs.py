"""Jobs in JupyterLab: a notebook run, watched, mended and scheduled; what a viewer may."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.extensions.browser.conftest import PICTURES
from tests.extensions.browser.jobs import (
    RUN_SECONDS,
    STUDIO,
    file_of,
    notebook,
    open_runs,
    put_notebook,
    runs,
    wait_for_end,
)
from tests.support.lab_page import DARK, LabPage
from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]

PARAMETERS = """
from typing import Literal

top: int = 10  # how many carriers to list
origin: Literal["EWR", "JFK", "LGA"] = "JFK"  # the airport
share: float  # what part of the flights to keep
"""
LOAD = "# Load the flights\nprint('flights from', origin)"
COUNT = "# Count them\nimport time\nfor step in range(6):\n    print('step', step, flush=True)\n    time.sleep(0.4)"
BROKEN, MENDED = "# Rank the carriers\nprint(share / 0)", "# Rank the carriers\nprint(share / 2)"


def test_notebook_runs_from_its_toolbar_and_is_watched_to_its_end(lab: LabPage, platform: Platform) -> None:
    put_notebook(platform, "Daily report.ipynb", PARAMETERS, LOAD, COUNT, MENDED)
    page = lab.page
    file_of(page, "Daily report.ipynb").dblclick()
    page.get_by_role("button", name="Run the notebook as a job, with nobody logged in").click()
    form = page.get_by_role("form", name="Run Daily report.ipynb as a job")
    expect(form.get_by_label("Name", exact=True)).to_have_value("daily-report")
    expect(form.get_by_label("top", exact=True)).to_have_value("10")
    expect(form.get_by_label("Server profile")).to_have_value("standard")  # that of this server
    form.get_by_label("top", exact=True).fill("many")
    form.get_by_role("button", name="Run", exact=True).click()
    expect(form.get_by_text("This parameter has no default. Give a value.")).to_be_visible()
    form.get_by_label("share", exact=True).fill("0.5")
    form.get_by_role("button", name="Run", exact=True).click()
    expect(form.get_by_text("takes a whole number").first).to_be_visible()
    lab.picture("jobs-form")
    form.get_by_label("top", exact=True).fill("3")
    form.get_by_role("button", name="Update and run").click()
    expect(runs(page).get_by_text("running")).to_be_visible(timeout=RUN_SECONDS)
    expect(runs(page).get_by_text("# Count them")).to_be_visible(timeout=RUN_SECONDS)
    expect(page.get_by_role("log", name="Log")).to_contain_text("step 1", timeout=RUN_SECONDS)
    lab.picture("jobs-running")
    expect(runs(page).get_by_text("succeeded")).to_be_visible(timeout=RUN_SECONDS)
    expect(runs(page).get_by_text("4 of 4 cells")).to_be_visible()
    page.get_by_role("button", name="Open executed notebook").click()
    page.get_by_text("flights from JFK").first.wait_for()


def test_failing_cell_is_named_in_the_list_and_the_mended_notebook_runs(
    lab: LabPage, platform: Platform
) -> None:
    put_notebook(platform, "ranking.ipynb", PARAMETERS, LOAD, BROKEN)
    page = lab.page
    run_from_browser(lab, "ranking.ipynb", "Run")
    expect(runs(page).get_by_text("Failed in cell “# Rank the carriers”").first).to_be_visible(
        timeout=RUN_SECONDS
    )
    failure = page.get_by_role("region", name="Failure")
    expect(failure).to_contain_text("print(share / 0)")
    expect(failure).to_contain_text("ZeroDivisionError")
    lab.picture("jobs-failed")
    put_notebook(platform, "ranking.ipynb", PARAMETERS, LOAD, MENDED)
    run_from_browser(lab, "ranking.ipynb", "Update and run")
    expect(runs(page).get_by_text("succeeded")).to_be_visible(timeout=RUN_SECONDS)
    page.get_by_role("button", name="Run again…").click()
    form = page.get_by_role("form", name="Run job ranking")
    expect(form.get_by_label("share", exact=True)).to_have_value("0.5")
    form.get_by_label("share", exact=True).fill("0.25")
    form.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("region", name="Parameters")).to_contain_text("0.25")
    expect(runs(page).get_by_text("succeeded")).to_have_count(2, timeout=RUN_SECONDS)
    page.get_by_label("State", exact=True).select_option(label="failed")
    expect(runs(page).get_by_role("row")).to_have_count(2)  # the heads, and the first run


def run_from_browser(lab: LabPage, name: str, accept: str) -> None:
    """Run a notebook as a job, from the menu of its file."""
    page = lab.page
    lab.sidebar("File Browser")
    file_of(page, name).click(button="right")
    page.get_by_role("menuitem", name="Run as Job…").click()
    form = page.get_by_role("form", name=f"Run {name} as a job")
    form.get_by_label("share", exact=True).fill("0.5")
    form.get_by_role("button", name=accept, exact=True).click()


def test_schedule_is_shown_in_words_kept_and_paused(lab: LabPage, platform: Platform) -> None:
    put_notebook(platform, "nightly.ipynb", "days: int = 7  # how far to look back", "print(days)")
    page = lab.page
    file_of(page, "nightly.ipynb").click(button="right")
    page.get_by_role("menuitem", name="Schedule…").click()
    form = page.get_by_role("form", name="Schedule nightly.ipynb")
    form.get_by_label("Repeat").select_option(label="Monday to Friday")
    form.get_by_label("At", exact=True).fill("02:30")
    expect(form.get_by_label("Cron")).to_have_value("30 2 * * 1-5")
    expect(form.get_by_text("At 02:30 on Monday through Friday")).to_be_visible()
    expect(form.get_by_role("list", name="The next times").get_by_role("listitem")).to_have_count(5)
    lab.picture("jobs-schedule")
    form.get_by_label("Cron").fill("0 0 31 2 *")
    expect(form.get_by_text("never fires").first).to_be_visible()
    form.get_by_label("Cron").fill("15 3 * * *")
    form.get_by_role("button", name="Schedule", exact=True).click()
    head = page.get_by_role("region", name="nightly", exact=True)
    expect(head).to_contain_text("At 03:15 every day")
    head.get_by_role("button", name="Pause schedule").click()
    expect(head).to_contain_text("schedule is paused")
    expect(head.get_by_role("button", name="Resume schedule")).to_be_visible()
    lab.theme(DARK)
    lab.picture("jobs-dark")


def test_viewer_sees_no_write_controls_and_hears_why(
    platform: Platform, browser: Any, tmp_path: Path
) -> None:
    job = {"name": "shared", "notebook": notebook("days: int = 7", "print(days)")}
    with platform.client("ann") as client:
        made = client.post(f"{STUDIO}/workspaces/team-a/jobs", json=job)
        made.raise_for_status()
        path = f"{STUDIO}/workspaces/team-a/jobs/{made.json()['id']}/runs"
        run = client.post(path, json={}).raise_for_status().json()
        wait_for_end(client, f"{STUDIO}/workspaces/team-a/runs/{run['id']}")
    set_role(platform, "vera", "editor")  # another test may have left her a viewer
    with LabPage(platform, browser, "vera", PICTURES or tmp_path) as lab:
        page = lab.page
        open_runs(lab, "shared", "team-a")
        page.get_by_role("button", name="Run…").click()
        set_role(platform, "vera", "viewer")
        form = page.get_by_role("form", name="Run job shared")
        form.get_by_role("button", name="Run", exact=True).click()
        expect(form.get_by_role("alert")).to_contain_text("editor")
        lab.open()
        open_runs(lab, "shared", "team-a")
        runs(page).get_by_role("button", expanded=False).first.click()
        expect(page.get_by_role("button", name="Open executed notebook")).to_be_visible()
        for name in ("Run…", "Edit…", "Delete…", "Run again…", "Retry"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)
        lab.picture("jobs-viewer")


def set_role(platform: Platform, user: str, role: str) -> None:
    """Give a user of team-a a role."""
    with platform.client("admin") as client:
        path = f"{STUDIO}/workspaces/team-a/members/{user}"
        client.put(path, json={"role": role}).raise_for_status()
