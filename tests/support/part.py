"""Take a server that a test starts; where it is not installed the test skips, and in CI, which installs all, fails."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.test_parts import PartMissing


def take(find: Callable[[], Path]) -> Path:
    """Give what ``find`` finds."""
    try:
        return find()
    except PartMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(f"{missing} CI installs it with 'make parts'.")
        pytest.skip(str(missing))
