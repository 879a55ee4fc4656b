"""Tests of the cluster and on it: collected with ``--cluster`` alone."""

import os
from pathlib import Path

import pytest

from tests.cluster.image_builds import LARGE_IMAGES, Built, build_images

LARGE_TOO = os.environ.get("ONEDATA_LARGE_IMAGES") == "1"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave these tests out of ``make test``: they start a Kubernetes, as root."""
    return True if not config.getoption("--cluster") and collection_path.suffix == ".py" else None


@pytest.fixture(scope="session")
def images() -> dict[str, Built]:
    """Every image that is built here, by its folder's name."""
    built = build_images(print)
    if LARGE_TOO:
        built += [build_images(print, only=image.folder)[-1] for image in LARGE_IMAGES]
    return {one.image.folder: one for one in built}
