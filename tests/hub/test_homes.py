"""Homes: private, and no two users' the same."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onedata_hub.homes import home_of, prepare_home


def test_home_is_private(tmp_path: Path) -> None:
    home = tmp_path / "homes" / "ann"
    prepare_home(home)
    prepare_home(home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


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
