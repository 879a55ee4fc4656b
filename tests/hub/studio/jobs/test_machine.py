"""Whatever happens in whatever order: two schedulers, any number of deaths, runners that come and go."""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from onedata_hub.backends.compute.base import ComputeState
from onedata_hub.studio.jobs.scheduler import Scheduler
from onedata_hub.studio.jobs.tables import JobAttemptRow, JobRow, JobRunRow
from sqlalchemy import select, update

from tests.hub.studio.jobs.conftest import WS, JobsUnderTest, running_jobs, wait_for_starts
from tests.hub.studio.jobs.fakes import Runner

LAST = (datetime.now(UTC) - timedelta(minutes=10)).replace(second=0, microsecond=0)
SCHEDULE = {"cron": f"{LAST.minute} * * * *"}
OUTCOMES = ["succeeded", "failed", "timed_out", "cancelled", "lost"]
FINAL = {"succeeded", "failed", "cancelled", "timed_out", "skipped"}


class Jobs(RuleBasedStateMachine):
    """The studio in memory; each rule is one thing that people, machines or time may do."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory()
        self.made: list[str] = []

    def do(self, step: Any) -> Any:
        return self.loop.run(step)

    def ask(self, step: Any) -> Any:
        """Do what takes a person's token, which no hub that is away can vouch for."""
        hub = self.jobs.studio.hub
        away, hub.away = hub.away, False
        try:
            return self.do(step)
        finally:
            hub.away = away

    @initialize()
    def begin(self) -> None:
        self.jobs: JobsUnderTest = self.do(
            self.stack.enter_async_context(running_jobs(Path(self.folder.name)))
        )
        self.jobs.studio.context.settings.jobs_max_running = 3
        self.schedulers = [self.jobs.scheduler, Scheduler(self.jobs.studio.context)]

    def teardown(self) -> None:
        if hasattr(self, "jobs"):
            self.everything_ends_at_last()
        self.do(self.stack.aclose())
        self.loop.close()
        self.folder.cleanup()

    @precondition(lambda self: len(self.made) < 4)
    @rule(overlap=st.sampled_from(["forbid", "queue", "replace"]), retries=st.integers(0, 2))
    def make_job(self, overlap: str, retries: int) -> None:
        job = self.ask(
            self.jobs.make_job(
                f"job-{len(self.made)}",
                schedule=SCHEDULE,
                overlap=overlap,
                retries={"max_retries": retries, "backoff_seconds": 0},
            )
        )
        self.made.append(job["id"])

    @precondition(lambda self: self.made)
    @rule(data=st.data(), hours=st.integers(0, 30))
    def let_a_due_time_pass(self, data: st.DataObject, hours: int) -> None:
        job = data.draw(st.sampled_from(self.made))
        self._write(update(JobRow).where(JobRow.id == job).values(next_due_at=LAST - timedelta(hours=hours)))

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def start_by_hand(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self.made))
        answer = self.ask(self.jobs.ann.post(f"{WS}/jobs/{job}/runs", json={}))
        assert answer.status_code in (201, 409), answer.text

    @rule(which=st.integers(0, 1))
    def look(self, which: int) -> None:
        self.do(self.jobs.look(self.schedulers[which]))

    @rule()
    def both_look_at_once(self) -> None:
        async def both() -> None:
            await asyncio.gather(*(scheduler.look() for scheduler in self.schedulers))
            for scheduler in self.schedulers:
                await wait_for_starts(scheduler)

        self.do(both())

    @rule(which=st.integers(0, 1))
    def kill_a_scheduler(self, which: int) -> None:
        """It is never heard of again; a new one takes its place, and the leases run out."""
        old = self.schedulers[which]
        self.schedulers[which] = Scheduler(self.jobs.studio.context)
        past = datetime.now(UTC) - timedelta(seconds=1)
        self._write(update(JobRunRow).where(JobRunRow.owner == old.owner).values(lease_until=past))

    @rule()
    def claim_and_die(self) -> None:
        """A scheduler claims runs and dies before it starts any."""
        doomed = Scheduler(self.jobs.studio.context)
        self.do(doomed.claim())
        past = datetime.now(UTC) - timedelta(seconds=1)
        self._write(update(JobRunRow).where(JobRunRow.owner == doomed.owner).values(lease_until=past))

    @rule(away=st.booleans())
    def hub_goes_or_comes(self, away: bool) -> None:
        self.jobs.studio.hub.away = away

    @rule(away=st.sampled_from(["", "The cluster does not answer."]))
    def backend_goes_or_comes(self, away: str) -> None:
        self.jobs.backend.away = away

    @precondition(lambda self: self._alive())
    @rule(data=st.data(), outcome=st.sampled_from(OUTCOMES), twice=st.booleans())
    def runner_delivers(self, data: st.DataObject, outcome: str, twice: bool) -> None:
        reference = data.draw(st.sampled_from(self._alive()))
        self._deliver(reference, outcome, times=2 if twice else 1)

    @precondition(lambda self: self._alive())
    @rule(data=st.data())
    def runner_reports(self, data: st.DataObject) -> None:
        reference = data.draw(st.sampled_from(self._alive()))
        assert self.do(self._runner(reference).report()).status_code == 200

    @precondition(lambda self: self._alive())
    @rule(data=st.data())
    def runner_dies(self, data: st.DataObject) -> None:
        self.jobs.backend.states[data.draw(st.sampled_from(self._alive()))] = ComputeState.gone

    @precondition(lambda self: self.made)
    @rule(data=st.data(), what=st.sampled_from(["cancel", "retry"]))
    def person_acts(self, data: st.DataObject, what: str) -> None:
        runs = self.ask(self.jobs.runs(limit=500))
        if runs:
            run = data.draw(st.sampled_from([run["id"] for run in runs]))
            assert self.ask(self.jobs.ann.post(f"{WS}/runs/{run}/{what}")).status_code in (200, 409)

    @invariant()
    def promises_hold(self) -> None:
        if not hasattr(self, "jobs"):
            return
        runs, attempts = self._rows()
        due = [(run.job_id, run.scheduled_for) for run in runs if run.scheduled_for]
        assert len(due) == len(set(due)), "a due time became two runs"
        running = [run.job_id for run in runs if run.state == "running"]
        assert len(running) == len(set(running)), "two runs of one job run at once"
        for run in runs:
            assert (run.slot_job_id is None) == (run.owner is None) == (run.lease_until is None)
            assert run.slot_job_id in (None, run.job_id)
            assert run.state != "running" or run.owner is not None
            assert (run.state in FINAL) == (run.finished_at is not None)
            assert run.state not in FINAL or run.owner is None
            still_open = [a for a in attempts if a.run_id == run.id and a.ended_at is None]
            assert len(still_open) <= (0 if run.state in FINAL else 1)
            assert all(a.attempt == run.attempt for a in still_open)

    def everything_ends_at_last(self) -> None:
        """With all parts back, and runners that deliver, no run is left over."""
        self.jobs.studio.hub.away, self.jobs.backend.away = False, ""
        for _ in range(600):
            runs, _attempts = self._rows()
            if all(run.state in FINAL for run in runs):
                break
            now = datetime.now(UTC)
            self._write(update(JobRunRow).where(JobRunRow.state == "queued").values(not_before=now))
            self.schedulers[0]._supervisor._start_again.clear()
            self.do(self.jobs.look(self.schedulers[0]))
            self.do(self.jobs.look(self.schedulers[1]))
            for reference in self._alive():
                self._deliver(reference, "succeeded")
        runs, attempts = self._rows()
        assert {run.state for run in runs} <= FINAL, [(run.id, run.state, run.message) for run in runs]
        for reference in list(self.jobs.backend.states):
            self.jobs.backend.states[reference] = ComputeState.gone
        for _ in range(1 + len(attempts) // 20):
            self.do(self.schedulers[0]._supervisor.clean())
        _runs, attempts = self._rows()
        assert all(a.cleaned_at and not a.token_ids for a in attempts)
        notes = {held["owner"] for held in self.jobs.studio.hub.tokens.values()}
        assert len(self.jobs.studio.hub.tokens) == len(notes), "a run's token outlived it"

    def _alive(self) -> list[str]:
        if not hasattr(self, "jobs"):
            return []
        states = self.jobs.backend.states
        return sorted(reference for reference, state in states.items() if state != ComputeState.gone)

    def _runner(self, reference: str) -> Runner:
        return Runner(self.jobs.studio, self.jobs.backend.requests[reference][-1])

    def _deliver(self, reference: str, outcome: str, times: int = 1) -> None:
        for _ in range(times):
            assert self.do(self._runner(reference).result(outcome)).status_code == 204
        self.jobs.backend.states[reference] = ComputeState.gone

    def _write(self, statement: Any) -> None:
        async def write() -> None:
            async with self.jobs.studio.context.database.write() as session:
                await session.execute(statement)

        self.do(write())

    def _rows(self) -> tuple[list[JobRunRow], list[JobAttemptRow]]:
        async def read() -> tuple[list[JobRunRow], list[JobAttemptRow]]:
            async with self.jobs.studio.context.database.read() as session:
                runs = list(await session.scalars(select(JobRunRow)))
                return runs, list(await session.scalars(select(JobAttemptRow)))

        found: tuple[list[JobRunRow], list[JobAttemptRow]] = self.do(read())
        return found


TestJobs = Jobs.TestCase
TestJobs.settings = settings(
    max_examples=20, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
