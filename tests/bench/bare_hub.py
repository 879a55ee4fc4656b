"""A hub with nothing of ours: JupyterHub, its proxy and its own spawner of local processes."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from onedata_hub.launch.proxy import proxy_command
from onedata_hub.launch.state import free_ports

START_SECONDS = 60

_CONFIG = """\
import os
c = get_config()
public, hub, proxy = {ports}
c.JupyterHub.bind_url = f"http://127.0.0.1:{{public}}/"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{{hub}}"
c.JupyterHub.db_url = "sqlite:///hub.sqlite"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.default_url = "/lab"
c.Spawner.args = ["--allow-root"] if os.geteuid() == 0 else []
c.ConfigurableHTTPProxy.command = {proxy_command!r}
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{{proxy}}"
c.JupyterHub.services = [{{"name": "bench", "api_token": os.environ["BENCH_TOKEN"]}}]
c.JupyterHub.load_roles = [{{
    "name": "bench", "services": ["bench"], "scopes": ["admin:users", "servers", "admin:servers", "read:users"],
}}]
"""


@contextlib.contextmanager
def bare_hub(folder: Path) -> Iterator[tuple[str, str]]:
    """Run a bare hub; give its public URL and a token that may start anybody's server."""
    ports = free_ports(3)
    token = secrets.token_hex(16)
    homes = folder / "homes"
    homes.mkdir()
    config = _CONFIG.format(
        ports=tuple(ports), homes=str(homes), python=sys.executable, proxy_command=proxy_command()
    )
    (folder / "jupyterhub_config.py").write_text(config)
    with (folder / "hub.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", "jupyterhub_config.py"],
            cwd=folder,
            env=os.environ | {"BENCH_TOKEN": token},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{ports[0]}"
        _wait(url, process, folder / "hub.log")
        yield url, token
    finally:
        process.send_signal(signal.SIGINT)  # Ctrl-C: the proxy and the servers end with it
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/hub/api", timeout=5).status_code == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"The bare hub did not start. {log.read_text()[-2000:]}")
