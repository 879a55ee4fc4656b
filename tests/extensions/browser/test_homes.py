"""What JupyterLab says of a home that is in the way, and what it does about it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.extensions.browser.conftest import PICTURES
from tests.support.lab_page import DARK, LabPage
from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]

WORDS = "Your own settings keep the server from starting, and are left out"


def test_settings_that_end_the_server_are_told_of_and_renamed_away(
    platform: Platform, browser: Browser, tmp_path: Path
) -> None:
    settings = platform.folder / "homes" / "hal" / ".jupyter"
    settings.mkdir(parents=True)
    (settings / "jupyter_server_config.py").write_text("raise SystemExit('these are mine')\n")
    with LabPage(platform, browser, "hal", PICTURES or tmp_path) as lab:
        told = lab.page.get_by_role("alert").filter(has_text=WORDS)
        expect(told).to_be_visible()
        lab.picture("home")
        told.get_by_role("button", name="Details").press("Enter")
        dialog = lab.page.get_by_role("dialog")
        expect(dialog).to_contain_text("The server said: these are mine")
        expect(dialog).to_contain_text("Renamed away, they can be put right and taken back.")
        lab.picture("home-details")
        dialog.get_by_role("button", name="Rename them away").press("Enter")
        expect(lab.page.get_by_role("alert").filter(has_text="Done: nothing was deleted.")).to_be_visible()
        lab.theme(DARK)
        lab.picture("home-dark")
        lab.check_console()
    (aside,) = settings.glob("jupyter_server_config.py.aside-*")
    assert aside.read_text() == "raise SystemExit('these are mine')\n"
    platform.stop_server("hal")
    with LabPage(platform, browser, "hal", PICTURES or tmp_path) as lab:
        expect(lab.page.get_by_role("heading", name="One Data")).to_be_visible()
        expect(lab.page.get_by_text(WORDS)).to_have_count(0)
        lab.check_console()
