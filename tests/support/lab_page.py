"""JupyterLab in a browser, as one user of a platform sees it.

with LabPage(platform, browser, "ann", pictures) as lab:
    lab.sidebar("Datasets")
    lab.page.get_by_role("button", name="flights").click()
    lab.picture("datasets")
"""

import re
from pathlib import Path
from types import TracebackType
from typing import Self

from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.support.platform import Platform

PATIENCE_MILLISECONDS = 30_000
LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"
# What Chromium says of answers that are refusals on purpose, and JupyterLab of itself.
_HARMLESS = ("Failed to load resource", "Service worker", "ResizeObserver")


def ensure_server(platform: Platform, user: str) -> None:
    """Start a user's server where it is not running: the tests of one platform share it."""
    if (platform.server(user) or {}).get("ready") is not True:
        platform.spawn(user)


class LabPage:
    """A user's page; their server is started where it is not running.

    Args:
        platform: The running platform.
        browser: The browser to open it in.
        user: Who logs in.
        pictures: Where screenshots go.
        size: Width and height in pixels.
        language: The browser's language.
        trusts_all: Whether it takes certificates that the machine does not know.
    """

    def __init__(
        self,
        platform: Platform,
        browser: Browser,
        user: str,
        pictures: Path,
        size: tuple[int, int] = (1280, 800),
        language: str = "en-GB",
        trusts_all: bool = False,
    ) -> None:
        self.platform = platform
        self.user = user
        self._pictures = pictures
        self._said: list[str] = []
        width, height = size
        self._context = browser.new_context(
            viewport={"width": width, "height": height}, locale=language, ignore_https_errors=trusts_all
        )
        self._context.set_default_timeout(PATIENCE_MILLISECONDS)
        self.page: Page = self._context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self._said.append(f"page error: {error}"))

    def __enter__(self) -> Self:
        self.log_in()
        self.open()
        return self

    def log_in(self) -> None:
        """Come in by the shared password."""
        ensure_server(self.platform, self.user)
        page = self.page
        page.goto(f"{self.platform.url}/hub/login")
        page.get_by_label("Username").fill(self.user)
        page.get_by_label("Password").fill(self.platform.password(self.user))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/user/**")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.picture("failed")
        self._context.close()

    def open(self, path: str = "lab?reset") -> None:
        """Load JupyterLab anew, and wait until it can be used."""
        self.page.goto(f"{self.platform.url}/user/{self.user}/{path}")
        # What was open is there again.
        self.page.locator(".jp-LabShell .lm-DockPanel-widget").first.wait_for()
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(words in message.text for words in _HARMLESS):
            self._said.append(message.text)

    def check_console(self) -> None:
        """Fail where the page has said that something went wrong."""
        assert self._said == []

    def sidebar(self, caption: str) -> None:
        """Open a panel of the left sidebar."""
        tab = self.page.get_by_role("tab", name=re.compile(rf"^{re.escape(caption)}( \(.*\))?$")).first
        if tab.get_attribute("aria-selected") != "true":
            tab.click()

    def command(self, name: str) -> None:
        """Choose a command in the palette by its words."""
        self.page.keyboard.press("Control+Shift+c")
        field = self.page.get_by_role("searchbox", name="Command Palette Section").or_(
            self.page.locator(".lm-CommandPalette-input")
        )
        field.first.fill(name)
        self.page.locator(".lm-CommandPalette-item").filter(has_text=name).first.click()

    def menu(self, *names: str) -> None:
        """Choose from the menu bar: ``menu("Settings", "Theme", "JupyterLab Dark")``."""
        self.page.get_by_role("menuitem", name=names[0], exact=True).click()
        for name in names[1:]:
            item = self.page.locator(".lm-Menu-item:visible").filter(
                has_text=re.compile(f"^{re.escape(name)}")
            )
            if name == names[-1]:
                item.first.click()
            else:
                item.first.hover()

    def notebook(self) -> None:
        """Make a notebook from the launcher, and wait until its kernel can run something."""
        self.page.get_by_role("button", name="Python 3 (One Data)").first.click()
        self.page.get_by_role("tab", name=re.compile(r"^Untitled.*\.ipynb")).wait_for()
        # The notebook calls itself idle before it has a kernel, and forgets what is run then.
        self.page.get_by_role("button", name="Python 3 (One Data) | Idle").wait_for()

    def theme(self, name: str) -> None:
        """Change to another theme."""
        self.menu("Settings", "Theme", name)
        self.page.locator(f'body[data-jp-theme-name="{name}"]').wait_for(state="attached")
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def picture(self, name: str) -> Path:
        """Keep what the page looks like."""
        self._pictures.mkdir(parents=True, exist_ok=True)
        path = self._pictures / f"{name}.png"
        self.page.screenshot(path=path)
        return path
