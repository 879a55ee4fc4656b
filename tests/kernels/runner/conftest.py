"""A studio, a fork server, and runs between them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.runner import ForkServerProcess, RunInSpool, SmallStudio, fork_server, make_run


@pytest.fixture
def studio() -> Iterator[SmallStudio]:
    studio = SmallStudio()
    studio.come()
    yield studio
    studio.go()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServerProcess]:
    with fork_server(tmp_path_factory.mktemp("fork")) as server:
        server.connect()
        yield server


@pytest.fixture
def run(
    tmp_path: Path, server: ForkServerProcess, studio: SmallStudio
) -> Iterator[Callable[..., RunInSpool]]:
    made: list[RunInSpool] = []

    def make(content: bytes, **options: Any) -> RunInSpool:
        made.append(make_run(tmp_path / "run1-1", server, studio, content, **options))
        return made[-1]

    yield make
    for job in made:
        job.stop()
