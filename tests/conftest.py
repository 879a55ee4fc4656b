"""Fixtures for every test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.runner import fork_server
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


@pytest.fixture(scope="session")
def fork_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a fork server for all tests, held open, so that it outlives the studios of each."""
    with fork_server(tmp_path_factory.mktemp("fork")) as server:
        server.connect()
        yield server.path


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[StudioUnderTest]:
    """A studio on SQLite and a folder, with nothing in it."""
    async with running_studio(tmp_path) as running:
        yield running
