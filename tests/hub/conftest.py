"""Servers that the hub's tests share: started once, by the first test that asks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.postgres import postgres, postgres_url
from tests.support.s3 import s3_gateway
from tests.support.studio import StudioUnderTest, running_studio

__all__ = ["any_studio", "postgres", "postgres_url", "s3_gateway"]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what needs a cluster, unless it is asked for."""
    needs_cluster = collection_path.name.endswith("_on_cluster.py")
    return True if needs_cluster and not config.getoption("--cluster") else None


@pytest.fixture(params=["sqlite and a folder", "postgresql and s3"])
async def any_studio(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[StudioUnderTest]:
    """A studio on the parts of one machine, and on the parts where users outgrow it."""
    urls = {}
    if request.param == "postgresql and s3":
        urls["database_url"] = request.getfixturevalue("postgres_url")
        urls["objects_url"] = request.getfixturevalue("s3_gateway").new_url()
    async with running_studio(tmp_path, **urls) as running:
        yield running
