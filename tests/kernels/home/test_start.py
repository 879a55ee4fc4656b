"""A server starts whatever is in its home, and knows what it left out."""

import json
from pathlib import Path

import pytest
from onedata.contract.environment import HOME_TROUBLE, PACKAGES
from onedata.contract.homes import packages_of
from onedata.home.packages import make_packages, site_of
from onedata.home.room import room_of

from tests.kernels.home.serving import run_in, server_in
from tests.support.disks import fill

pytestmark = pytest.mark.timeout(300)

TROUBLE = "import json, os; print(json.dumps([one['kind'] for one in json.loads(os.environ['ONEDATA_HOME_TROUBLE'])]))"
KERNEL = "import os; print(6 * 7, os.environ.get('ONEDATA_PACKAGES') == '')"


@pytest.mark.slow
def test_a_server_starts_in_a_full_home_and_its_kernels_run(full_home: Path, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    settings = full_home / ".jupyter/lab/user-settings"
    (full_home / "data" / "large").unlink()
    settings.mkdir(parents=True)
    (settings / "kept.jupyterlab-settings").write_text("{}")
    fill(full_home / "data" / "large")
    with server_in(full_home, outside) as server:
        assert server.get("/lab").status_code == 200
        assert server.run("print(6 * 7)") == "42\n"
        assert server.run(TROUBLE) == '["full"]\n'
        assert sorted((full_home / ".jupyter").rglob("*")) == [settings.parent, settings, *settings.iterdir()]
        assert not (full_home / ".local").exists()
        assert not (full_home / ".ipython").exists()
        # What people delete in the file browser is deleted: the trash is in the home, and takes no more.
        assert server.delete("/api/contents/data/large").status_code == 204
        assert room_of(full_home).free_bytes > 2**20


@pytest.mark.slow
def test_a_server_starts_beside_broken_packages_and_settings(home: Path, tmp_path: Path):
    site = site_of(packages_of(home))
    make_packages(packages_of(home))
    (site / "ends.pth").write_text("import sys; sys.exit('these packages are broken')\n")
    (home / ".jupyter").mkdir()
    (home / ".jupyter/jupyter_server_config.py").write_text("raise SystemExit('these settings are broken')\n")
    for folder in (home / ".local/lib/python3.11/site-packages", home):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tornado.py").write_text("raise ImportError('not the real one')\n")
    startup = home / ".ipython/profile_default/startup"
    startup.mkdir(parents=True)
    (startup / "00-broken.py").write_text("raise RuntimeError('a broken startup')\n")
    (home / ".ipython/profile_default/ipython_config.py").write_text("1 / 0\n")
    outside = tmp_path / "outside"
    outside.mkdir()
    with server_in(home, outside) as server:
        assert server.get("/lab").status_code == 200
        assert server.run(KERNEL) == "42 True\n"
        assert json.loads(server.run(TROUBLE)) == ["packages", "config"]


def test_a_command_that_is_no_server_just_runs_with_the_added_packages(home: Path):
    done = run_in(home, "sh", "-c", f'printf "%s|%s" "${PACKAGES}" "${HOME_TROUBLE}"; exit 7')
    assert (done.stdout, done.returncode) == (f"{packages_of(home)}|", 7)


def test_a_command_that_is_not_there_is_named(home: Path):
    done = run_in(home, "no-such-server")
    assert done.returncode == 1
    assert "no-such-server cannot be started: No such file or directory." in done.stderr


def test_a_server_that_ends_in_good_order_is_not_started_again(home: Path):
    (home / ".jupyter").mkdir()
    (home / ".jupyter/jupyter_server_config.json").write_text("{}")
    done = run_in(home, "jupyter-lab", "--version")
    assert done.returncode == 0
    assert "starts without them" not in done.stderr
