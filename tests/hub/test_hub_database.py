"""A hub whose database's disk is full, started as a process."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from onedata_hub.hub_database import keep_journal
from traitlets.config import Config

from tests.support.disks import fill, small_disk
from tests.support.ports import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

_TOKEN = "the-token-of-the-tests-themselves"
_START_SECONDS = 60
_CONFIG = """
from jupyterhub.proxy import Proxy
from onedata_hub.hub_database import keep_journal

class NoProxy(Proxy):
    should_start = False
    async def add_route(self, routespec, target, data): pass
    async def delete_route(self, routespec): pass
    async def get_all_routes(self): return {{}}

c = get_config()
c.JupyterHub.proxy_class = NoProxy
c.JupyterHub.hub_bind_url = "{url}/hub/"
c.JupyterHub.cookie_secret_file = "cookie"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.activity_resolution = 1  # seconds after which a token's use is noted again
c.JupyterHub.db_url = "sqlite:///{database}"
c.JupyterHub.services = [{{"name": "tests", "api_token": "{token}"}}]
c.JupyterHub.load_roles = [{{"name": "tests", "services": ["tests"], "scopes": ["admin:users", "tokens"]}}]
keep_journal(c)
"""


@contextmanager
def _running_hub(folder: Path, database: Path) -> Iterator[httpx.Client]:
    """Start a hub and give a client of its API with the tests' own token."""
    url = f"http://127.0.0.1:{free_port()}"
    (folder / "jupyterhub_config.py").write_text(_CONFIG.format(url=url, database=database, token=_TOKEN))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "jupyterhub"], cwd=folder, stdout=log, stderr=log)
    headers = {"Authorization": f"token {_TOKEN}"}
    try:
        with httpx.Client(base_url=f"{url}/hub/api", headers=headers, timeout=30, trust_env=False) as hub:
            deadline = time.monotonic() + _START_SECONDS
            while not _answers(hub):
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline, (folder / "log").read_text()
                time.sleep(0.2)
            yield hub
    finally:
        process.terminate()
        process.wait(30)


def _answers(hub: httpx.Client) -> bool:
    try:
        return hub.get("/").is_success
    except httpx.TransportError:
        return False


def test_a_full_disk_logs_nobody_out_and_refuses_what_needs_room(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "disk", 2 * 2**20) as disk,
        _running_hub(tmp_path, disk / "hub.sqlite") as hub,
    ):
        hub.post("/users/ann").raise_for_status()
        ann = {"Authorization": f"token {hub.post('/users/ann/tokens', json={}).json()['token']}"}
        fill(disk / "filler")
        time.sleep(1.5)  # until a use of the token is noted again
        who = hub.get("/user", headers=ann)
        large = {"note": "n" * 2**16}
        refused = hub.post("/users/ann/tokens", json=large)
        (disk / "filler").unlink()
        made = hub.post("/users/ann/tokens", json=large)
    assert (who.status_code, who.json().get("name")) == (200, "ann")
    assert refused.status_code == 500
    assert made.status_code == 201


def test_what_a_site_set_itself_stays() -> None:
    c = Config()
    c.JupyterHub.db_url = "postgresql://db/hub"
    keep_journal(c)
    assert "db_kwargs" not in c.JupyterHub
    c.JupyterHub.db_url, c.JupyterHub.db_kwargs = "sqlite:///hub.sqlite", {"echo": True}
    keep_journal(c)
    assert c.JupyterHub.db_kwargs == {"echo": True}
