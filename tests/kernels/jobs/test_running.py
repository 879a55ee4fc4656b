"""Jobs from a notebook's point of view, on a studio that really runs them."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import onedata as od
import pytest
from onedata.errors import Conflict, InvalidInput, NotFound
from onedata.jobs import RunFailed, WaitedTooLong

from tests.kernels.conftest import Served
from tests.support.runner import code, text

Save = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("platform")
PROFILES = """
- {display_name: Plain, default: true}
- display_name: Roomy
  profile_options:
    colour:
      display_name: Colour
      choices:
        red: {display_name: Red, kubespawner_override: {environment: {COLOUR: red}}}
        blue: {display_name: Blue, kubespawner_override: {environment: {COLOUR: blue}}}
"""
DAYS = code("days: int = 1  # how far back", "parameters")


def test_a_submitted_notebook_runs_with_its_parameters(save: Save) -> None:
    run = od.jobs.submit(save("Train model.ipynb", DAYS, "print('days', days)"), {"days": 30}, wait=True)
    assert run.state == "succeeded"
    assert (run.name, run.info.parameters) == ("train-model", {"days": 30})
    assert run.logs() == "days 30\n"
    assert run.info.progress.cells_done == 2
    assert od.jobs.get("train-model").info.notebook_path == "Train model.ipynb"


def test_submitting_again_under_a_name_runs_the_notebook_as_it_is_now(save: Save) -> None:
    first = od.jobs.submit(save("etl.ipynb", "print('old')"), name="nightly", retries=2, wait=True)
    second = od.jobs.submit(save("etl.ipynb", "print('new')"), name="nightly", wait=True)
    assert first.info.job_id == second.info.job_id
    assert [run.logs() for run in (first, second)] == ["old\n", "new\n"]
    assert od.jobs.get("nightly").info.retries.max_retries == 2
    assert len(od.jobs.list()) == 1


def test_a_new_job_runs_with_what_the_server_was_started_with(
    save: Save, platform: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles = tmp_path / "profiles.yaml"
    profiles.write_text(PROFILES)
    platform.studio.context.settings.profiles_file = profiles
    monkeypatch.setenv("ONEDATA_PROFILE", "roomy")
    monkeypatch.setenv("ONEDATA_PROFILE_OPTIONS", '{"colour": "blue"}')
    says = save("says.ipynb", "import os\nprint(os.environ['ONEDATA_PROFILE'], os.environ.get('COLOUR'))")
    assert od.jobs.submit(says, wait=True).logs() == "roomy blue\n"
    assert od.jobs.submit(says, name="other", profile="plain", wait=True).logs() == "plain None\n"
    chosen = od.jobs.schedule(says, "0 3 * * *", name="third", profile_options={"colour": "red"}).info
    assert (chosen.profile, chosen.profile_options) == ("roomy", {"colour": "red"})
    monkeypatch.setenv("ONEDATA_PROFILE", "plain")
    monkeypatch.delenv("ONEDATA_PROFILE_OPTIONS")
    assert od.jobs.submit(says, wait=True).logs() == "roomy blue\n"  # what a job has stays


def test_a_failed_run_tells_its_cell_and_can_be_tried_again(save: Save, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    path = save("flaky.ipynb", text("# Look"), f"open({str(flag)!r}).read()")
    with pytest.raises(
        RunFailed, match=r"Run \w+ of 'flaky' failed: Cell 1 'Look' failed. FileNotFoundError"
    ) as caught:
        od.jobs.submit(path, wait=True)
    run = caught.value.run
    assert run.failure is not None
    assert (run.failure.name, run.failure.error_name) == ("Look", "FileNotFoundError")
    assert "FileNotFoundError" in run.logs()
    flag.write_text("there")
    assert od.jobs.retry(run).wait(60).state == "succeeded"
    assert run.summary.attempt == 2


def test_a_run_is_cancelled_by_its_id(save: Save) -> None:
    run = od.jobs.submit(save("long.ipynb", "import time\nprint('on', flush=True)\ntime.sleep(120)"))
    for seen in od.jobs.stream_logs(run.id, follow=True):
        assert seen == "on\n"
        break
    od.jobs.cancel(run.id)
    assert od.jobs.wait(run, 40).state == "cancelled"


def test_runs_of_one_job_are_queued_one_after_another(save: Save) -> None:
    path = save("sweep.ipynb", code("x = 0", "parameters"), "print(x)")
    runs = [od.jobs.submit(path, {"x": number}) for number in range(3)]
    assert [run.wait(90).logs() for run in runs] == ["0\n", "1\n", "2\n"]


def test_waiting_ends_when_its_time_is_over_and_the_run_goes_on(save: Save) -> None:
    run = od.jobs.submit(save("long.ipynb", "import time; time.sleep(120)"))
    with pytest.raises(WaitedTooLong, match=f"od.jobs.cancel\\('{run.id}'\\) stops it"):
        run.wait(0.5)
    assert not run.refresh().is_over


def test_runs_are_listed_newest_first_and_by_job_and_state(save: Save) -> None:
    good = od.jobs.submit(save("good.ipynb", "1"), wait=True)
    bad = od.jobs.submit(save("bad.ipynb", "1 / 0")).wait()
    assert [run.id for run in od.jobs.runs()] == [bad.id, good.id]
    assert [run.id for run in od.jobs.runs("good")] == [good.id]
    assert [run.id for run in od.jobs.runs(state="failed")] == [bad.id]
    assert "good" in repr(od.jobs.runs())
    assert "<table" in od.jobs.runs()._repr_html_()
    assert od.jobs.runs(limit=1)[0].outputs  # asked for when needed: a list does not tell them


def test_outputs_are_downloaded_into_a_folder(save: Save, tmp_path: Path) -> None:
    run = od.jobs.submit(save("make.ipynb", "6 * 7"), wait=True)
    wait_for_output(run, "executed.html")
    paths = run.download(tmp_path / "out")
    assert {path.name for path in paths} == {"executed.ipynb", "executed.html", "log.txt"}
    executed = nbformat.read(tmp_path / "out" / "executed.ipynb", as_version=4)
    assert executed.cells[0].outputs[0].data["text/plain"] == "42"
    assert [path.parent.name for path in od.jobs.download(run.id, names=["log.txt"])] == [f"make-{run.id}"]
    with pytest.raises(NotFound, match="It has: "):
        run.download(names=["other.txt"])


def wait_for_output(run: od.jobs.Run, name: str) -> None:
    """The page is made after the run's end."""
    import time

    for _ in range(200):
        if name in run.refresh().outputs:
            return
        time.sleep(0.1)
    raise AssertionError(f"No {name} within 20 s.")


def is_paused(job: od.jobs.Job) -> bool:
    assert job.info.schedule is not None
    return job.info.schedule.paused


def test_a_scheduled_notebook_is_paused_resumed_and_deleted(save: Save) -> None:
    path = save("etl.ipynb", DAYS)
    job = od.jobs.schedule(
        path, "30 2 * * *", timezone="Europe/Berlin", parameters={"days": 2}, retries=3, timeout=600
    )
    assert (job.name, job.info.parameters, job.info.timeout_seconds) == ("etl", {"days": 2}, 600)
    assert job.next_due_at is not None
    assert is_paused(od.jobs.pause("etl"))
    again = od.jobs.schedule(path, "0 3 * * *", timezone="Europe/Berlin")
    assert (again.id, is_paused(again), again.info.retries.max_retries) == (job.id, True, 3)
    assert not is_paused(od.jobs.resume(job))
    od.jobs.delete("etl")
    with pytest.raises(NotFound, match=r"has no job 'etl'\. It has none yet"):
        od.jobs.get("etl")


def test_a_job_with_a_schedule_can_be_run_now(save: Save) -> None:
    job = od.jobs.schedule(save("etl.ipynb", DAYS, "print(days)"), "0 0 1 1 *", parameters={"days": 5})
    assert job.run({"days": 6}).wait(60, check=True).logs() == "6\n"
    assert job.runs()[0].state == "succeeded"


def test_a_job_without_a_schedule_cannot_be_paused(save: Save) -> None:
    od.jobs.submit(save("once.ipynb", "1"), wait=True)
    with pytest.raises(InvalidInput, match="has no schedule to pause"):
        od.jobs.pause("once")


def test_a_notebook_tells_its_parameters(save: Save) -> None:
    info = od.jobs.inspect(save("etl.ipynb", DAYS))
    assert [(spec.name, spec.type, spec.default, spec.help) for spec in info.parameters] == [
        ("days", "int", 1, "how far back")
    ]


def test_a_schedule_is_told_in_words_before_it_is_kept() -> None:
    preview = od.jobs.preview("30 2 * * *", timezone="Europe/Berlin")
    assert preview.description
    assert len(preview.next_due) >= 3


def test_a_wrong_parameter_is_refused_before_anything_runs(save: Save) -> None:
    path = save("etl.ipynb", DAYS)
    with pytest.raises(InvalidInput, match="days"):
        od.jobs.submit(path, {"days": "many"})
    with pytest.raises(InvalidInput, match="'day'"):
        od.jobs.submit(path, {"day": 3})
    assert od.jobs.runs() == []


def test_a_studio_that_forbids_a_second_run_is_heard(save: Save) -> None:
    path = save("one.ipynb", "import time; time.sleep(60)")
    first = od.jobs.submit(path, overlap="forbid")
    with pytest.raises(Conflict):
        od.jobs.submit(path)
    first.cancel()


def test_another_workspace_is_named_for_each_call(save: Save, platform: Served) -> None:
    od.jobs.submit(save("team.ipynb", "1"), workspace="team-a", wait=True)
    assert [job.name for job in od.jobs.list(workspace="team-a")] == ["team"]
    assert list(od.jobs.list()) == []
    assert od.jobs.runs("team", workspace="team-a")[0].workspace == "team-a"


def test_progress_is_shown_in_lines_where_nothing_can_be_redrawn(
    save: Save, capsys: pytest.CaptureFixture[str]
) -> None:
    pause = "import time; time.sleep(0.8)"
    od.jobs.submit(save("slow.ipynb", text("# Load"), pause, text("# Train"), pause)).wait(show=True)
    shown = capsys.readouterr().out
    assert "▶ running" in shown
    assert "in 'Train'" in shown
    assert shown.splitlines()[-1].count("✓ succeeded · 2 of 2 cells") == 1
