"""Runs of real notebooks in real kernels."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from onedata.contract.runner import RunLimits

from tests.support.runner import (
    HUB_TOKEN,
    RUN_KEY,
    RunInSpool,
    SmallStudio,
    code,
    is_running,
    notebook,
    text,
    wait_until,
)

MakeRun = Callable[..., RunInSpool]
SLEEP = "import time\nprint('asleep', flush=True)\ntime.sleep(60)"


def test_a_run_succeeds_with_its_parameters(run: MakeRun, studio: SmallStudio) -> None:
    job = run(
        notebook(code("days: int = 1", "parameters"), "print('days', days)", "days * 2"),
        parameters={"days": 21},
    )
    result = job.wait(job.start())
    assert result.outcome == "succeeded"
    assert (result.progress.cells_total, result.progress.cells_done, result.progress.current_cell) == (
        3,
        3,
        None,
    )
    assert job.log() == "days 21\n42\n"
    assert job.executed().cells[1].metadata.tags == ["injected-parameters"]
    assert studio.keys == {RUN_KEY}


def test_the_result_is_told_after_the_notebook_and_before_the_page(run: MakeRun, studio: SmallStudio) -> None:
    job = run(notebook("1 + 1"))
    on_disk: list[bool] = []
    studio.before_answer = lambda: on_disk.append((job.folder / "result.json").exists())
    job.wait_for_end(job.start())
    told = [name for name in studio.order if name != "report"]
    assert told == ["executed.ipynb", "log.txt", "result", "executed.html"]
    assert all(on_disk[-len(told) :])
    assert studio.outputs["log.txt"] == b"2\n"
    page = studio.outputs["executed.html"].decode()
    assert "<title>nightly</title>" in page
    assert "<script src" not in page


def test_progress_is_reported_cell_by_cell(run: MakeRun, studio: SmallStudio) -> None:
    pause = "import time; time.sleep(0.3)"
    job = run(notebook(text("# Load"), pause, text("# Train"), pause, pause))
    job.wait_for_end(job.start())
    seen = [(report.progress.cells_done, report.progress.current_name) for report in studio.reports]
    assert [step for step in seen if step[1]] == [(0, "Load"), (1, "Train"), (2, "Train")]


def test_the_log_can_be_followed_while_a_cell_runs(run: MakeRun) -> None:
    job = run(notebook(SLEEP))
    process = job.start()
    wait_until(lambda: "asleep" in job.log(), 20, "the cell's first line")
    assert process.is_alive()
    os.kill(process.pid, signal.SIGTERM)
    job.wait(process)


def test_a_failing_cell_is_named_and_the_notebook_kept(run: MakeRun) -> None:
    job = run(
        notebook(code("x = 1", "parameters"), text("# Divide"), "print('before')\nx / 0", "print('never')"),
        parameters={"x": 5},
    )
    result = job.wait(job.start())
    assert result.outcome == "failed"
    assert result.failure is not None
    assert (result.failure.index, result.failure.name) == (1, "Divide")
    assert (result.failure.error_name, result.failure.error_message) == (
        "ZeroDivisionError",
        "division by zero",
    )
    assert "x / 0" in result.failure.traceback
    assert "\x1b" not in result.failure.traceback
    assert result.message == "Cell 2 'Divide' failed. ZeroDivisionError: division by zero"
    assert (result.progress.cells_total, result.progress.cells_done, result.progress.current_cell) == (
        3,
        1,
        1,
    )
    assert [output.output_type for output in job.executed().cells[3].outputs] == ["stream", "error"]
    assert "never" not in job.log()


def test_half_a_character_in_an_error_costs_no_result(run: MakeRun) -> None:
    job = run(notebook("raise ValueError('c\\udfffd')"))
    result = job.wait(job.start())
    assert (result.outcome, result.failure and result.failure.index) == ("failed", 0)
    assert result.message is not None
    assert result.message.encode()  # it can be written and sent


def test_an_error_that_a_cell_is_tagged_with_does_not_fail_the_run(run: MakeRun) -> None:
    job = run(notebook(code("1 / 0", "raises-exception"), "print('after')"))
    assert job.wait(job.start()).outcome == "succeeded"
    assert job.log().endswith("after\n")


def test_a_notebook_may_end_early_without_failing(run: MakeRun) -> None:
    job = run(notebook("import sys; sys.exit()", "print('never')"))
    result = job.wait(job.start())
    assert (result.outcome, result.progress.cells_done) == ("succeeded", 1)
    assert "never" not in job.log()


def test_an_exit_with_a_status_fails_the_run(run: MakeRun) -> None:
    job = run(notebook("import sys; sys.exit(3)"))
    result = job.wait(job.start())
    assert result.failure is not None
    assert (result.outcome, result.failure.error_name) == ("failed", "SystemExit")


def test_the_kernel_finds_its_run_but_not_the_run_key(run: MakeRun) -> None:
    job = run(
        notebook("import os, json\nopen('seen.json', 'w').write(json.dumps(dict(os.environ)))"),
        environment={"MLFLOW_TRACKING_URI": "http://127.0.0.1:1/mlflow"},
    )
    job.wait(job.start())
    seen = json.loads((job.folder / "work" / "seen.json").read_text())
    assert {name: seen[name] for name in seen if name.startswith(("ONEDATA_", "MLFLOW_"))} == {
        "ONEDATA_RUN_ID": "run1",
        "ONEDATA_WORKSPACE": "team",
        "ONEDATA_NOTEBOOK_PATH": "work/nightly.ipynb",
        "ONEDATA_NOTEBOOK_DIGEST": "d1",
        "ONEDATA_NOTEBOOK_SUBMITTED": str(job.folder / "notebook.ipynb"),
        "ONEDATA_STUDIO_URL": json.loads((job.folder / "spec.json").read_text())["studio_url"],
        "ONEDATA_SESSION_FILE": str(job.folder / "session.json"),
        "MLFLOW_TRACKING_URI": "http://127.0.0.1:1/mlflow",
    }
    assert seen["JUPYTERHUB_API_TOKEN"] == HUB_TOKEN


def test_the_run_key_is_in_no_process_that_a_notebook_can_read(run: MakeRun) -> None:
    look = (
        "import os, glob\n"
        "pid = os.getppid()\n"
        "print(open(f'/proc/{pid}/environ').read().count('run-key-') if os.access(f'/proc/{pid}/environ', os.R_OK) else 0)"
    )
    job = run(notebook(look))
    job.wait(job.start())
    assert job.log() == "0\n"


def test_secrets_are_kept_out_of_notebook_page_log_and_result(run: MakeRun, studio: SmallStudio) -> None:
    show = (
        "import os, sys, time\n"
        "token = os.environ['JUPYTERHUB_API_TOKEN']\n"
        "sys.stdout.write(token[:7]); sys.stdout.flush(); time.sleep(0.4)\n"
        "print(token[7:])\n"
        "display({'text/plain': token, 'text/html': f'<b>{token}</b>'}, raw=True)\n"
        "raise ValueError(token)"
    )
    job = run(notebook(show))
    result = job.wait_for_end(job.start())
    shown = [result.model_dump_json(), job.log(), (job.folder / "executed.ipynb").read_text()]
    shown += [
        studio.outputs["executed.html"].decode(),
        *(report.model_dump_json() for report in studio.reports),
    ]
    assert not [place for place in shown if HUB_TOKEN in place]
    assert result.message == "Cell 1 'import os, sys, time' failed. ValueError: ***"
    assert job.log().startswith("***\n***\n")


def test_what_the_kernel_noted_goes_with_the_result(run: MakeRun) -> None:
    note = {
        "datasets_read": ["team/flights@3"],
        "datasets_written": ["team/delays@1"],
        "mlflow_runs": ["abc"],
    }
    job = run(
        notebook(f"import os\nopen(os.environ['ONEDATA_SESSION_FILE'], 'w').write('''{json.dumps(note)}''')")
    )
    result = job.wait(job.start())
    assert result.model_dump(include=set(note)) == note


def test_the_studio_can_cancel_in_its_answer_to_a_report(run: MakeRun, studio: SmallStudio) -> None:
    studio.cancel_when = lambda report: report.progress.cells_done == 1
    job = run(notebook("1", text("# Sleep"), SLEEP))
    began = time.monotonic()
    result = job.wait(job.start())
    assert result.outcome == "cancelled"
    assert result.message == "Cancelled in cell 2 'Sleep'."
    assert time.monotonic() - began < 15
    assert job.executed().cells[2].outputs[-1].ename == "KeyboardInterrupt"


def test_a_cell_that_refuses_to_be_interrupted_is_killed(run: MakeRun) -> None:
    stubborn = "import os, time\nprint(os.getpid(), flush=True)\nwhile True:\n    try:\n        time.sleep(60)\n    except KeyboardInterrupt:\n        pass"
    job = run(notebook(stubborn))
    process = job.start()
    wait_until(lambda: job.log().endswith("\n"), 20, "the kernel's number")
    os.kill(process.pid, signal.SIGTERM)
    result = job.wait(process, 15)
    assert result.outcome == "cancelled"
    assert not is_running(int(job.log().split()[0]))


def test_a_run_cancelled_before_its_first_cell_executes_nothing(run: MakeRun) -> None:
    job = run(notebook("print('never')"))
    process = job.start()
    os.kill(process.pid, signal.SIGTERM)
    result = job.wait(process)
    assert (result.outcome, result.message) == ("cancelled", "Cancelled before its first cell.")
    assert job.log() == ""


def test_a_run_that_takes_too_long_is_stopped_and_its_notebook_kept(run: MakeRun) -> None:
    job = run(notebook("print('first')", text("# Sleep"), SLEEP), timeout_seconds=3)
    result = job.wait(job.start())
    assert result.outcome == "timed_out"
    assert result.message == "The time limit of 3 s was reached in cell 2 'Sleep'."
    assert result.failure is not None
    assert (result.failure.index, result.failure.error_name) == (1, "TimedOut")
    assert job.executed().cells[0].outputs[0].text == "first\n"


def test_a_killed_kernel_fails_the_run_in_its_cell(run: MakeRun) -> None:
    job = run(notebook("1", text("# Grow"), "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"))
    result = job.wait(job.start())
    assert result.outcome == "failed"
    assert result.message == (
        "The kernel was killed (signal 9), most often because memory ran out, in cell 2 'Grow'."
    )
    assert result.failure is not None
    assert (result.failure.index, result.failure.error_name) == (1, "KernelDied")


def test_what_a_notebook_started_ends_with_its_run(run: MakeRun) -> None:
    start = (
        "import subprocess\n"
        "children = [subprocess.Popen(['sleep', '300']), subprocess.Popen(['setsid', '--fork', 'sleep', '301'])]\n"
        "import time; time.sleep(0.5)\n"
        "print(subprocess.run(['pgrep', '-f', 'sleep 30[01]'], capture_output=True, text=True).stdout)"
    )
    job = run(notebook(start))
    job.wait(job.start())
    children = [int(pid) for pid in job.log().split()]
    assert len(children) >= 2
    assert not [pid for pid in children if is_running(pid)]


def test_a_run_over_its_memory_is_stopped_and_says_so(run: MakeRun) -> None:
    grow = "import time\nheld = []\nwhile True:\n    held.append(b'x' * 20_000_000)\n    time.sleep(0.05)"
    job = run(notebook(text("# Grow"), grow), limits=RunLimits(memory_bytes=300 * 2**20))
    result = job.wait(job.start())
    assert result.outcome == "failed"
    assert result.message.startswith("The run may use 300 MiB of memory and used more in cell 1 'Grow'.")
    assert result.failure is not None
    assert result.failure.error_name == "OutOfMemory"


def test_one_allocation_far_over_the_limit_is_an_error_in_the_notebook(run: MakeRun) -> None:
    job = run(notebook("held = bytearray(4 * 2**30)"), limits=RunLimits(memory_bytes=400 * 2**20))
    result = job.wait(job.start())
    assert result.failure is not None
    assert result.failure.error_name == "MemoryError"


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two processors to give one of them")
def test_a_kernel_keeps_to_its_share_of_the_processors(run: MakeRun) -> None:
    job = run(notebook("import os\nprint(len(os.sched_getaffinity(0)))"), limits=RunLimits(cpus=0.5))
    job.wait(job.start())
    assert job.log() == "1\n"


def test_a_kernel_that_is_not_installed_is_named_with_those_that_are(run: MakeRun) -> None:
    job = run(notebook("1", kernel="julia"), kernel="julia")
    result = job.wait(job.start())
    assert result.outcome == "failed"
    assert result.message.startswith("The notebook asks for the kernel 'julia'; installed here:")
    assert "python3" in result.message


def test_a_file_that_is_no_notebook_fails_the_run_with_the_reason(run: MakeRun) -> None:
    job = run(b'{"cells": 3}')
    result = job.wait(job.start())
    assert result.outcome == "failed"
    assert result.message


def test_much_output_arrives_whole(run: MakeRun) -> None:
    job = run(notebook("for number in range(100_000): print(number)"))
    assert job.wait(job.start()).outcome == "succeeded"
    assert job.log().split() == [str(number) for number in range(100_000)]


def test_a_notebook_without_parameters_cell_takes_parameters_at_its_top(run: MakeRun) -> None:
    job = run(notebook("print(day)"), parameters={"day": "2026-01-31"})
    assert job.wait(job.start()).outcome == "succeeded"
    assert job.log() == "2026-01-31\n"


def test_parameters_that_look_like_code_stay_data(run: MakeRun) -> None:
    value = '\'); import os; os._exit(1)  # """ \\ {x} \n'
    job = run(notebook(code("text: str = ''", "parameters"), "print(repr(text))"), parameters={"text": value})
    assert job.wait(job.start()).outcome == "succeeded"
    assert job.log() == repr(value) + "\n"


def test_halves_of_characters_do_no_harm(run: MakeRun, studio: SmallStudio) -> None:
    job = run(notebook("print('\\ud800')\nraise ValueError('\\udcff \\x00')"))
    result = job.wait_for_end(job.start())
    assert result.failure is not None
    assert (result.outcome, result.failure.error_name) == ("failed", "ValueError")
    assert [told.outcome for told in studio.results] == ["failed"]
    assert set(studio.outputs) == {"executed.ipynb", "executed.html", "log.txt"}


def test_papermill_itself_can_use_the_engine(tmp_path: Path) -> None:
    import papermill

    source = tmp_path / "in.ipynb"
    source.write_bytes(notebook("6 * 7"))
    papermill.execute_notebook(source, tmp_path / "out.ipynb", engine_name="onedata", progress_bar=False)
    executed = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert executed.cells[0].outputs[0].data["text/plain"] == "42"
