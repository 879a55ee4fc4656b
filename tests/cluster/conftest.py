"""Tests of the cluster and on it: collected with ``--cluster`` alone."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave these tests out of ``make test``: they start a Kubernetes, as root."""
    return True if not config.getoption("--cluster") and collection_path.suffix == ".py" else None
