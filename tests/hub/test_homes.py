"""Homes: private, and with the tutorials once."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onedata_hub import homes
from onedata_hub.homes import home_of, prepare_home


@pytest.fixture
def examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one tutorial and one template, in place of the repository's."""
    root = tmp_path / "examples"
    for name in ("notebooks/01.ipynb", "templates/etl.ipynb", "notebooks/.ipynb_checkpoints/01.ipynb"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("{}")
    monkeypatch.setattr(homes, "_examples_root", lambda: root)
    return root


def test_home_is_private_and_has_the_examples(examples: Path, tmp_path: Path) -> None:
    home = tmp_path / "homes" / "ann"
    prepare_home(home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert (home / "tutorials/01.ipynb").read_text() == "{}"
    assert (home / "templates/etl.ipynb").exists()
    assert not list(home.rglob("*checkpoints*"))


def test_changed_and_deleted_examples_stay_so(examples: Path, tmp_path: Path) -> None:
    prepare_home(tmp_path / "ann")
    (tmp_path / "ann/tutorials/01.ipynb").write_text("mine")
    (tmp_path / "ann/templates/etl.ipynb").unlink()
    prepare_home(tmp_path / "ann")
    assert (tmp_path / "ann/tutorials/01.ipynb").read_text() == "mine"
    assert not (tmp_path / "ann/templates/etl.ipynb").exists()


def test_new_example_comes_with_the_next_start(examples: Path, tmp_path: Path) -> None:
    prepare_home(tmp_path / "ann")
    (examples / "notebooks/02.ipynb").write_text("{}")
    prepare_home(tmp_path / "ann")
    assert (tmp_path / "ann/tutorials/02.ipynb").exists()


def test_link_in_the_place_of_a_home_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ann").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermissionError, match="is a link"):
        prepare_home(tmp_path / "ann")


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_homes_lie_in_their_folder_and_no_two_users_share_one(one: str, other: str) -> None:
    homes_folder = Path("/homes")
    assert home_of(homes_folder, one).parent == homes_folder
    assert home_of(homes_folder, one).name not in (".", "..")
    assert (home_of(homes_folder, one) == home_of(homes_folder, other)) is (one == other)
