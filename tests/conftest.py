"""Fixtures for every test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.studio import StudioUnderTest, running_studio

# What takes minutes starts first, so that no worker is left with it when the others have ended.
_LONG = ("tests/notebooks/", "tests/templates/", "tests/platform/", "tests/hub/mlflow_service/")
# These share a platform on which the first hour was run; what each worker starts again costs a minute.
_ONE_WORKER = ("tests/notebooks/", "tests/templates/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep each file's tests in one worker (xdist's loadgroup), and begin with what takes long."""
    items.sort(
        key=lambda item: next((n for n, part in enumerate(_LONG) if item.nodeid.startswith(part)), len(_LONG))
    )
    for item in items:
        shared = item.nodeid.startswith(_ONE_WORKER)
        item.add_marker(pytest.mark.xdist_group("first hour" if shared else item.nodeid.partition("::")[0]))


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[StudioUnderTest]:
    """A studio on SQLite and a folder, with nothing in it."""
    async with running_studio(tmp_path) as running:
        yield running
