"""Somebody who has been through the first hour: what the templates' defaults count on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_client import KernelManager

from tests.support.platform import Platform
from tests.support.shared_platform import Person, shared_platform

SMALL = """
import onedata as od
od.datasets.publish(od.sql('select * from delays order by hash(flight, time_hour) limit 5000'), 'delays-small')
"""
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """A running platform, shared with other folders of tests."""
    with shared_platform() as running:
        yield running


@pytest.fixture(scope="session")
def tess(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Person:
    """A person whose workspace is as the first-hour notebook leaves it."""
    person = Person(platform, "tess")
    executed = tmp_path_factory.mktemp("first-hour") / "executed.ipynb"
    result = person.run_notebook(
        ROOT / "notebooks" / "01-first-hour.ipynb", executed, max_flights=2_000, schedule_nightly=False
    ).result
    assert result["model"] == "delays@1"
    person.run_python(SMALL, executed.parent)
    return person


@pytest.fixture(scope="session")
def warm(tess: Person) -> Iterator[KernelManager]:
    """A kernel for what is refused: most of such a run's time went into imports."""
    with tess.kernel() as kernel:
        yield kernel
