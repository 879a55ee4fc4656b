"""What an attempt is to execute: as it is handed to a backend, or fetched by its runner."""

from onedata.contract.jobs import RunState
from onedata.contract.runner import BEGUN_ELSEWHERE, RUN_CANCELLED, RunOrders, RunSpec

from onedata_hub.backends.objects.errors import ObjectMissing
from onedata_hub.studio.context import Context
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.errors import Conflict, Gone, NotFound
from onedata_hub.studio.jobs.outputs import notebook_key
from onedata_hub.studio.jobs.runs_repository import RunRepository
from onedata_hub.studio.jobs.tables import JobAttemptRow, JobRunDetailRow, JobRunRow
from onedata_hub.studio.settings import StudioSettings


def spec_of(settings: StudioSettings, run: JobRunRow, detail: JobRunDetailRow) -> RunSpec:
    """Describe a run's newest attempt to its runner."""
    return RunSpec(
        run_id=run.id,
        attempt=run.attempt,
        job_name=run.job_name,
        workspace=run.workspace,
        user=run.created_by,
        studio_url=settings.public_url,
        notebook_path=detail.notebook_path,
        notebook_digest=detail.notebook_digest,
        kernel=detail.kernel,
        parameters=detail.parameters,
        timeout_seconds=detail.timeout_seconds,
    )


async def give_orders(context: Context, seen: JobAttemptRow, place: str) -> RunOrders:
    """Let one place execute an attempt; asked again from there, say the same.

    Raises:
        Conflict: If another place has begun it, or the run was cancelled before it began.
        Gone: If it is over.
        NotFound: If its notebook is not kept any more.
    """
    async with context.database.read() as session:
        run = await session.get(JobRunRow, seen.run_id)
        assert run is not None, "an attempt has its run"
        detail = await RunRepository(session).detail(run.id)
    # Read first: a store that is away must not leave an attempt that was begun by nobody.
    try:
        notebook = await context.objects.get_bytes(notebook_key(run.workspace, detail.snapshot))
    except ObjectMissing as error:
        raise NotFound("The notebook's snapshot is not in the object store any more.") from error
    await _begin(context, seen, place)
    return RunOrders(spec=spec_of(context.settings, run, detail), notebook=notebook.decode())


async def _begin(context: Context, seen: JobAttemptRow, place: str) -> None:
    async with context.database.write() as session:
        repository = RunRepository(session)
        run = await repository.lock(seen.run_id)
        attempt = await repository.attempt(seen.run_id, seen.attempt)
        assert run is not None, "an attempt has its run"
        assert attempt is not None, "attempts are never deleted"
        if attempt.ended_at is not None or run.attempt != attempt.attempt or RunState(run.state).is_final:
            raise Gone(f"Attempt {attempt.attempt} of run {run.id} has ended.")
        if attempt.begun_by == place:
            return
        if attempt.begun_by is not None:
            raise Conflict(
                f"Attempt {attempt.attempt} of run {run.id} was begun in another place; it is executed once.",
                code=BEGUN_ELSEWHERE,
            )
        if run.cancel_requested_at is not None:
            raise Conflict(f"Run {run.id} was cancelled before it began.", code=RUN_CANCELLED)
        # The time limit counts from here: until now the attempt may have waited for a machine.
        attempt.begun_by, attempt.started_at = place, utc_now()
        run.state, run.started_at, run.message = RunState.running.value, attempt.started_at, ""
