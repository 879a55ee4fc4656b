"""One platform for the tests that only use it; those that break it start their own."""

from collections.abc import Iterator

import pytest

from tests.support.platform import Platform


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """A whole platform with a shared workspace, started once."""
    with Platform(environment={"ONEDATA_WORKSPACES": '{"team-a": ["ann", "bob"]}'}) as running:
        yield running
