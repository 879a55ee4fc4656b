"""Fixtures for every test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.cluster.client import Cluster
from tests.support.runner import fork_server
from tests.support.studio import StudioUnderTest, running_studio

# What takes minutes starts first, so that no worker is left with it when the others have ended.
_LONG = ("tests/notebooks/", "tests/templates/", "tests/platform/", "tests/hub/mlflow_service/")
# These share a platform each, with the first hour in one: what another worker starts again costs a minute.
_ONE_WORKER = {
    "tests/notebooks/": "first hour",
    "tests/templates/": "first hour",
    "tests/docs/test_code_runs.py": "first hour",
    **{f"tests/platform/test_{name}.py": "platform" for name in ("first_hour", "login", "servers")},
}


class _ByPlatform(LoadScopeScheduling):
    """Keeps each file's tests in one worker, and the files that share a platform."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((group for start, group in _ONE_WORKER.items() if file.startswith(start)), file)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let those ask for a cluster who have one; without it nothing of a cluster is collected or tried."""
    parser.addoption("--cluster", action="store_true", help="run what needs Kubernetes: make test-cluster")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _ByPlatform:
    """Spread the tests over the workers; marks of xdist_group have no effect under this pytest."""
    return _ByPlatform(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long."""
    items.sort(
        key=lambda item: next((n for n, part in enumerate(_LONG) if item.nodeid.startswith(part)), len(_LONG))
    )


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The cluster that KUBECONFIG names, or this project's own."""
    return Cluster.find()


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """A namespace of the test's own in the cluster."""
    with cluster.namespace() as name:
        yield name


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
