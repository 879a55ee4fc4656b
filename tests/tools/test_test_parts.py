"""The servers that tests start: one that is missing is named, and only CI insists on it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.part import take
from tools.test_parts import PartMissing, find_chromium, find_registry, find_versitygw


@pytest.mark.parametrize(
    ("find", "said"),
    [
        (find_chromium, "apt-get install chromium"),
        (find_registry, "apt-get install docker-registry skopeo"),
        (find_versitygw, r"python tools/test_parts\.py"),
    ],
)
def test_a_missing_part_says_how_to_get_it(
    find: Callable[[], Path], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("GOBIN", str(tmp_path))
    with pytest.raises(PartMissing, match=said):
        find()


def test_a_test_without_its_part_skips_and_in_ci_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="docker-registry"):
        take(find_registry)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="make parts"):
        take(find_registry)
