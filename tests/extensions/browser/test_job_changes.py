"""Jobs in JupyterLab: what is done to a run and to a job after it was made, and a form that is left half filled."""

import re

import pytest
from playwright.sync_api import Request, expect

from tests.extensions.browser.jobs import (
    RUN_SECONDS,
    file_of,
    listed_job,
    make_job,
    open_runs,
    put_notebook,
    runs,
)
from tests.support.lab_page import LabPage
from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]

TRACK = """
import mlflow
mlflow.set_experiment("from-a-job")
with mlflow.start_run(run_name="nightly fit"):
    mlflow.log_metric("rmse", 0.5)
"""
HOOK = "https://hooks.example/T0/secret-path"


def test_run_is_cancelled_and_retried_with_the_live_stream_and_without(
    lab: LabPage, platform: Platform
) -> None:
    make_job(platform, "long-one", "days: int = 7", "import time\ntime.sleep(100)", start=True)
    page = lab.page
    page.route("**/runs/events?*", lambda route: route.abort())
    open_runs(lab, "long-one")
    not_live = page.get_by_text("Not live: trying again")
    expect(not_live.first).to_be_visible()
    runs(page).get_by_role("button", expanded=False).click()
    expect(runs(page).get_by_text("running", exact=True)).to_be_visible(timeout=RUN_SECONDS)
    lab.picture("jobs-not-live")
    page.unroute("**/runs/events?*")
    expect(not_live).to_have_count(0)
    page.get_by_role("button", name="Cancel run").click()
    expect(runs(page).get_by_text("cancelled", exact=True)).to_be_visible(timeout=RUN_SECONDS)
    expect(page.get_by_role("button", name="Cancel run")).to_have_count(0)
    page.get_by_role("button", name="Retry").click()
    expect(runs(page).get_by_text("running", exact=True)).to_be_visible(timeout=RUN_SECONDS)
    attempt = page.get_by_role("definition").filter(has_text=re.compile("^2$"))
    expect(attempt).to_be_visible()
    lab.picture("jobs-retried")
    expect(not_live).to_have_count(0)
    page.get_by_role("button", name="Cancel run").click()
    expect(runs(page).get_by_text("cancelled", exact=True)).to_be_visible(timeout=RUN_SECONDS)


def test_job_is_edited_paused_resumed_and_deleted(lab: LabPage, platform: Platform) -> None:
    make_job(platform, "rota", "days: int = 7  # how far to look back", "print(days)")
    page = lab.page
    open_runs(lab, "rota")
    head = page.get_by_role("region", name="rota", exact=True)
    head.get_by_role("button", name="Edit…").click()
    form = page.get_by_role("form", name="Edit job rota")
    form.get_by_label("days", exact=True).fill("14")
    form.get_by_label("Run at set times").check()
    form.get_by_label("Cron").fill("15 3 * * *")
    form.get_by_text("Overlap, retries, profile and notifications").click()
    profile = form.get_by_label("Server profile")
    expect(profile.get_by_role("option", name="Default (Standard)")).to_be_attached()
    expect(profile.get_by_role("option", name=re.compile("^GPU: .*no NVIDIA GPU"))).to_be_disabled()
    profile.select_option(label="Small")
    expect(form.get_by_text("1 core · 2 GiB of memory")).to_be_visible()
    expect(form.get_by_label("Memory")).to_have_count(0)
    profile.select_option(label="Large")
    expect(form.get_by_label("Memory")).to_have_value("16g")
    expect(form.get_by_text("8 cores · 16 GiB of memory")).to_be_visible()
    form.get_by_label("Memory").select_option(label="32 GB")
    expect(form.get_by_text("16 GiB of memory")).to_have_count(0)
    expect(form.get_by_text("At 03:15 every day (UTC)")).to_be_visible()
    form.get_by_role("button", name="Save").scroll_into_view_if_needed()
    lab.picture("jobs-edit")
    form.get_by_role("button", name="Save").click()
    expect(head).to_contain_text("At 03:15 every day")
    expect(head.get_by_role("definition").filter(has_text=re.compile("^14$"))).to_be_visible()
    expect(
        head.get_by_role("definition").filter(has_text=re.compile("^Large · Memory: 32 GB$"))
    ).to_be_visible()
    head.get_by_role("button", name="Pause schedule").click()
    expect(head).to_contain_text("schedule is paused")
    head.get_by_role("button", name="Resume schedule").click()
    expect(head).not_to_contain_text("schedule is paused")
    expect(head.get_by_role("button", name="Pause schedule")).to_be_visible()
    head.get_by_role("button", name="Delete…").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(head).to_have_count(0)
    expect(listed_job(page, "rota")).to_have_count(0)


def test_run_that_a_notebook_tracked_leads_to_its_page(lab: LabPage, platform: Platform) -> None:
    make_job(platform, "tracked", "days: int = 7", TRACK, start=True)
    page = lab.page
    open_runs(lab, "tracked")
    runs(page).get_by_role("button", expanded=False).click()
    expect(runs(page).get_by_text("succeeded", exact=True)).to_be_visible(timeout=RUN_SECONDS)
    link = page.get_by_role("definition").get_by_role("button", name=re.compile("^[0-9a-f]{32}$"))
    link.click()
    expect(page.get_by_role("heading", name="nightly fit")).to_be_visible()


def test_half_filled_form_survives_a_reload_and_is_forgotten_when_closed(
    lab: LabPage, platform: Platform
) -> None:
    put_notebook(platform, "half.ipynb", "days: int = 7\napi_key: str = ''", "print(days)")
    page = lab.page
    file_of(page, "half.ipynb").click(button="right")
    page.get_by_role("menuitem", name="Schedule…").click()
    form = page.get_by_role("form", name="Schedule half.ipynb")
    form.get_by_text("Overlap, retries, profile and notifications").click()
    form.get_by_role("button", name="Add a notification").click()
    form.get_by_label("Webhook URL").fill(HOOK)
    form.get_by_label("Cron").fill("45 4 * * *")
    form.get_by_label("api_key").fill("hunter22")
    with page.expect_request(lambda one: keeps(one) and "31337" in said(one)) as kept:
        form.get_by_label("days").fill("31337")
    assert "hunter22" not in said(kept.value)
    assert "secret-path" not in said(kept.value)
    lab.open("lab")
    expect(form.get_by_label("days")).to_have_value("31337")
    expect(form.get_by_label("Cron")).to_have_value("45 4 * * *")
    expect(form.get_by_label("api_key")).to_have_value("")
    expect(form.get_by_label("Webhook URL")).to_have_value("")
    lab.picture("jobs-restored")
    with page.expect_request(lambda one: keeps(one) and "31337" not in said(one)):
        form.get_by_role("button", name="Cancel").click()
    lab.open("lab")
    expect(page.get_by_role("tab", name="Jobs")).to_be_visible()
    expect(form).to_have_count(0)


def keeps(request: Request) -> bool:
    """Say whether JupyterLab keeps with it what is open."""
    return request.method == "PUT" and "/lab/api/workspaces/" in request.url


def said(request: Request) -> str:
    return request.post_data or ""
