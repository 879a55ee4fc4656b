"""Somebody who has been through the first hour: what the templates' defaults count on."""

from collections.abc import Iterator

import pytest
from jupyter_client import KernelManager

from tests.support.platform import Platform
from tests.support.shared_platform import Person, first_hour, shared_platform

SMALL = """
import onedata as od
od.datasets.publish(od.sql('select * from delays order by hash(flight, time_hour) limit 5000'), 'delays-small')
"""


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """A running platform, shared with other folders of tests."""
    with shared_platform() as running:
        yield running


@pytest.fixture(scope="session")
def nora(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Person:
    """A person whose workspace is as the first-hour notebook leaves it."""
    person = first_hour(platform)
    person.run_python(SMALL, tmp_path_factory.mktemp("small"))
    return person


@pytest.fixture(scope="session")
def warm(nora: Person) -> Iterator[KernelManager]:
    """A kernel for all but each template's first run: most of a run's time would go into imports."""
    with nora.kernel() as kernel:
        yield kernel
