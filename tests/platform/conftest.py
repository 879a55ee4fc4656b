"""One platform for the tests that only use it; those that break it start their own."""

from collections.abc import Iterator

import pytest

from tests.support.platform import Platform


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """A whole platform with a shared workspace, started once."""
    with Platform(environment={"ONEDATA_WORKSPACES": '{"team-a": ["ann", "bob"]}'}) as running:
        yield running


@pytest.fixture
def own_platform() -> Iterator[Platform]:
    """A platform that is not started yet, for a test that kills parts of it."""
    made = Platform()
    try:
        yield made
    finally:
        made.remove()
