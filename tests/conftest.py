"""Fixtures for every test."""

import gc
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
# Of what `--quick` leaves out: places whose tests start processes or take seconds each, and fixtures that do.
_NOT_QUICK = (
    *_LONG,
    "tests/bench",
    "tests/cluster",
    "tests/docs/test_code_runs.py",
    "tests/extensions",
    "tests/hub/backends/compute",
    "tests/hub/backends/objects/test_dvc.py",
    "tests/hub/bundle",
    "tests/hub/launch/test_diagnosis.py",
    "tests/hub/launch/test_proxy.py",
    "tests/hub/studio/datasets/test_dvc.py",
    "tests/hub/studio/jobs/test_faults.py",
    "tests/hub/studio/jobs/test_machine.py",
    "tests/kernels/runner",
)
_SERVERS = frozenset(
    {"cluster", "fork_socket", "mlflow", "postgres", "postgres_url", "s3_gateway", "served", "served_both"}
)
# These share a platform or a service each: what another worker starts again costs up to a minute.
_ONE_WORKER = {
    "tests/notebooks/": "first hour",
    "tests/templates/": "first hour",
    "tests/docs/test_code_runs.py": "first hour",
    **{
        f"tests/platform/test_{name}.py": "platform"
        for name in ("first_hour", "login", "run_tokens", "selftest", "servers")
    },
    **{f"tests/hub/mlflow_service/test_{name}.py": "mlflow" for name in ("access", "lineage", "page")},
}


class _ByPlatform(LoadScopeScheduling):
    """Keeps each file's tests in one worker, and the files that share a platform."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((group for start, group in _ONE_WORKER.items() if file.startswith(start)), file)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let those ask for a cluster who have one; without it nothing of a cluster is collected or tried."""
    parser.addoption("--cluster", action="store_true", help="run what needs Kubernetes: make test-cluster")
    parser.addoption(
        "--quick", action="store_true", help="leave out what takes long: platforms, kernels, PostgreSQL, S3"
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _ByPlatform:
    """Spread the tests over the workers; marks of xdist_group have no effect under this pytest."""
    return _ByPlatform(config, log)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out of the quick set what would only be collected to be left out."""
    place = collection_path.relative_to(config.rootpath).as_posix() if config.getoption("--quick") else ""
    return True if place.startswith(_NOT_QUICK) else None


def _is_quick(item: pytest.Item) -> bool:
    """Say whether a test takes neither long nor a server: by its marks, its fixtures and its variant."""
    fixtures = getattr(item, "fixturenames", ())
    return not (
        _SERVERS.intersection(fixtures)
        or any(part in item.name for part in ("postgresql", "s3"))
        or item.get_closest_marker("slow")
        or item.get_closest_marker("platform")
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes long; with ``--quick``, leave that out."""
    if config.getoption("--quick"):
        left_out = [item for item in items if not _is_quick(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _is_quick(item)]
    items.sort(
        key=lambda item: next((n for n, part in enumerate(_LONG) if item.nodeid.startswith(part)), len(_LONG))
    )


def pytest_configure() -> None:
    """Look for no garbage while modules are loaded: that took half of the time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage among what the tests make alone: what was imported for them stays."""
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """Leave the end of the process to find what it is used to."""
    gc.unfreeze()


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
