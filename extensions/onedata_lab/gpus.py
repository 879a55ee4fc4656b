"""Whether this server's GPUs work: the hub's culler asks before it stops a server that looks idle.

Work on a GPU may come from a terminal, where no kernel is busy. It is seen with nvidia-smi, which is where a GPU
is: without it nothing is asked. A slice of a GPU (MIG) tells no use; such a server is judged by its kernels alone.

Source: nvidia-smi's manual, ``utilization.gpu``: the share of the last second or less in which a kernel ran.
"""

import asyncio
import contextlib
import json
import shutil
from datetime import UTC, datetime

from jupyter_server.auth.decorator import authorized
from jupyter_server.utils import url_path_join
from tornado.web import authenticated

from onedata_lab.local import RESOURCE, LocalHandler
from onedata_lab.problems import write_problem

_QUERY = ("--query-gpu=utilization.gpu", "--format=csv,noheader,nounits")
_LOOKS = 5
_PAUSE_SECONDS = 0.4
_ANSWER_SECONDS = 6.0


class GpusAway(Exception):
    """nvidia-smi does not answer in time."""


async def are_gpus_working(looks: int = _LOOKS, pause_seconds: float = _PAUSE_SECONDS) -> bool:
    """Look a few times: a training pauses between steps.

    Raises:
        GpusAway: If that cannot be seen in time.
    """
    program = shutil.which("nvidia-smi")
    if program is None:
        return False
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            for look in range(looks):
                if look:
                    await asyncio.sleep(pause_seconds)
                if any(share > 0 for share in await _shares(program)):
                    return True
    except TimeoutError as error:
        raise GpusAway(f"nvidia-smi did not answer within {_ANSWER_SECONDS:g} s.") from error
    return False


async def _shares(program: str) -> list[int]:
    """Give how much each GPU works, in percent; none where there is no GPU, as on a node without a driver."""
    asked = await asyncio.create_subprocess_exec(
        program, *_QUERY, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        said, _ = await asked.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            asked.kill()
        raise
    words = (line.strip() for line in said.decode("utf-8", "replace").splitlines())
    return [int(word) for word in words if word.isdecimal()] if asked.returncode == 0 else []


class GpusHandler(LocalHandler):
    """Tells whether this server's GPUs work."""

    _track_activity = False  # to look at a server is not to use it

    @authenticated  # type: ignore[untyped-decorator]
    @authorized("read", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Look at the GPUs; work on them counts as use of the server, as a busy kernel does."""
        try:
            is_working = await are_gpus_working()
        except GpusAway as error:
            write_problem(self, 503, "gpus_away", f"{error} Try again in a moment.")
            return
        if is_working:
            self.settings["last_activity_times"]["onedata_gpus"] = datetime.now(UTC)
        self.finish(json.dumps({"working": is_working}))


def routes(base_url: str) -> list[tuple[str, type[LocalHandler]]]:
    """Give the handler."""
    return [(url_path_join(base_url, RESOURCE, "local", "gpus"), GpusHandler)]
