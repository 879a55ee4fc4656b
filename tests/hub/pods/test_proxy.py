"""A proxy that comes back without its routes, between a real hub and a real service."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from onedata_hub.launch.proxy import proxy_command

from tests.support.parent import end_with_parent
from tests.support.ports import free_port

_TOKEN = "the-token-of-hub-and-proxy"
_CONFIG = """
from onedata_hub.pods.proxy import RefilledProxy
c = get_config()
c.JupyterHub.proxy_class = RefilledProxy
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.ConfigurableHTTPProxy.auth_token = "{token}"
c.RefilledProxy.watched_route = "/services/studio/"
c.RefilledProxy.look_seconds = 0.3
c.JupyterHub.last_activity_interval = 3600
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.JupyterHub.bind_url = "http://127.0.0.1:{proxy}"
c.JupyterHub.cookie_secret_file = "cookie"
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.services = [
    {{"name": "studio", "url": "http://127.0.0.1:{service}", "command": [{python!r}, "-m", "http.server", "{service}"]}}
]
"""


@contextmanager
def running(command: list[str], folder: Path, end: signal.Signals = signal.SIGKILL) -> Iterator[None]:
    """Run a program, and end it: without a warning, where nothing else is said."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "CONFIGPROXY_AUTH_TOKEN": _TOKEN},
            stdout=log,
            stderr=log,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - one system call
        )
    try:
        yield
    finally:
        process.send_signal(end)
        process.wait(10)


def seconds_until(url: str, status: int, folder: Path) -> float:
    """Wait until an address answers so; say how long it took."""
    began = time.monotonic()
    while time.monotonic() < began + 30:
        try:
            if httpx.get(url, trust_env=False).status_code == status:
                return time.monotonic() - began
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    pytest.fail((folder / "log").read_text()[-4000:])


def test_routes_are_there_again_moments_after_the_proxy_is(tmp_path: Path) -> None:
    ports = {name: free_port() for name in ("api", "hub", "proxy", "service")}
    config = _CONFIG.format(**ports, token=_TOKEN, python=sys.executable)
    (tmp_path / "jupyterhub_config.py").write_text(config)
    proxy = [
        *proxy_command(),
        *("--ip", "127.0.0.1", "--port", str(ports["proxy"]), "--api-ip", "127.0.0.1"),
        *("--api-port", str(ports["api"]), "--default-target", f"http://127.0.0.1:{ports['hub']}"),
    ]
    service = f"http://127.0.0.1:{ports['proxy']}/services/studio/"
    with running([sys.executable, "-m", "jupyterhub"], tmp_path, signal.SIGTERM):  # it ends its service
        with running(proxy, tmp_path):
            seconds_until(f"http://127.0.0.1:{ports['hub']}/hub/health", 200, tmp_path)
            # Python's server has no such file, and says so itself; the hub would send one to its own page.
            seconds_until(service, 404, tmp_path)
        with running(proxy, tmp_path):
            seconds_until(f"http://127.0.0.1:{ports['proxy']}/hub/health", 200, tmp_path)
            assert seconds_until(service, 404, tmp_path) < 5
    assert "The proxy has lost its routes" in (tmp_path / "log").read_text()
