"""Starting runs on a backend, and waiting for what becomes of them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from onedata.contract.runner import RunLimits, RunOrders, RunResult
from onedata_hub.backends.compute import ComputeBackend, StartRequest

from tests.support.runner import HUB_TOKEN, RUN_KEY, SmallStudio, is_running, make_spec, notebook

SLEEP = "import time\nprint('asleep', flush=True)\ntime.sleep(120)"


def request_for(
    studio: SmallStudio,
    *cells: Any,
    memory_bytes: int | None = None,
    profile: dict[str, Any] | None = None,
    **fields: Any,
) -> StartRequest:
    """Make the request to start a run of a notebook of cells; the studio has its orders too."""
    environment = {"ONEDATA_RUN_KEY": RUN_KEY, "JUPYTERHUB_API_TOKEN": HUB_TOKEN}
    spec, content = make_spec(studio.url, **fields), notebook(*cells)
    studio.orders[spec.run_id] = RunOrders(spec=spec, notebook=content.decode())
    profile = {"mem_limit": memory_bytes} | (profile or {})
    return StartRequest(spec, content, environment, RunLimits(memory_bytes=memory_bytes), profile)


async def eventually(happened: Callable[[], Awaitable[bool]], what: str, seconds: float = 120.0) -> None:
    """Wait for something to happen."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await happened():
        assert asyncio.get_running_loop().time() < deadline, f"Waited {seconds} s for {what}."
        await asyncio.sleep(0.02)


async def until_gone(compute: ComputeBackend, reference: str) -> None:
    """Wait until the attempt's runner has ended."""

    async def is_gone() -> bool:
        return await compute.state(reference) == "gone"

    await eventually(is_gone, "the end of the runner")


async def until_why(compute: ComputeBackend, reference: str, words: str) -> str:
    """Wait until the backend says why, with certain words in it."""
    said = ""

    async def is_said() -> bool:
        nonlocal said
        said = await compute.why(reference)
        return words in said

    try:
        await eventually(is_said, f"{words!r} in the reason")
    except AssertionError as error:
        raise AssertionError(f"{error} It says: {said!r}") from error
    return said


async def until_ended(pid: int, seconds: float = 10.0) -> None:
    """Wait until a process that was killed is no more; the system takes a moment for it."""

    async def has_ended() -> bool:
        return not is_running(pid)

    await eventually(has_ended, f"the end of process {pid}", seconds)


async def until_logged(compute: ComputeBackend, reference: str, text: bytes) -> None:
    """Wait until the attempt's log holds a text."""

    async def is_logged() -> bool:
        return text in await compute.log(reference, 0)

    await eventually(is_logged, f"{text!r} in the log")


async def until_told(studio: SmallStudio) -> RunResult:
    """Wait until the studio has heard a result."""

    async def is_told() -> bool:
        return bool(studio.results)

    await eventually(is_told, "the result")
    return studio.results[0]
