"""What tests of faults do: lose parts, wait for them, and look at what went on meanwhile."""

import asyncio
import contextlib
import json
import time
from typing import Any

import httpx
from onedata_hub.backends.compute.kubernetes.names import job_name
from onedata_hub.tour.hub_session import HubSession

from tests.helm.installed import Installed

SERVER = "jupyter-ann"
STUDIO = "app.kubernetes.io/component=studio-api"
_BACK_SECONDS = 240
_CLIENT = """
from jupyter_client import BlockingKernelClient
from jupyter_core.paths import jupyter_runtime_dir
client = BlockingKernelClient()
client.load_connection_file(jupyter_runtime_dir() + "/kernel-{kernel}.json")
client.start_channels()
client.wait_for_ready(timeout=60)
"""
_EXECUTE = f"{_CLIENT}client.execute_interactive({{code!r}}, timeout=60)\n"
# The first that a kernel tells of what it was sent is that it is busy.
_BEGIN = f"""{_CLIENT}
sent = client.execute({{code!r}})
while client.get_iopub_msg(timeout=60)["parent_header"].get("msg_id") != sent:
    pass
"""


def lose(installed: Installed, selector: str) -> set[str]:
    """Lose a part's pods without a warning, as a node that fails loses them; give their uids."""
    before = {uid for uid, _ in installed.pods(selector).values()}
    installed.kubectl("delete", "pod", "-l", selector, "--grace-period=0", "--force")
    return before


async def replaced(installed: Installed, selector: str, lost: set[str]) -> None:
    """Wait until another pod does a lost one's work: the lost one's processes go on for a moment."""

    async def is_back() -> bool:
        found = json.loads(installed.kubectl("get", "pods", "-o", "json", "-l", selector))["items"]
        return any(_is_ready(pod) and pod["metadata"]["uid"] not in lost for pod in found)

    await until(f"another pod of {selector}", is_back, installed=installed)


def _is_ready(pod: dict[str, Any]) -> bool:
    conditions = pod["status"].get("conditions", ())
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


async def until(
    what: str, is_so: Any, seconds: float = _BACK_SECONDS, *, installed: Installed | None = None
) -> Any:
    """Wait until a question is answered with something, whatever connections break meanwhile."""
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(httpx.TransportError):
            if answer := await is_so():
                return answer
        if time.monotonic() > deadline:
            state = installed.state() if installed else ""
            raise AssertionError(f"waited {seconds:.0f} s for {what}\n{state}")
        await asyncio.sleep(0.5)


async def new_kernel(person: HubSession) -> str:
    """Start a kernel in somebody's server; give its id."""
    token = {"Authorization": f"token {person.token}"}
    async with httpx.AsyncClient(headers=token, timeout=60, trust_env=False) as http:
        made = await http.post(f"{person.server_url}/api/kernels", json={"name": "python3"})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def execute(installed: Installed, kernel: str, code: str) -> str:
    """Execute code in a running kernel of ann's, from within its pod; give what it prints."""
    return installed.python(SERVER, _EXECUTE.format(kernel=kernel, code=code)).strip()


def begin(installed: Installed, pod: str, kernel: str, code: str) -> None:
    """Have a running kernel execute code, from within its pod; come back as soon as it is at it."""
    installed.python(pod, _BEGIN.format(kernel=kernel, code=code))


def pods_made(installed: Installed, run: str, attempt: int = 1) -> int:
    """Count the pods that were ever made for an attempt, by the Job controller's own word."""
    name = job_name(f"{run.rpartition('/')[2]}-{attempt}")
    events = json.loads(
        installed.kubectl("get", "events", "-o", "json", "--field-selector", f"involvedObject.name={name}")
    )
    return sum(one.get("count") or 1 for one in events["items"] if one["reason"] == "SuccessfulCreate")


async def has_said(ann: HubSession, run: str, words: str) -> bool:
    answer = await ann.get(f"{run}/logs")
    return answer.status_code == 200 and words in answer.json()["text"]


async def studio_answers(ann: HubSession) -> bool:
    return (await ann.get("/services/studio/health/ready")).status_code == 200


async def server_answers(ann: HubSession) -> bool:
    answer = await ann.get("/user/ann/api/status")
    return answer.status_code == 200 and "kernels" in answer.text
