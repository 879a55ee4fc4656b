"""Both object stores, under one fixture."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from onedata_hub.backends.objects import ObjectStore, open_store


@pytest.fixture(params=["folder", "s3"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ObjectStore]:
    on_s3 = request.param == "s3"
    url = request.getfixturevalue("s3_gateway").new_url() if on_s3 else f"file://{tmp_path}/objects"
    opened = open_store(url)
    yield opened
    await opened.close()
