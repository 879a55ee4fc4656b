"""Tutorials and templates come into a home once."""

from pathlib import Path

import pytest
from onedata.home import examples
from onedata.home.examples import deliver_examples


@pytest.fixture
def brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one tutorial and one template, in place of the repository's."""
    root = tmp_path / "examples"
    for name in ("notebooks/01.ipynb", "templates/etl.ipynb", "notebooks/.ipynb_checkpoints/01.ipynb"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("{}")
    monkeypatch.setattr(examples, "_examples_root", lambda: root)
    return root


@pytest.fixture
def ann(tmp_path: Path) -> Path:
    """An empty home."""
    (tmp_path / "ann").mkdir()
    return tmp_path / "ann"


def test_home_has_the_examples(brought: Path, ann: Path) -> None:
    deliver_examples(ann)
    assert (ann / "tutorials/01.ipynb").read_text() == "{}"
    assert (ann / "templates/etl.ipynb").exists()
    assert not list(ann.rglob("*checkpoints*"))


def test_changed_and_deleted_examples_stay_so(brought: Path, ann: Path) -> None:
    deliver_examples(ann)
    (ann / "tutorials/01.ipynb").write_text("mine")
    (ann / "templates/etl.ipynb").unlink()
    deliver_examples(ann)
    assert (ann / "tutorials/01.ipynb").read_text() == "mine"
    assert not (ann / "templates/etl.ipynb").exists()


def test_new_example_comes_with_the_next_start(brought: Path, ann: Path) -> None:
    deliver_examples(ann)
    (brought / "notebooks/02.ipynb").write_text("{}")
    deliver_examples(ann)
    assert (ann / "tutorials/02.ipynb").exists()


def test_home_that_is_full_gets_them_another_time(brought: Path, full_home: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        deliver_examples(full_home)
    (full_home / "data" / "large").unlink()
    deliver_examples(full_home)
    assert (full_home / "tutorials/01.ipynb").read_text() == "{}"
