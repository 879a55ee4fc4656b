"""Results reach the studio, once executed and however often started."""

import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from onedata.contract.runner import RunResult
from onedata.runner.delivery import Delivery, GaveUp
from onedata.runner.spool import Spool
from onedata.runner.studio import RunUnknown, StudioAway, StudioLink, StudioRefused

from tests.support.runner import (
    RUN_KEY,
    RunInSpool,
    SmallStudio,
    is_running,
    notebook,
    text,
    wait_until,
)

MakeRun = Callable[..., RunInSpool]
COUNT = "from pathlib import Path\nwith Path('count').open('a') as file: file.write('x')"
PID_AND_SLEEP = "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(120)"


def times_executed(job: RunInSpool) -> int:
    path = job.folder / "work" / "count"
    return len(path.read_text()) if path.exists() else 0


def test_a_run_outlasts_a_studio_that_is_away(run: MakeRun, studio: SmallStudio) -> None:
    studio.go()
    job = run(notebook(COUNT))
    process = job.start()
    wait_until((job.folder / "result.json").exists, 30, "the result on disk")
    time.sleep(1)
    assert process.is_alive()
    studio.come()
    job.wait_for_end(process)
    assert [result.outcome for result in studio.results] == ["succeeded"]
    assert set(studio.outputs) == {"executed.ipynb", "log.txt", "executed.html"}


def test_a_second_start_delivers_what_the_first_could_not(run: MakeRun, studio: SmallStudio) -> None:
    studio.go()
    job = run(notebook(COUNT))
    first = job.start()
    wait_until((job.folder / "result.json").exists, 30, "the result on disk")
    os.kill(first.pid, signal.SIGKILL)
    wait_until(lambda: not first.is_alive(), 5, "the first runner's end")
    studio.come()
    job.wait_for_end(job.start())
    assert [result.outcome for result in studio.results] == ["succeeded"]
    assert times_executed(job) == 1


def test_a_killed_runner_is_reported_lost_and_not_executed_again(run: MakeRun, studio: SmallStudio) -> None:
    job = run(notebook(COUNT, text("# Sleep"), PID_AND_SLEEP))
    first = job.start()
    wait_until(lambda: job.log().endswith("\n"), 30, "the sleeping cell")
    kernel = int(job.log())
    os.kill(first.pid, signal.SIGKILL)
    wait_until(lambda: not is_running(kernel), 5, "the kernel's end with its runner")
    result = job.wait_for_end(job.start())
    assert result.outcome == "lost"
    assert result.message == "The runner was killed, or the machine restarted, in cell 2 'Sleep'."
    assert (result.progress.cells_done, result.progress.cells_total) == (1, 2)
    assert [told.outcome for told in studio.results] == ["lost"]
    assert times_executed(job) == 1
    assert "executed.ipynb" in studio.outputs


def test_what_a_killed_runner_left_ends_with_the_next_start(run: MakeRun) -> None:
    leave = "import subprocess\nchild = subprocess.Popen(['setsid', 'sleep', '302'])\nprint(child.pid, flush=True)"
    job = run(notebook(leave, "import time; time.sleep(120)"))
    first = job.start()
    wait_until(lambda: job.log().endswith("\n"), 30, "the child")
    child = int(job.log())
    os.kill(first.pid, signal.SIGKILL)
    wait_until(lambda: not first.is_alive(), 5, "the runner's end")
    job.wait_for_end(job.start())
    assert not is_running(child)


def test_two_starts_at_once_execute_once(run: MakeRun, studio: SmallStudio) -> None:
    job = run(notebook(COUNT, "import time; time.sleep(2)"))
    processes = [job.start() for _ in range(3)]
    # Whichever came second ends at once, perhaps before there is a result.
    wait_until(lambda: not any(process.is_alive() for process in processes), 60, "all of them to end")
    assert times_executed(job) == 1
    assert [result.outcome for result in studio.results] == ["succeeded"]


def test_a_start_after_the_end_delivers_again_without_executing(run: MakeRun, studio: SmallStudio) -> None:
    job = run(notebook(COUNT))
    first = job.wait_for_end(job.start())
    second = job.wait_for_end(job.start())
    assert first == second
    assert studio.results == [first, first]
    assert times_executed(job) == 1


def test_a_run_the_studio_knows_no_more_ends(run: MakeRun, studio: SmallStudio) -> None:
    studio.refusal = (404, "application/problem+json")
    job = run(notebook(PID_AND_SLEEP))
    assert job.wait_for_end(job.start(), 20).outcome == "cancelled"


def test_a_proxy_that_answers_for_the_studio_is_not_believed(run: MakeRun, studio: SmallStudio) -> None:
    studio.refusal = (404, "text/html")
    job = run(notebook(COUNT))
    process = job.start()
    wait_until((job.folder / "result.json").exists, 30, "the result on disk")
    time.sleep(0.5)
    assert process.is_alive()
    studio.refusal = None
    job.wait_for_end(process)
    assert [result.outcome for result in studio.results] == ["succeeded"]


@pytest.fixture
def delivered(tmp_path: Path, studio: SmallStudio) -> Callable[..., None]:
    """Deliver a result without outputs."""
    now = datetime.now(UTC)
    result = RunResult.model_validate(
        {"attempt": 1, "progress": {}, "outcome": "succeeded", "started_at": now, "finished_at": now}
    )

    def deliver(leave: threading.Event | None = None, patience_seconds: float = 5.0) -> None:
        link = StudioLink(studio.url, "run1", RUN_KEY)
        leave = leave or threading.Event()
        Delivery(link, Spool(tmp_path), "title", leave, patience_seconds).deliver(result)

    return deliver


def test_delivery_gives_up_when_its_patience_ends(
    delivered: Callable[..., None], studio: SmallStudio
) -> None:
    studio.go()
    with pytest.raises(GaveUp):
        delivered(patience_seconds=0.5)


def test_delivery_ends_when_its_folder_is_removed(
    delivered: Callable[..., None], studio: SmallStudio, tmp_path: Path
) -> None:
    studio.go()
    threading.Timer(0.3, tmp_path.rmdir).start()
    with pytest.raises(GaveUp):
        delivered(patience_seconds=60)


def test_delivery_ends_when_told_to_leave(delivered: Callable[..., None], studio: SmallStudio) -> None:
    studio.go()
    leave = threading.Event()
    threading.Timer(0.3, leave.set).start()
    with pytest.raises(GaveUp):
        delivered(leave, patience_seconds=60)


@pytest.mark.parametrize(
    ("status", "error"), [(404, RunUnknown), (410, RunUnknown), (403, StudioRefused), (422, StudioRefused)]
)
def test_delivery_ends_at_a_refusal_of_the_studios_own(
    delivered: Callable[..., None], studio: SmallStudio, status: int, error: type[Exception]
) -> None:
    studio.refusal = (status, "application/problem+json")
    with pytest.raises(error):
        delivered()


@pytest.mark.parametrize(
    "answer",
    [
        (500, "application/problem+json"),
        (503, "text/html"),
        (429, "application/problem+json"),
        (401, "text/html"),
    ],
)
def test_delivery_goes_on_at_an_answer_that_may_change(
    delivered: Callable[..., None], studio: SmallStudio, answer: tuple[int, str]
) -> None:
    studio.refusal = answer
    with pytest.raises(GaveUp):
        delivered(patience_seconds=0.4)


def test_a_refused_output_does_not_hold_up_the_result(tmp_path: Path, studio: SmallStudio) -> None:
    (tmp_path / "log.txt").write_text("too much")
    link = StudioLink(studio.url, "run1", RUN_KEY)
    refused: list[str] = []

    def refuse_outputs_once() -> None:
        studio.refusal = None if refused else (413, "application/problem+json")
        refused.append("log.txt")

    studio.before_answer = refuse_outputs_once
    now = datetime.now(UTC)
    result = RunResult.model_validate(
        {"attempt": 1, "progress": {}, "outcome": "succeeded", "started_at": now, "finished_at": now}
    )
    Delivery(link, Spool(tmp_path), "title", threading.Event(), 5).deliver(result)
    assert studio.results == [result]
    assert studio.outputs == {}


def test_an_address_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="http"):
        StudioLink("ftp://127.0.0.1/studio", "run1", RUN_KEY)


def test_a_report_answered_with_nonsense_counts_as_away(studio: SmallStudio) -> None:
    from onedata.contract.jobs import Progress
    from onedata.contract.runner import RunReport

    studio.refusal = (200, "text/html")
    with pytest.raises(StudioAway):
        StudioLink(studio.url, "run1", RUN_KEY).report(RunReport(attempt=1, progress=Progress()))
