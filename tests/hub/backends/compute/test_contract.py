"""What every compute backend promises; each adapter passes all of it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from onedata_hub.backends.compute import ComputeBackend, StillRunning, UnknownReference

from tests.hub.backends.compute.running import (
    SLEEP,
    request_for,
    until_cancelled,
    until_forgotten,
    until_gone,
    until_logged,
    until_running,
    until_told,
)
from tests.support.runner import HUB_TOKEN, RUN_KEY, SmallStudio

COUNT = "with open('count', 'a') as file: file.write('x')\nprint(open('count').read())"


def both_ways(test: Callable[..., Any]) -> Callable[..., Any]:
    """Have a test see local runners that were forked, and such that were started as commands."""
    test.in_both_ways = True  # type: ignore[attr-defined]  # read when the tests are collected
    return test


@both_ways
async def test_a_started_run_reaches_its_result_and_is_gone(
    compute: ComputeBackend, studio: SmallStudio
) -> None:
    reference = await compute.start(request_for(studio, "print('hello')"))
    assert reference == "run1-1"
    assert (await until_told(studio)).outcome == "succeeded"
    await until_gone(compute, reference)
    assert await compute.log(reference, 0) == b"hello\n"


async def test_a_run_is_found_while_it_runs(compute: ComputeBackend, studio: SmallStudio) -> None:
    reference = await compute.start(request_for(studio, SLEEP))
    assert await compute.state(reference) in ("starting", "running")
    await until_logged(compute, reference, b"asleep")
    await until_running(compute, reference)
    assert await compute.list_running() == [reference]


@both_ways
async def test_two_starts_of_one_attempt_at_once_execute_it_once(
    compute: ComputeBackend, studio: SmallStudio
) -> None:
    request = request_for(studio, COUNT, "import time; time.sleep(1)")
    references = await asyncio.gather(*(compute.start(request) for _ in range(4)))
    assert set(references) == {"run1-1"}
    await until_told(studio)
    await until_gone(compute, references[0])
    assert await compute.log(references[0], 0) == b"x\n"
    # A command that came up late, on a busy machine, delivers the one result again.
    assert all(result == studio.results[0] for result in studio.results)


async def test_a_second_attempt_is_a_run_of_its_own(compute: ComputeBackend, studio: SmallStudio) -> None:
    first = await compute.start(request_for(studio, "print(1)", attempt=1))
    await until_gone(compute, first)
    second = await compute.start(request_for(studio, "print(2)", attempt=2))
    await until_gone(compute, second)
    assert [await compute.log(reference, 0) for reference in (first, second)] == [b"1\n", b"2\n"]


async def test_a_start_after_the_end_executes_nothing_again(
    compute: ComputeBackend, studio: SmallStudio
) -> None:
    request = request_for(studio, COUNT)
    for _ in range(2):
        await until_gone(compute, await compute.start(request))
    # What finds its spool delivers again; what has none is given no orders.
    told = ["succeeded", "succeeded"] if compute.keeps_spools else ["succeeded"]
    assert [result.outcome for result in studio.results] == told
    assert await compute.log("run1-1", 0) == (b"x\n" if compute.keeps_spools else b"")


async def test_a_cancelled_run_ends_within_its_grace(compute: ComputeBackend, studio: SmallStudio) -> None:
    reference = await compute.start(request_for(studio, SLEEP))
    await until_logged(compute, reference, b"asleep")
    await compute.cancel(reference)
    await until_cancelled(compute, reference)
    assert (await until_told(studio)).outcome == "cancelled"


@both_ways
async def test_a_run_cancelled_right_after_its_start_executes_nothing(
    compute: ComputeBackend, studio: SmallStudio
) -> None:
    studio.is_cancelled = True
    reference = await compute.start(request_for(studio, "print('never')"))
    await compute.cancel(reference)
    await until_gone(compute, reference)
    if compute.keeps_spools:  # else nothing may have come up that could tell
        assert (await until_told(studio)).outcome == "cancelled"
    assert {result.outcome for result in studio.results} <= {"cancelled"}
    assert await compute.log(reference, 0) == b""


async def test_cancelling_what_is_gone_or_never_was_is_harmless(
    compute: ComputeBackend, studio: SmallStudio
) -> None:
    reference = await compute.start(request_for(studio, "1"))
    await until_gone(compute, reference)
    await compute.cancel(reference)
    await compute.cancel("never-1")
    assert await compute.state("never-1") == "gone"


async def test_a_log_is_read_in_parts(compute: ComputeBackend, studio: SmallStudio) -> None:
    reference = await compute.start(request_for(studio, "print('0123456789')"))
    await until_gone(compute, reference)
    assert await compute.log(reference, 0, 4) == b"0123"
    assert await compute.log(reference, 4, 100) == b"456789\n"
    assert await compute.log(reference, 11) == b""


async def test_the_log_of_an_unknown_attempt_is_refused(compute: ComputeBackend) -> None:
    with pytest.raises(UnknownReference):
        await compute.log("never-1", 0)


async def test_a_running_attempt_is_not_removed(compute: ComputeBackend, studio: SmallStudio) -> None:
    reference = await compute.start(request_for(studio, SLEEP))
    await until_logged(compute, reference, b"asleep")
    with pytest.raises(StillRunning):
        await compute.remove(reference)


async def test_there_is_nothing_to_explain_about_a_run_that_went_well(
    compute: ComputeBackend, studio: SmallStudio
) -> None:
    reference = await compute.start(request_for(studio, "1"))
    await until_gone(compute, reference)
    assert await compute.why(reference) == ""


async def test_a_large_notebook_is_executed_whole(compute: ComputeBackend, studio: SmallStudio) -> None:
    large = f"text = '{'x' * 20_000_000}'\nprint(len(text))"
    reference = await compute.start(request_for(studio, large))
    assert (await until_told(studio)).outcome == "succeeded"
    await until_gone(compute, reference)
    assert await compute.log(reference, 0) == b"20000000\n"


async def test_a_removed_attempt_is_forgotten(compute: ComputeBackend, studio: SmallStudio) -> None:
    reference = await compute.start(request_for(studio, "1"))
    await until_gone(compute, reference)
    assert await compute.list_all() == {reference: "gone"}
    await compute.remove(reference)
    await compute.remove(reference)
    await until_forgotten(compute)


@both_ways
async def test_limits_reach_the_run(compute: ComputeBackend, studio: SmallStudio) -> None:
    request = request_for(studio, "held = bytearray(4 * 2**30)", memory_bytes=300 * 2**20)
    await compute.start(request)
    result = await until_told(studio)
    assert result.failure is not None
    assert result.failure.error_name in ("MemoryError", "OutOfMemory", "KernelDied")


async def test_a_start_request_does_not_show_its_secrets(studio: SmallStudio) -> None:
    shown = repr(request_for(studio, "1"))
    assert RUN_KEY not in shown
    assert HUB_TOKEN not in shown
