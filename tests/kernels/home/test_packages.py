"""Packages that people add: found by every Python of theirs, never in place of the platform's own."""

import subprocess
import sys
from pathlib import Path

import numpy
import pytest
from onedata.contract.homes import packages_of
from onedata.home.conflicts import conflicts_of, left_behind
from onedata.home.mending import put_aside
from onedata.home.packages import make_packages, site_of, what_breaks, with_packages

from tests.kernels.home.serving import environment_of, run_in
from tests.kernels.home.wheels import make_wheel

OFFLINE = "--no-index --find-links"


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    return tmp_path / "wheels"


def in_home(home: Path, script: str) -> "subprocess.CompletedProcess[str]":
    """Run a script as in a terminal of the server."""
    return run_in(home, "sh", "-c", script, UV_OFFLINE="1")


def added(home: Path) -> set[str]:
    return {one.name for one in site_of(packages_of(home)).glob("*.dist-info")}


@pytest.mark.parametrize("uv", ["uv", "python -m uv"])
def test_what_is_added_is_there_at_the_next_start(home: Path, wheels: Path, uv: str):
    make_wheel(wheels, "odd", "1.0")
    done = in_home(home, f"{uv} pip install {OFFLINE} {wheels} odd")
    assert done.returncode == 0, done.stderr
    found = in_home(home, "python -c 'import odd; print(odd.version)'")
    assert found.stdout == "1.0\n", found.stderr


def test_the_server_itself_does_without_what_was_added(home: Path, wheels: Path):
    make_wheel(wheels, "odd", "1.0")
    assert in_home(home, f"uv pip install {OFFLINE} {wheels} odd").returncode == 0
    assert "No module named 'odd'" in in_home(home, "python -s -c 'import odd'").stderr


def test_another_version_of_what_the_platform_brings_is_refused(home: Path, wheels: Path):
    make_wheel(wheels, "numpy", "0.1")
    done = in_home(home, f"uv pip install {OFFLINE} {wheels} numpy==0.1")
    assert done.returncode != 0
    assert f"numpy=={numpy.__version__}" in done.stderr
    assert added(home) == set()


def test_what_got_in_even_so_does_not_replace_the_platforms(home: Path, wheels: Path):
    make_wheel(wheels, "numpy", "0.1")
    done = in_home(home, f"UV_CONSTRAINT= uv pip install {OFFLINE} {wheels} numpy==0.1")
    assert done.returncode == 0, done.stderr
    for python in ("python", '"$ONEDATA_PACKAGES/bin/python"'):
        found = in_home(home, f"{python} -c 'import numpy; print(numpy.__version__)'")
        assert found.stdout.strip() == numpy.__version__, found.stderr
    told = conflicts_of(packages_of(home))
    assert told == [f"numpy 0.1 was added, and {numpy.__version__} is used: the platform brings that one."]


def test_an_environment_of_ones_own_gets_what_is_added_in_it(home: Path, wheels: Path):
    make_wheel(wheels, "odd", "1.0")
    script = f"mkdir p; cd p; uv venv -q --python {sys.executable}; "
    for way in (
        f"uv pip install {OFFLINE} {wheels} odd",
        f". .venv/bin/activate; cd /; uv pip install {OFFLINE} {wheels} odd",
    ):
        done = in_home(home, f"rm -rf p; {script} {way}")
        assert done.returncode == 0, done.stderr
        assert list((home / "p").rglob("odd-1.0.dist-info"))
        assert added(home) == set()


def test_what_no_longer_fits_is_said(home: Path, wheels: Path):
    make_wheel(wheels, "odd", "1.0", "numpy<0.5", "nowhere-to-be-found", "pandas>=1")
    make_packages(packages_of(home))
    done = in_home(home, f"uv pip install --no-deps {OFFLINE} {wheels} odd")
    assert done.returncode == 0, done.stderr
    assert conflicts_of(packages_of(home)) == [
        f"odd 1.0 needs numpy<0.5; here it is {numpy.__version__}.",
        "odd 1.0 needs nowhere-to-be-found, which is not here.",
    ]


def test_what_another_python_had_is_named(home: Path, wheels: Path):
    make_wheel(wheels, "odd", "1.0")
    assert in_home(home, f"uv pip install {OFFLINE} {wheels} odd").returncode == 0
    packages = packages_of(home)
    other = packages.with_name("python3.9")
    packages.rename(other)
    (other / "lib" / packages.name).rename(other / "lib" / "python3.9")
    assert left_behind(home) == {"python3.9": ["odd"]}


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("bad.pth", "import sys; sys.exit('gone wrong')\n", "SystemExit: gone wrong"),
        ("sitecustomize.py", "import os; os._exit(3)\n", "Python ends at once with them, with status 3."),
    ],
)
def test_packages_that_break_python_are_told_with_their_words_and_renamed_away(
    home: Path, file: str, content: str, said: str
):
    packages = packages_of(home)
    make_packages(packages)
    assert what_breaks(packages, environment_of(home)) == ""
    (site_of(packages) / file).write_text(content)
    assert what_breaks(packages, environment_of(home)) == said
    [(before, after)] = put_aside(home, "packages")
    assert (before, after.parent) == (packages, packages.parent)
    assert (after / "lib" / packages.name / "site-packages" / file).read_text() == content
    assert what_breaks(packages, environment_of(home)) == ""


def test_a_kernel_is_not_told_of_an_environment_that_it_is_not_in(home: Path):
    environment = with_packages(environment_of(home), packages_of(home))
    assert (
        "VIRTUAL_ENV" not in environment
    )  # IPython would put what it names before the kernel's own packages
    assert with_packages({"VIRTUAL_ENV": "/own"}, packages_of(home))["VIRTUAL_ENV"] == "/own"


def test_uv_keeps_its_downloads_out_of_the_home_where_there_is_a_place_for_them(home: Path):
    told = with_packages({"ONEDATA_CACHE_DIR": "/tmp/cache"}, packages_of(home))
    assert told["UV_CACHE_DIR"] == "/tmp/cache/uv"
