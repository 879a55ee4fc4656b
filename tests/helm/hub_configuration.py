"""The hub's configuration as it comes about in its pod: the hub chart's own program reads what the chart renders."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.helm.charts import Manifest

_MOUNTED = "/usr/local/etc/jupyterhub"
_READ = """
import json, sys
from tornado.httpclient import AsyncHTTPClient
from traitlets.config import PyFileConfigLoader
AsyncHTTPClient.configure = lambda *_: None  # curl is in the hub's image alone
loaded = PyFileConfigLoader("jupyterhub_config.py", path=sys.argv[1]).load_config()
print(json.dumps(loaded, default=repr))
"""


def hub_settings(manifests: list[Manifest], chart: Path, folder: Path) -> dict[str, Any]:
    """Give the hub's configuration by its classes, such as ``KubeSpawner``; functions as their ``repr``.

    Args:
        manifests: What the chart renders to.
        chart: Our chart with the hub's in it.
        folder: Where the pod's files are laid.
    """
    (mounted,) = (one for one in manifests if (one["kind"], one["metadata"]["name"]) == ("Secret", "hub"))
    (named,) = (one for one in manifests if (one["kind"], one["metadata"]["name"]) == ("ConfigMap", "hub"))
    files = {f"secret/{key}": base64.b64decode(value).decode() for key, value in mounted["data"].items()}
    files |= {f"config/{key}": value for key, value in named["data"].items()}
    for program in (chart / "charts" / "jupyterhub" / "files" / "hub").glob("*.py"):
        files[program.name] = program.read_text().replace(_MOUNTED, str(folder))
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    services = {f"{name}_SERVICE_PORT": "8000" for name in ("HUB", "PROXY_API", "PROXY_PUBLIC", "PROXY_HTTP")}
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(folder)],
        env={**os.environ, **services, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    settings: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return settings
