"""The adapters of the compute port, and a studio that the runners they start can tell."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from onedata_hub.backends.compute import ComputeBackend, LocalCompute

from tests.support.runner import SmallStudio, end_runners


@pytest.fixture
def studio() -> Iterator[SmallStudio]:
    studio = SmallStudio()
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
    forked = getattr(request, "param", "forked") == "forked"
    backend = LocalCompute(tmp_path / "spool", use_fork_server=forked, fork_socket=fork_socket)
    await backend.prepare()
    yield backend
    await backend.close()
    end_runners(tmp_path / "spool")
