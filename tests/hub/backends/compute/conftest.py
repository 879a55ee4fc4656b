"""The adapters of the compute port, and a studio that the runners they start can tell."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from onedata_hub.backends.compute import ComputeBackend, LocalCompute

from tests.support.runner import SmallStudio, end_runners

if TYPE_CHECKING:
    from tests.hub.backends.compute.in_cluster import InCluster

_CLUSTER_SECONDS = 400


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what needs a cluster where there is none."""
    needs_cluster = (
        collection_path.name.endswith("_in_cluster.py") or collection_path.name == "test_kubernetes.py"
    )
    return True if needs_cluster and not config.getoption("--cluster") else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let each promise be kept by each adapter; by the one of a cluster with ``--cluster`` alone."""
    if "compute" in metafunc.fixturenames:
        ways = ["forked"]
        if getattr(metafunc.function, "in_both_ways", False):
            ways.append("as a command")
        if metafunc.config.getoption("--cluster"):
            ways.append("kubernetes")
        metafunc.parametrize("compute", ways, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give pods their time: a start takes seconds on an idle machine, and this one may be busy."""
    for item in items:
        if _is_in_cluster(item):
            item.add_marker(pytest.mark.timeout(_CLUSTER_SECONDS))


def _is_in_cluster(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    in_pods = callspec is not None and callspec.params.get("compute") == "kubernetes"
    return in_pods or "in_cluster" in getattr(item, "fixturenames", ())


@pytest.fixture
def studio(request: pytest.FixtureRequest) -> Iterator[SmallStudio]:
    """A studio that the runners reach: those in pods do by another address of this machine."""
    host = "127.0.0.1"
    if _is_in_cluster(request.node):
        from tests.hub.backends.compute.in_cluster import studio_host  # brings a large client library

        host = studio_host()
    studio = SmallStudio(host)
    studio.come()
    yield studio
    studio.go()


@pytest.fixture
async def compute(
    request: pytest.FixtureRequest, tmp_path: Path, fork_socket: Path
) -> AsyncIterator[ComputeBackend]:
    """Each adapter, ready; what a test left running is killed after it.

    Runs start by fork, unless a test asks for both ways: as a command each takes seconds of CPU.
    """
    if request.param == "kubernetes":
        from tests.hub.backends.compute.in_cluster import InCluster

        async with InCluster.of(request).backend() as backend:
            yield backend
        return
    local = LocalCompute(
        tmp_path / "spool", use_fork_server=request.param == "forked", fork_socket=fork_socket
    )
    await local.prepare()
    yield local
    await local.close()
    end_runners(tmp_path / "spool")


@pytest.fixture
def in_cluster(request: pytest.FixtureRequest) -> "InCluster":
    """A namespace of the test's own."""
    from tests.hub.backends.compute.in_cluster import InCluster

    return InCluster.of(request)
