"""Starting runs on a backend, and waiting for what becomes of them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from onedata.contract.runner import RunLimits, RunOrders, RunResult
from onedata_hub.backends.compute import ComputePort, ComputeState, StartRequest

from tests.support.runner import HUB_TOKEN, RUN_KEY, SmallStudio, is_running, make_spec, notebook

SLEEP = "import time\nprint('asleep', flush=True)\ntime.sleep(120)"
_TELLING_SECONDS = 30.0  # what a busy machine takes to end a process, or a pod, and to tell of it


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


async def until_running(compute: ComputePort[Any], *references: str) -> None:
    """Wait until the backend says that these run: what they write may be read sooner than that is told."""

    async def are_running() -> bool:
        return {await compute.state(one) for one in references} == {ComputeState.running}

    await eventually(are_running, f"{' and '.join(references)} to run")


async def until_gone(compute: ComputePort[Any], reference: str, seconds: float = 120.0) -> None:
    """Wait until the attempt's runner has ended."""

    async def is_gone() -> bool:
        return await compute.state(reference) == ComputeState.gone

    await eventually(is_gone, "the end of the runner", seconds)


async def until_cancelled(compute: ComputePort[Any], reference: str) -> None:
    """Wait until the attempt's runner has ended, as long as a cancelled one may take."""
    await until_gone(compute, reference, compute.cancel_grace_seconds + _TELLING_SECONDS)


async def until_forgotten(compute: ComputePort[Any]) -> None:
    """Wait until the backend lists nothing: what a watch tells late of a removed attempt brings it back for a moment."""

    async def is_empty() -> bool:
        return await compute.list_all() == {}

    await eventually(is_empty, "an empty list of attempts", 60.0)


async def until_why(compute: ComputePort[Any], reference: str, words: str) -> str:
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


async def until_logged(compute: ComputePort[Any], reference: str, text: bytes) -> None:
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
