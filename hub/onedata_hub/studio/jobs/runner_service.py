"""What runners tell: progress, outputs, results. Each opens only its own attempt, with its key."""

import hashlib
import hmac
import logging

from onedata.contract.jobs import RunState
from onedata.contract.runner import RunBegin, RunOrders, RunReply, RunReport, RunResult
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.backends.compute.base import ComputeError
from onedata_hub.studio.context import Context
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.errors import Gone, Invalid, NotFound, Unauthorized
from onedata_hub.studio.jobs.ending import end_attempt, note_report
from onedata_hub.studio.jobs.orders import give_orders
from onedata_hub.studio.jobs.outputs import check_output_name, output_key
from onedata_hub.studio.jobs.references import reference_of
from onedata_hub.studio.jobs.runs_repository import RunRepository
from onedata_hub.studio.jobs.tables import JobAttemptRow, JobRunRow
from onedata_hub.studio.jobs.telling import telling_of
from onedata_hub.studio.jobs.wake import wake
from onedata_hub.studio.lineage.recording import Telling, record_telling

log = logging.getLogger("onedata.studio.jobs")


def hash_key(key: str) -> str:
    """Give what is kept of a run key."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


class RunnerService:
    """Hears the runners."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def begin(self, run_id: str, key: str, body: RunBegin) -> RunOrders:
        """Let the first place that asks execute an attempt."""
        async with self.context.database.read() as session:
            attempt = await self._open(session, run_id, key, None)
        return await give_orders(self.context, attempt, body.place)

    async def report(self, run_id: str, key: str, body: RunReport) -> RunReply:
        """Note progress, and say whether the runner shall stop.

        A runner whose attempt has ended (cancelled while it could not be reached, say) is told
        to stop, and nothing of what it says is kept.
        """
        async with self.context.database.read() as session:
            attempt = await self._open(session, run_id, key, body.attempt)
            if attempt.ended_at is not None:
                return RunReply(cancel=True)
        async with self.context.database.write() as session:
            repository = RunRepository(session)
            run = await repository.lock(run_id)
            assert run is not None, "an attempt has its run"
            if run.attempt != body.attempt or RunState(run.state).is_final:
                return RunReply(cancel=True)
            note_report(run, await repository.detail(run_id), body)
            if run.state == RunState.queued.value and run.slot_job_id is not None:
                # Its start is known here before the studio that started it has written it.
                run.state, run.started_at, run.message = RunState.running.value, utc_now(), ""
            return RunReply(cancel=run.cancel_requested_at is not None)

    async def result(self, run_id: str, key: str, body: RunResult) -> None:
        """Take an attempt's result; the same one again changes nothing."""
        async with self.context.database.read() as session:
            attempt = await self._open(session, run_id, key, body.attempt)
            run = await self._run(session, run_id)
        if attempt.ended_at is not None:
            return
        body = await self._explained(run, attempt, body)
        telling = await telling_of(self.context, run, attempt, body.datasets_read, body.datasets_written)
        async with self.context.database.write() as session:
            await settle(session, run_id, body, telling)
        wake(self.context)

    async def _explained(self, run: JobRunRow, attempt: JobAttemptRow, result: RunResult) -> RunResult:
        """Add why a runner was ended that nobody here asked to end; where it runs, that may be known."""
        asked = run.cancel_requested_at is not None or attempt.overdue_at is not None
        if asked or result.outcome not in ("cancelled", "lost"):
            return result
        try:
            reference = reference_of(run.id, attempt.attempt)
            why = await self.context.compute.why(reference, told_to_end=True)
        except ComputeError as error:
            log.info("Why run %s was ended is not known: %s", run.id, error)
            return result
        told = {"outcome": "lost", "message": f"{why} {result.message}".strip()}
        return result.model_copy(update=told) if why else result

    async def put_output(self, run_id: str, key: str, name: str, data: bytes) -> None:
        """Store an output of an attempt. The page of the executed notebook comes after its result."""
        check_output_name(name)
        async with self.context.database.read() as session:
            attempt = await self._open(session, run_id, key, None)
            run = await self._run(session, run_id)
        if attempt.cleaned_at is not None:
            raise Gone(f"Attempt {attempt.attempt} of run {run_id} has ended; it takes no more outputs.")
        stored = f"{attempt.attempt}/{name}"
        await self.context.objects.put_bytes(output_key(run.workspace, run_id, stored), data)
        async with self.context.database.write() as session:
            repository = RunRepository(session)
            await repository.lock(run_id)
            detail = await repository.detail(run_id)
            if stored not in detail.outputs:
                detail.outputs = sorted([*detail.outputs, stored], key=_by_attempt)

    @staticmethod
    async def _open(session: AsyncSession, run_id: str, key: str, number: int | None) -> JobAttemptRow:
        """Find the attempt that a key opens.

        Raises:
            NotFound: If there is no such run, or none of it was started: its runner has no business.
            Unauthorized: If the key opens none of its attempts.
            Invalid: If it opens another attempt than the one that is spoken of.
        """
        attempts = await RunRepository(session).attempts(run_id)
        if not attempts:
            raise NotFound(f"There is no run '{run_id[:64]}' that was started.", code="no_run")
        given = hash_key(key)
        for attempt in attempts:
            opens = [hmac.compare_digest(given, known) for known in attempt.key_hashes]
            if any(opens):
                if number is not None and number != attempt.attempt:
                    raise Invalid(f"The run key is of attempt {attempt.attempt}, not of attempt {number}.")
                return attempt
        raise Unauthorized(
            "The header Onedata-Run-Key does not open this run. Send the key the runner was given."
        )

    @staticmethod
    async def _run(session: AsyncSession, run_id: str) -> JobRunRow:
        run = await session.get(JobRunRow, run_id)
        assert run is not None, "an attempt has its run"
        return run


async def settle(session: AsyncSession, run_id: str, result: RunResult, telling: Telling | None) -> bool:
    """End the attempt that a result is of; False, and nothing changed, if it has ended already."""
    repository = RunRepository(session)
    run = await repository.lock(run_id)
    attempt = await repository.attempt(run_id, result.attempt)
    assert run is not None, "an attempt has its run"
    assert attempt is not None, "its key or its studio named it"
    if attempt.ended_at is not None or run.attempt != attempt.attempt or RunState(run.state).is_final:
        return False
    end_attempt(session, run, await repository.detail(run_id), attempt, result, utc_now())
    if telling is not None:
        await session.flush()
        try:
            await record_telling(session, telling)
        except Invalid as error:  # far more datasets than lineage keeps: the run's end matters more
            log.warning("The lineage of run %s is not kept: %s", run_id, error)
    return True


def _by_attempt(stored: str) -> tuple[int, str]:
    number, _, name = stored.partition("/")
    return int(number), name
