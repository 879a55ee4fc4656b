"""Fixtures for every test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.studio import StudioUnderTest, running_studio


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[StudioUnderTest]:
    """A studio on SQLite and a folder, with nothing in it."""
    async with running_studio(tmp_path) as running:
        yield running
