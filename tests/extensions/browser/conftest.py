"""A real Chromium in front of a real platform: hub login included, so all is under ``/user/<name>/``."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.lab_page import LabPage
from tests.support.platform import Platform
from tools.test_parts import find_chromium

PICTURES = (
    Path(os.environ.get("ONEDATA_TEST_PICTURES", "")) if os.environ.get("ONEDATA_TEST_PICTURES") else None
)


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """A platform with a shared workspace of ann, bob and vera."""
    with Platform(environment={"ONEDATA_WORKSPACES": '{"team-a": ["ann", "bob", "vera"]}'}) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of Debian's package chromium."""
    with sync_playwright() as playwright:
        options = {"executable_path": str(find_chromium()), "args": ["--no-sandbox"]}
        with playwright.chromium.launch(**options) as launched:
            yield launched


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what the pages of a test looked like when it failed."""
    report = yield
    if report.when == "call" and report.failed:
        for given in getattr(item, "funcargs", {}).values():
            for page in given if isinstance(given, list) else [given]:
                if isinstance(page, LabPage):
                    place = page.picture(f"failed-{item.name}-{page.user}")
                    report.sections.append(("Picture", str(place)))
    return report


@pytest.fixture
def lab(platform: Platform, browser: Browser, tmp_path: Path) -> Iterator[LabPage]:
    """JupyterLab as ann sees it, with nothing open; an error on its console fails the test."""
    with LabPage(platform, browser, "ann", PICTURES or tmp_path) as page:
        yield page
        page.check_console()
