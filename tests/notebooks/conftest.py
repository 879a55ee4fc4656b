"""The platform that these tests use."""

from collections.abc import Iterator

import pytest

from tests.support.platform import Platform
from tests.support.shared_platform import shared_platform


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """A running platform, shared with other folders of tests."""
    with shared_platform() as running:
        yield running
