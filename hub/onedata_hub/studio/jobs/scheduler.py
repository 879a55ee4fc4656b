"""The scheduler: makes due runs, starts them, follows them. Any number of studios may run one.

What they share is the database: a due time becomes a run once (a unique key), a run is claimed
once (a conditional update), and a claim holds for as long as its studio says that it lives.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from onedata.contract.jobs import Schedule
from sqlalchemy.exc import OperationalError

from onedata_hub.studio.context import Context
from onedata_hub.studio.database import utc_now, why_refused
from onedata_hub.studio.ids import new_id
from onedata_hub.studio.jobs.leases_repository import LeaseRepository
from onedata_hub.studio.jobs.queueing import add_due_runs
from onedata_hub.studio.jobs.repository import JobRepository
from onedata_hub.studio.jobs.schedules import ScheduleError, read_schedule, settle_due
from onedata_hub.studio.jobs.starting import Starter
from onedata_hub.studio.jobs.supervising import Supervisor
from onedata_hub.studio.jobs.wake import bell
from onedata_hub.studio.metrics import RUNS_ACTIVE, SCHEDULER_LAG_SECONDS

log = logging.getLogger("onedata.studio.jobs")

_DUE_AT_ONCE = 50


async def run_scheduler(context: Context) -> None:
    """Run a scheduler until it is cancelled; its leases then are free at once."""
    scheduler = Scheduler(context)
    try:
        await scheduler.run()
    finally:
        await asyncio.shield(scheduler.close())


class Scheduler:
    """One studio process's part in running jobs."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.owner = new_id()
        self._starter = Starter(context, self.owner)
        self._supervisor = Supervisor(context, self.owner, self._begin_start, self._starter.has_started)
        self._starting: dict[str, asyncio.Task[None]] = {}
        self._refusals = 0  # of the database's, since it took all that was asked

    async def run(self) -> None:
        """Look for work again and again: at each wake-up, and by the clock."""
        await self.context.compute.prepare()
        heartbeat = asyncio.create_task(self._beat())
        rung = bell(self.context)
        try:
            while True:
                rung.clear()
                await self.look()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(rung.wait(), self.context.settings.jobs_poll_seconds)
        finally:
            heartbeat.cancel()

    async def close(self) -> None:
        """Stop the starts on their way and give the leases back; the runs go on."""
        for task in self._starting.values():
            task.cancel()
        await asyncio.gather(*self._starting.values(), return_exceptions=True)
        try:
            async with self.context.database.write() as session:
                await LeaseRepository(session).extend(self.owner, utc_now() - timedelta(seconds=1))
        except OperationalError as error:  # they run out by themselves
            log.warning("The database refused to take the leases back: %s", why_refused(error))

    async def look(self) -> None:
        """Do all there is to do now. A step that fails is told in the log, and the others go on."""
        refusals = self._refusals
        for step in (
            self.make_due_runs,
            self.adopt,
            self.claim,
            self.follow,
            self._supervisor.clean,
            self.measure,
        ):
            await self._guarded(step)
        if refusals and self._refusals == refusals:
            log.warning("The database takes again what the scheduler asks.")
            self._refusals = 0

    async def _guarded(self, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except OperationalError as error:
            self._refusals += 1
            if self._refusals == 1:  # it is away, or full: told once, and not at every look
                why = why_refused(error)
                log.exception("The database refuses the scheduler, which asks again and again: %s", why)
        except Exception:  # the outer loop: the next look may do better
            log.exception(
                "The scheduler's step %s failed; it is tried again.", getattr(step, "__name__", step)
            )

    async def make_due_runs(self) -> None:
        """Make a run of each due time that has come."""
        while True:
            async with self.context.database.read() as session:
                due = await JobRepository(session).due(utc_now(), _DUE_AT_ONCE)
            for job_id in due:
                await self._settle(job_id)
            if len(due) < _DUE_AT_ONCE:
                return

    async def _settle(self, job_id: str) -> None:
        """Make one job's due runs and move its next due time on, in one transaction."""
        now = utc_now()
        async with self.context.database.write() as session:
            repository = JobRepository(session)
            job = await repository.lock(job_id)
            if job is None or job.next_due_at is None or job.next_due_at > now or job.schedule is None:
                return  # another scheduler was quicker
            schedule = Schedule.model_validate(job.schedule)
            try:
                read = read_schedule(schedule, now)
            except ScheduleError:  # it could be kept once: the zone was renamed since
                log.exception("Job %s is due no more.", job_id)
                await repository.advance(job_id, job.next_due_at, None)
                return
            due = settle_due(read, schedule.catch_up, job.next_due_at, now)
            if await repository.advance(job_id, job.next_due_at, due.next_due_at):
                await add_due_runs(session, job, due.times, now)

    async def adopt(self) -> None:
        """Take over runs whose studio has not been heard of."""
        now = utc_now()
        async with self.context.database.read() as session:
            if not await LeaseRepository(session).has_expired(now):
                return
        async with self.context.database.write() as session:
            taken = await LeaseRepository(session).adopt_expired(now, self.owner, self._lease(now), 100)
        for run_id in taken:
            log.warning("Run %s is taken over from a studio that is gone.", run_id)

    async def claim(self) -> None:
        """Take waiting runs, as many as there is room for."""
        now = utc_now()
        async with self.context.database.read() as session:
            leases = LeaseRepository(session)
            room = self.context.settings.jobs_max_running - len(await leases.owned(self.owner))
            if room <= 0 or not await leases.claimable(now, 1):
                return
        async with self.context.database.write() as session:
            leases = LeaseRepository(session)
            for run in await leases.claimable(now, room, for_update=True):
                await leases.claim(run, self.owner, self._lease(now))

    async def follow(self) -> None:
        """Look after the runs that this process holds."""
        async with self.context.database.read() as session:
            held = await LeaseRepository(session).owned(self.owner)
        RUNS_ACTIVE.set(len(held))
        for part in (self._starter, self._supervisor):
            part.forget({run.id for run in held})
        for run in held:
            if run.id not in self._starting:
                await self._guarded(partial(self._supervisor.look_after, run))

    async def measure(self) -> None:
        """Tell how long the oldest waiting run has waited."""
        now = utc_now()
        async with self.context.database.read() as session:
            oldest = await LeaseRepository(session).oldest_waiting(now)
        SCHEDULER_LAG_SECONDS.set((now - oldest).total_seconds() if oldest else 0.0)

    def _begin_start(self, run_id: str, state: str, is_half_made: bool) -> None:
        if run_id not in self._starting:
            start = partial(self._starter.start, run_id, state, is_half_made=is_half_made)
            task = asyncio.create_task(self._guarded(start))
            self._starting[run_id] = task
            task.add_done_callback(lambda _: self._on_started(run_id))

    def _on_started(self, run_id: str) -> None:
        self._starting.pop(run_id, None)
        bell(self.context).set()  # a start that was put off made room for another run

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.context.settings.jobs_lease_seconds / 4)
            await self._guarded(self._extend)

    async def _extend(self) -> None:
        async with self.context.database.read() as session:
            if not await LeaseRepository(session).owned(self.owner):
                return  # an idle studio writes nothing
        async with self.context.database.write() as session:
            await LeaseRepository(session).extend(self.owner, self._lease(utc_now()))

    def _lease(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.context.settings.jobs_lease_seconds)
