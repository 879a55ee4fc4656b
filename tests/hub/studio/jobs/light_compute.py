"""A backend of real, light processes, and a studio that stands on it: ``python -m … <folder>``.

Two hundred kernels would take minutes; what counts there is who starts what how often. The
runner keeps the promises of onedata.contract.runner in a few lines: it executes once, and it
delivers until it is heard.
"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from onedata_hub.backends.compute.base import LOG_CHUNK_BYTES, ComputeBackend, ComputeState, StartRequest
from onedata_hub.studio import assemble
from onedata_hub.studio.app import create_app
from onedata_hub.studio.settings import StudioSettings

RUNNER = r"""
import http.client, json, os, sys, time
folder, address, run_id, attempt = sys.argv[1:5]
try:
    os.close(os.open(f"{folder}/started", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    outcome = "succeeded"
    with open(os.environ["EXECUTIONS"], "a") as file:
        file.write(f"{run_id}\n")
except FileExistsError:
    outcome = "succeeded" if os.path.exists(f"{folder}/done") else "lost"
open(f"{folder}/done", "w").close()
now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
body = {"attempt": int(attempt), "progress": {}, "outcome": outcome, "started_at": now, "finished_at": now}
host, _, path = address.partition("/")
while True:
    try:
        connection = http.client.HTTPConnection(host, timeout=10)
        headers = {"Onedata-Run-Key": os.environ["ONEDATA_RUN_KEY"], "Content-Type": "application/json"}
        connection.request("POST", f"/{path}/api/v1/runner/runs/{run_id}/result", json.dumps(body), headers)
        if connection.getresponse().status < 500:
            break
    except OSError:
        pass
    time.sleep(0.2)
"""


class LightCompute(ComputeBackend):
    """Starts a small process for each attempt; a lock file says that it lives."""

    def __init__(self, spool: Path) -> None:
        self.spool = spool
        self.started: list[subprocess.Popen[bytes]] = []

    async def start(self, request: StartRequest) -> str:
        folder = self.spool / request.reference
        folder.mkdir(parents=True, exist_ok=True)
        if await self.state(request.reference) == ComputeState.gone:
            address = request.spec.studio_url.removeprefix("http://")
            command = [sys.executable, "-S", "-E", "-c", RUNNER, str(folder), address]
            process = subprocess.Popen(
                [*command, request.spec.run_id, str(request.spec.attempt)],
                env={**request.environment, "EXECUTIONS": str(self.spool / "executions")},
                start_new_session=True,
            )
            self.started.append(process)
            (folder / "pid").write_text(str(process.pid))
        return request.reference

    async def state(self, reference: str) -> ComputeState:
        self.started = [process for process in self.started if process.poll() is None]
        try:
            pid = int((self.spool / reference / "pid").read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return ComputeState.gone
        return ComputeState.running if reference.encode() in command else ComputeState.gone

    async def cancel(self, reference: str) -> None:
        return None

    async def log(self, reference: str, offset: int, limit: int = LOG_CHUNK_BYTES) -> bytes:
        return b""

    async def list_all(self) -> dict[str, ComputeState]:
        return {
            folder.name: await self.state(folder.name) for folder in self.spool.iterdir() if folder.is_dir()
        }

    async def remove(self, reference: str) -> None:
        return None


def main() -> None:
    settings = StudioSettings()
    context = assemble.assemble(settings)
    context.compute = LightCompute(settings.spool_dir)
    address = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    app = create_app(context, prefix=os.environ["JUPYTERHUB_SERVICE_PREFIX"].rstrip("/"))
    config = uvicorn.Config(
        app, host="127.0.0.1", port=address.port or 0, log_level="warning", access_log=False
    )
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
