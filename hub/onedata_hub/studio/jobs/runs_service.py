"""Runs: what people start, watch, cancel and fetch."""

from onedata.contract.jobs import Overlap, Run, RunCreate, RunLog, RunState, Trigger
from onedata.contract.runner import LOG_FILE
from onedata.contract.workspaces import Role
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.backends.compute.base import LOG_CHUNK_BYTES, ComputeError, UnknownReference
from onedata_hub.backends.objects.errors import ObjectMissing
from onedata_hub.studio.access import Access
from onedata_hub.studio.audit.service import record
from onedata_hub.studio.context import Context
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.errors import Conflict, NotFound, Unavailable
from onedata_hub.studio.jobs import mapping
from onedata_hub.studio.jobs.cancelling import request_cancel
from onedata_hub.studio.jobs.outputs import Output, check_output_name, output_key
from onedata_hub.studio.jobs.parameters import check_parameters
from onedata_hub.studio.jobs.queueing import Order, add_manual_run, find_obstacle, replace_by
from onedata_hub.studio.jobs.references import reference_of
from onedata_hub.studio.jobs.runs_repository import RunRepository
from onedata_hub.studio.jobs.service import job_of
from onedata_hub.studio.jobs.tables import JobRow, JobRunDetailRow, JobRunRow
from onedata_hub.studio.jobs.wake import wake
from onedata_hub.studio.paging import decode_cursor


class RunService:
    """Starts, shows and ends runs."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def start(self, access: Access, job_id: str, body: RunCreate) -> Run:
        """Put a run of a job into the queue; it runs as the caller."""
        access.require(Role.editor, "running jobs")
        async with self.context.database.write() as session:
            job = await job_of(session, access.workspace, job_id)
            given = job.parameters | body.parameters
            parameters = check_parameters(given, mapping.specs_of(job), complete=True)
            await self._refuse_overlap(session, job)
            order = Order(Trigger.manual, utc_now(), access.caller.name, parameters)
            run_id = await add_manual_run(session, job, order)
            record(session, access, "run.start", f"run:{run_id}", {"job": job.name})
        wake(self.context)
        return await self.get(access, run_id)

    async def retry(self, access: Access, run_id: str) -> Run:
        """Give a run that did not succeed another attempt, with the same notebook and parameters."""
        access.require(Role.editor, "running jobs")
        async with self.context.database.write() as session:
            seen = await self._found(session, access, run_id)
            job = await job_of(session, access.workspace, seen.job_id)
            run = await RunRepository(session).lock(run_id)
            assert run is not None, "runs are never deleted"
            if run.state == RunState.succeeded.value or not RunState(run.state).is_final:
                raise Conflict(
                    f"Run {run_id} is {run.state}; only one that failed, timed out, was cancelled or was "
                    "skipped can be tried again. Run the job instead.",
                    code="not_retryable",
                )
            await self._refuse_overlap(session, job)
            await self._requeue(session, run)
            if Overlap(job.overlap) is Overlap.replace:
                await replace_by(session, job, run.id)
            record(session, access, "run.retry", f"run:{run_id}", {"job": job.name, "attempt": run.attempt})
        wake(self.context)
        return await self.get(access, run_id)

    async def cancel(self, access: Access, run_id: str) -> Run:
        """Cancel a run: at once while it waits, else by asking its runner. One that has ended stays."""
        access.require(Role.editor, "cancelling runs")
        async with self.context.database.write() as session:
            await self._found(session, access, run_id)
            run = await RunRepository(session).lock(run_id)
            assert run is not None, "runs are never deleted"
            if not RunState(run.state).is_final and run.cancel_requested_at is None:
                await request_cancel(session, run, f"Cancelled by {access.caller.name}.", utc_now())
                record(session, access, "run.cancel", f"run:{run_id}", {"job": run.job_name})
        wake(self.context)
        return await self.get(access, run_id)

    async def get(self, access: Access, run_id: str) -> Run:
        """Give a run in full."""
        run, detail = await self._run(access, run_id)
        return mapping.full_run(run, detail)

    async def read(self, access: Access, run_id: str) -> bytes:
        """Give a run in full, as JSON."""
        async with self.context.database.read() as session:
            row = await RunRepository(session).read(access.workspace, run_id)
        if row is None:
            raise _no_such_run(access, run_id)
        return mapping.full_run_json(row)

    async def page(
        self, access: Access, *, job_id: str | None, state: RunState | None, cursor: str | None, limit: int
    ) -> bytes:
        """Give a page of runs, the newest first, as JSON."""
        before = decode_cursor(cursor, 1)[0] if cursor else None
        async with self.context.database.read() as session:
            rows = await RunRepository(session).page(
                access.workspace, job_id=job_id, state=state, before=before, limit=limit + 1
            )
        return mapping.runs_page_json(rows, limit)

    async def log(self, access: Access, run_id: str, offset: int) -> RunLog:
        """Give the log of the newest attempt from ``offset`` (bytes) on, up to a megabyte.

        From the store once the runner has delivered it, before that from where it runs.
        """
        run, detail = await self._run(access, run_id)
        stored = f"{run.attempt}/{LOG_FILE}"
        whole = None
        if stored in detail.outputs:
            whole = await self._stored(run, stored)
            data = whole[offset : offset + LOG_CHUNK_BYTES]
        else:
            data = await self._live_log(run, offset)
        text, used = _decode(data, is_end=whole is not None and offset + len(data) >= len(whole))
        following = offset + used
        ended = RunState(run.state).is_final
        return RunLog(
            text=text,
            offset=offset,
            next_offset=following,
            complete=ended and (following >= len(whole) if whole is not None else not data),
        )

    async def output(self, access: Access, run_id: str, name: str) -> Output:
        """Give one output; earlier attempts' are named ``attempts/<n>/<name>``."""
        run, detail = await self._run(access, run_id)
        stored = mapping.stored_output(name, run.attempt)
        check_output_name(stored.rpartition("/")[2])
        if stored not in detail.outputs:
            has = ", ".join(mapping.public_output(one, run.attempt) for one in detail.outputs) or "none yet"
            raise NotFound(f"Run {run_id} has no output '{name[:100]}'. It has: {has}.", code="no_output")
        return Output(stored.rpartition("/")[2], await self._stored(run, stored), run.job_name)

    async def _run(self, access: Access, run_id: str) -> tuple[JobRunRow, JobRunDetailRow]:
        async with self.context.database.read() as session:
            run = await self._found(session, access, run_id)
            return run, await RunRepository(session).detail(run_id)

    @staticmethod
    async def _found(session: AsyncSession, access: Access, run_id: str) -> JobRunRow:
        run = await RunRepository(session).get(access.workspace, run_id)
        if run is None:
            raise _no_such_run(access, run_id)
        return run

    @staticmethod
    async def _refuse_overlap(session: AsyncSession, job: JobRow) -> None:
        obstacle = find_obstacle(Overlap(job.overlap), await RunRepository(session).active_of(job.id))
        if obstacle is not None:
            raise Conflict(
                f"{obstacle} Wait for it, cancel it, or set the job's overlap to 'queue' or 'replace'.",
                code="overlap",
            )

    @staticmethod
    async def _requeue(session: AsyncSession, run: JobRunRow) -> None:
        repository = RunRepository(session)
        detail = await repository.detail(run.id)
        if await repository.attempt(run.id, run.attempt) is not None:
            run.attempt += 1
        run.state, run.not_before = RunState.queued.value, utc_now()
        run.retries_left = int(detail.retries["max_retries"])
        run.started_at = run.finished_at = run.cancel_requested_at = None
        run.cells_total = run.cells_done = 0
        run.failing_cell, run.message, detail.failure = None, "", None

    async def _stored(self, run: JobRunRow, stored: str) -> bytes:
        try:
            return await self.context.objects.get_bytes(output_key(run.workspace, run.id, stored))
        except ObjectMissing as error:
            raise NotFound(
                f"Output '{stored}' of run {run.id} is not in the object store any more.", code="no_output"
            ) from error

    async def _live_log(self, run: JobRunRow, offset: int) -> bytes:
        try:
            return await self.context.compute.log(reference_of(run.id, run.attempt), offset)
        except UnknownReference:
            return b""
        except ComputeError as error:
            raise Unavailable(f"The log of run {run.id} cannot be read now. {error}") from error


def _no_such_run(access: Access, run_id: str) -> NotFound:
    return NotFound(
        f"There is no run '{run_id[:64]}' in workspace '{access.workspace}'. List the runs to see their ids."
    )


def _decode(data: bytes, *, is_end: bool) -> tuple[str, int]:
    """Read UTF-8 up to the last whole character; give the text and the bytes it took."""
    if not is_end:
        for back in range(1, min(4, len(data)) + 1):
            byte = data[-back]
            if byte < 0x80:
                break
            if byte >= 0xC0:  # a character's first byte: is all of it there?
                length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
                data = data[:-back] if length > back else data
                break
    return data.decode(errors="replace"), len(data)
