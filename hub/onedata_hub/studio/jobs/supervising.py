"""Look after the runs that this studio holds, and clean up after those that have ended."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from onedata.contract.jobs import RunState
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.backends.compute.base import ComputeError, ComputeState
from onedata_hub.identity import HubUnreachable
from onedata_hub.studio.context import Context
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.jobs.cancelling import clip
from onedata_hub.studio.jobs.leases_repository import LeaseRepository
from onedata_hub.studio.jobs.references import reference_of
from onedata_hub.studio.jobs.runner_service import settle
from onedata_hub.studio.jobs.runs_repository import RunRepository
from onedata_hub.studio.jobs.starting import MOST_STARTS, lost_result
from onedata_hub.studio.jobs.tables import JobAttemptRow, JobRunRow

log = logging.getLogger("onedata.studio.jobs")

CANCEL_GRACE = timedelta(seconds=2)  # the runner hears of a cancel with its next report; then it is told
TIMEOUT_GRACE = timedelta(seconds=60)  # the runner keeps the timeout itself; this is for one that hangs
PAGE_GRACE = timedelta(minutes=10)  # for the page that the runner makes after its result
_TROUBLE = "Something is wrong where it runs:"  # the notebook itself may be heard of all the while
_ASK_AGAIN = timedelta(seconds=30)
_SEEN_LATE = timedelta(minutes=1)  # a runner that began may be told of as starting for so long
_SHORTEST_WAIT = timedelta(seconds=2)  # from one start to the next
_LONGEST_WAIT = timedelta(seconds=60)
_CLEANED_AT_ONCE = 20


class Supervisor:
    """Follows attempts through the compute backend.

    Args:
        owner: The studio process, as leases name it.
        start: Called with a run's id and the state it was read in, to start it or one whose runner is gone again;
            and with whether a start may have left it half made, which this one completes.
        has_started: Says whether the last start of an attempt is known to have gone through.
    """

    def __init__(
        self,
        context: Context,
        owner: str,
        start: Callable[[str, str, bool], None],
        has_started: Callable[[str], bool],
    ) -> None:
        self.context = context
        self.owner = owner
        self._start = start
        self._has_started = has_started
        self._asked: dict[str, datetime] = {}
        self._start_again: dict[str, tuple[datetime, timedelta]] = {}
        self._cleaned_to: JobAttemptRow | None = None

    async def look_after(self, run: JobRunRow) -> None:
        """Do for one run what its state asks for."""
        if run.state == RunState.queued.value:
            self._start(run.id, run.state, False)
            return
        reference = reference_of(run.id, run.attempt)
        try:
            state = await self.context.compute.state(reference)
            if state == ComputeState.gone:
                await self._on_gone(run)
            elif state == ComputeState.starting and run.cancel_requested_at is None:
                await self._on_waiting(run, reference)
            else:
                await self._on_begun(run, reference)
        except ComputeError as error:  # not known is not gone: the run stays as it is
            log.info("Run %s is looked after later: %s", run.id, error)

    async def _on_waiting(self, run: JobRunRow, reference: str) -> None:
        """Say what an attempt waits for, and end one that has waited too long."""
        now = utc_now()
        why = await self.context.compute.why(reference)
        patience = timedelta(seconds=self.context.settings.jobs_start_patience_seconds)
        async with self.context.database.read() as session:
            seen = await session.get(JobRunRow, run.id)
            attempt = await RunRepository(session).attempt(run.id, run.attempt)
        if seen is None or attempt is None or attempt.ended_at is not None:
            return  # its result came while we asked
        if attempt.begun_by is not None:
            if attempt.started_at is not None and now - attempt.started_at > _SEEN_LATE:
                await self._on_begun(run, reference)  # its pod was taken from it
        elif attempt.started_at is not None and now - attempt.started_at > patience:
            hours = f"{patience.total_seconds() / 3600:g} h"
            await self._settle_lost(attempt, f"It waited {hours} for a place to run. {why}".strip(), now)
            await self._ask_to_end(reference, now)
        elif not self._has_started(reference):
            if self._may_start_again(run.id, now):
                self._start(run.id, run.state, True)
        elif why and seen.message != (said := clip(f"Waiting to start: {why}", 1_000)):
            await self._note_waiting(run, said)

    def _may_start_again(self, run_id: str, now: datetime) -> bool:
        """Say whether it is time to start an attempt again; the next time is later by more and more."""
        due, wait = self._start_again.get(run_id, (now, _SHORTEST_WAIT))
        if due > now:
            return False
        self._start_again[run_id] = now + wait, min(wait * 2, _LONGEST_WAIT)
        return True

    async def _note_waiting(self, run: JobRunRow, said: str) -> None:
        async with self.context.database.write() as session:
            held = await self._held(session, run)  # locked first: what begins meanwhile waits for us
            attempt = await RunRepository(session).attempt(run.id, run.attempt)
            if held is not None and attempt is not None and attempt.begun_by is None:
                held.message = said

    async def _on_begun(self, run: JobRunRow, reference: str) -> None:
        await self._end_if_due(run, reference)
        await self._on_running(run, reference)

    async def _on_running(self, run: JobRunRow, reference: str) -> None:
        """Say while it is so what is wrong with a run's place: the cluster has lost its node, say."""
        if run.cancel_requested_at is not None or self.context.compute.keeps_spools:
            return  # what keeps spools is this machine: there is nothing between it and us
        why = await self.context.compute.why(reference)
        said = clip(f"{_TROUBLE} {why}", 1_000) if why else ""
        if said == run.message or not (why or run.message.startswith(_TROUBLE)):
            return
        async with self.context.database.write() as session:
            held = await self._held(session, run)
            if held is not None:
                held.message = said

    async def _held(self, session: AsyncSession, run: JobRunRow) -> JobRunRow | None:
        """Give a run for writing, if it still is ours, at the same attempt, and nobody has cancelled it."""
        held = await RunRepository(session).lock(run.id)
        is_ours = held is not None and held.owner == self.owner and held.attempt == run.attempt
        return held if held is not None and is_ours and held.cancel_requested_at is None else None

    async def _on_gone(self, run: JobRunRow) -> None:
        """Start the runner again: it delivers the result it left, or says that the attempt is lost.

        Where nothing outlives a runner, one that had begun is lost; one that had not is started again.
        """
        now = utc_now()
        async with self.context.database.read() as session:
            seen = await session.get(JobRunRow, run.id)
            attempt = await RunRepository(session).attempt(run.id, run.attempt)
        is_current = seen is not None and seen.attempt == run.attempt and not RunState(seen.state).is_final
        if attempt is None or attempt.ended_at is not None or not is_current:
            return  # its result came while we asked
        keeps = self.context.compute.keeps_spools
        if not keeps and (attempt.begun_by is not None or run.cancel_requested_at is not None):
            why = await self.context.compute.why(reference_of(run.id, run.attempt))
            await self._settle_lost(attempt, why or "Its runner is gone, and nobody knows why.", now)
        elif attempt.starts >= MOST_STARTS:
            await self._give_up(attempt, now)
        elif self._may_start_again(run.id, now):
            self._start(run.id, run.state, False)

    async def _give_up(self, attempt: JobAttemptRow, now: datetime) -> None:
        said = f"Its runner was started {attempt.starts} times and ended each time without a result; see its log."
        why = await self.context.compute.why(reference_of(attempt.run_id, attempt.attempt))
        await self._settle_lost(attempt, f"{said} {why}".strip(), now)

    async def _settle_lost(self, attempt: JobAttemptRow, why: str, now: datetime) -> None:
        async with self.context.database.write() as session:
            await settle(session, attempt.run_id, lost_result(attempt, why, now), None)

    async def _end_if_due(self, run: JobRunRow, reference: str) -> None:
        now = utc_now()
        if run.cancel_requested_at is not None:
            if now - run.cancel_requested_at >= CANCEL_GRACE:
                await self._ask_to_end(reference, now)
            return
        async with self.context.database.read() as session:
            repository = RunRepository(session)
            timeout = timedelta(seconds=(await repository.detail(run.id)).timeout_seconds)
            attempt = await repository.attempt(run.id, run.attempt)
        if attempt is None or attempt.started_at is None:
            return
        if now - attempt.started_at >= timeout + TIMEOUT_GRACE:
            await self._note_overdue(run, now)
            await self._ask_to_end(reference, now)

    async def _note_overdue(self, run: JobRunRow, now: datetime) -> None:
        async with self.context.database.write() as session:
            attempt = await RunRepository(session).attempt(run.id, run.attempt)
            if attempt is not None and attempt.overdue_at is None:
                attempt.overdue_at = now

    async def _ask_to_end(self, reference: str, now: datetime) -> None:
        if self._asked.get(reference, now - _ASK_AGAIN) <= now - _ASK_AGAIN:
            await self.context.compute.cancel(reference)
            self._asked[reference] = now

    def forget(self, held: set[str]) -> None:
        """Drop what is remembered of runs that this studio holds no more."""
        self._start_again = {run: due for run, due in self._start_again.items() if run in held}
        long_ago = utc_now() - _ASK_AGAIN  # ended attempts are held by nobody, and asked all the same
        self._asked = {reference: at for reference, at in self._asked.items() if at > long_ago}

    async def clean(self) -> None:
        """Revoke the tokens of ended attempts, and drop their files once their runners are gone.

        Each look goes on where the last one stopped: those that cannot be cleaned keep no other from it.
        """
        async with self.context.database.read() as session:
            ended = await LeaseRepository(session).to_clean(_CLEANED_AT_ONCE, after=self._cleaned_to)
        self._cleaned_to = ended[-1] if len(ended) == _CLEANED_AT_ONCE else None
        for attempt in ended:
            try:
                await self._clean_one(attempt)
            except (HubUnreachable, ComputeError) as error:
                log.info("Attempt %d of run %s is cleaned later: %s", attempt.attempt, attempt.run_id, error)

    def _never_began(self, attempt: JobAttemptRow) -> bool:
        """Say that an attempt has no page to make: those with a place of their own ask before they begin."""
        return attempt.begun_by is None and not self.context.compute.keeps_spools

    async def _clean_one(self, attempt: JobAttemptRow) -> None:
        now = utc_now()
        for token_id in attempt.token_ids:
            await self.context.identity.revoke_token(attempt.user, token_id)
        reference = reference_of(attempt.run_id, attempt.attempt)
        assert attempt.ended_at is not None, "only ended attempts are cleaned"
        is_gone = await self.context.compute.state(reference) == ComputeState.gone
        if is_gone:
            await self.context.compute.remove(reference)
        elif self._never_began(attempt) or now - attempt.ended_at > PAGE_GRACE:
            await self._ask_to_end(reference, now)
        if attempt.token_ids or is_gone:
            async with self.context.database.write() as session:
                row = await RunRepository(session).attempt(attempt.run_id, attempt.attempt)
                assert row is not None, "attempts are never deleted"
                row.token_ids = []
                row.cleaned_at = now if is_gone else None
