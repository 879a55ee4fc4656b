"""Start the newest attempt of a run that this studio holds.

A start is made again after any interruption: the key is new, the attempt and its reference are
the same, and the backend executes an attempt once however often it is started.
"""

import logging
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from onedata.contract import environment as names
from onedata.contract.jobs import RunState
from onedata.contract.runner import RunLimits, RunResult
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.backends.compute.base import ComputeError, NeverStarts, StartRequest
from onedata_hub.backends.objects.errors import ObjectMissing, StoreError
from onedata_hub.identity import HubUnreachable, UnknownUser
from onedata_hub.server_size import ServerSize, options_text
from onedata_hub.studio.context import Context
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.errors import StudioError
from onedata_hub.studio.jobs.cancelling import clip
from onedata_hub.studio.jobs.orders import spec_of
from onedata_hub.studio.jobs.outputs import notebook_key
from onedata_hub.studio.jobs.references import reference_of
from onedata_hub.studio.jobs.runner_service import hash_key, settle
from onedata_hub.studio.jobs.runs_repository import ACTIVE, RunRepository
from onedata_hub.studio.jobs.tables import JobAttemptRow, JobRunDetailRow, JobRunRow
from onedata_hub.studio.jobs.tokens import RunToken, RunTokens
from onedata_hub.studio.profiles.service import check_profile
from onedata_hub.tracking import tracking_environment

log = logging.getLogger("onedata.studio.jobs")

MOST_STARTS = 5  # of an attempt whose runner ends each time without a result
_LONGEST_WAIT = timedelta(seconds=60)
_SHORTEST_WAIT = timedelta(seconds=1)


@dataclass(frozen=True)
class _Plan:
    """A run as it stood when its start began."""

    run: JobRunRow
    detail: JobRunDetailRow


class Starter:
    """Starts attempts on behalf of one studio process.

    Args:
        owner: The process, as leases name it.
    """

    def __init__(self, context: Context, owner: str) -> None:
        self.context = context
        self.owner = owner
        self._tokens = RunTokens(context)
        self._started: set[str] = set()  # attempts whose last start went through
        self._failing: dict[str, datetime] = {}  # runs that are not started again, and since when

    def has_started(self, reference: str) -> bool:
        """Say whether this process has seen an attempt's last start go through."""
        return reference in self._started

    def forget(self, held: set[str]) -> None:
        """Drop what is remembered of runs that this studio holds no more."""
        self._started = {reference for reference in self._started if reference.rpartition("-")[0] in held}
        self._failing = {run: at for run, at in self._failing.items() if run in held}

    async def start(self, run_id: str, state: str, *, is_half_made: bool) -> None:
        """Start a run's newest attempt; put it off if a part is away, end it if there is no way.

        Args:
            run_id: The run.
            state: Its state when it was read; one that has moved on since was started already.
            is_half_made: A start may have left it so: this one completes it, and is no further one.
        """
        plan = await self._plan(run_id, state)
        if plan is None:
            return
        self._started.discard(reference_of(run_id, plan.run.attempt))
        if plan.run.cancel_requested_at is not None and await self._never_started(plan):
            await self._give_up(plan, "")
            return
        try:
            request = await self._request(plan)
            if request is None:
                return
            await self.context.compute.start(request)
        except NeverStarts as error:
            await self._give_up(plan, str(error))
        except (HubUnreachable, ComputeError, StoreError, StudioError) as error:
            await self._put_off(plan, str(error))
        else:
            await self._mark_running(plan, 0 if is_half_made else 1)

    async def _plan(self, run_id: str, state: str) -> _Plan | None:
        async with self.context.database.read() as session:
            run = await session.get(JobRunRow, run_id)
            if run is None or run.owner != self.owner or run.state != state or state not in ACTIVE:
                return None
            return _Plan(run, await RunRepository(session).detail(run_id))

    async def _never_started(self, plan: _Plan) -> bool:
        async with self.context.database.read() as session:
            attempt = await RunRepository(session).attempt(plan.run.id, plan.run.attempt)
        return attempt is None or not attempt.key_hashes

    async def _request(self, plan: _Plan) -> StartRequest | None:
        """Gather all that the attempt needs; None if the run is not ours any more."""
        run, detail = plan.run, plan.detail
        try:
            notebook = await self.context.objects.get_bytes(notebook_key(run.workspace, detail.snapshot))
        except ObjectMissing as error:
            raise NeverStarts("The notebook's snapshot is not in the object store any more.") from error
        token = await self._token(run, detail)
        key = secrets.token_urlsafe(32)
        if not await self._note_start(run, key, token):
            await self._tokens.drop(run, token)
            return None
        self._tokens.keep(run, token)
        # Only now is it known in which groups the run's user is; a refusal ends the token that was noted.
        size = self._size(run, detail, token.caller.groups if token.caller else None)
        hidden_gpus = {} if size.gpus else {"CUDA_VISIBLE_DEVICES": ""}
        return StartRequest(
            spec=spec_of(self.context.settings, run, detail),
            notebook=notebook,
            environment={
                **hidden_gpus,
                **size.environment,
                **detail.environment,
                **self._own_environment(run, size, token.value),
                names.RUN_KEY: key,
            },
            limits=RunLimits(memory_bytes=size.memory_bytes, cpus=size.cpus),
            profile=size.overrides,
        )

    def _size(self, run: JobRunRow, detail: JobRunDetailRow, groups: Collection[str] | None) -> ServerSize:
        try:
            return check_profile(self.context.settings, detail.profile, detail.profile_options, groups)
        except StudioError as error:
            if self._only_delivers(run):
                return ServerSize(profile=detail.profile or "")  # its limits are in its spool
            if error.status in (403, 422):
                raise NeverStarts(error.message) from error
            raise

    async def _token(self, run: JobRunRow, detail: JobRunDetailRow) -> RunToken:
        """Have the hub make a token of the run's user; where a key alone will do, none if the hub does not."""
        try:
            return await self._tokens.get(run, detail)
        except (HubUnreachable, UnknownUser) as error:
            if self._only_delivers(run):
                return RunToken()
            if isinstance(error, UnknownUser):
                raise NeverStarts(f"{error} Save its job's notebook anew, and it runs as you.") from error
            raise

    def _only_delivers(self, run: JobRunRow) -> bool:
        """Say whether all that is left of an attempt is to deliver what it left.

        Where nothing outlives a runner, one that is started again executes the notebook.
        """
        return run.state == RunState.running.value and self.context.compute.keeps_spools

    def _own_environment(self, run: JobRunRow, size: ServerSize, token: str) -> dict[str, str]:
        settings = self.context.settings
        return {
            names.STUDIO_URL: settings.public_url,
            names.WORKSPACE: run.workspace,
            names.PROFILE: size.profile,
            names.PROFILE_OPTIONS: options_text(size.options),
            names.TOKEN: token,
            "JUPYTERHUB_USER": run.created_by,
            **tracking_environment(settings.mlflow_url),
            "MLFLOW_TRACKING_TOKEN": token,
        }

    async def _note_start(self, run: JobRunRow, key: str, token: RunToken) -> bool:
        """Keep the new key and the token before they are used; False if the run is not ours any more."""
        async with self.context.database.write() as session:
            held = await self._held(session, run)
            if held is None:
                return False
            attempt = await self._attempt_row(session, held)
            attempt.key_hashes = [*attempt.key_hashes, hash_key(key)]
            if token.id and token.id not in attempt.token_ids:
                attempt.token_ids = [*attempt.token_ids, token.id]
            if token.caller is not None:
                attempt.user_groups, attempt.user_is_admin = sorted(token.caller.groups), token.caller.admin
            return True

    async def _held(self, session: AsyncSession, run: JobRunRow) -> JobRunRow | None:
        """Give the run for writing, if it still is ours, active, at the same attempt, and that has not begun."""
        repository = RunRepository(session)
        held = await repository.lock(run.id)
        is_ours = held is not None and held.owner == self.owner and held.state in ACTIVE
        if held is None or not is_ours or held.attempt != run.attempt:
            return None
        attempt = await repository.attempt(held.id, held.attempt)
        return held if attempt is None or attempt.begun_by is None else None

    @staticmethod
    async def _attempt_row(session: AsyncSession, run: JobRunRow) -> JobAttemptRow:
        attempt = await RunRepository(session).attempt(run.id, run.attempt)
        if attempt is None:
            attempt = JobAttemptRow(
                run_id=run.id,
                attempt=run.attempt,
                user=run.created_by,
                user_groups=[],
                user_is_admin=False,
                key_hashes=[],
                token_ids=[],
                created_at=utc_now(),
                starts=0,
            )
            session.add(attempt)
        return attempt

    async def _mark_running(self, plan: _Plan, starts: int) -> None:
        reference = reference_of(plan.run.id, plan.run.attempt)
        self._started.add(reference)
        self._tokens.forget(reference)
        self._failing.pop(plan.run.id, None)
        async with self.context.database.write() as session:
            held = await self._held(session, plan.run)
            if held is None:
                return
            now = utc_now()
            attempt = await self._attempt_row(session, held)
            attempt.started_at = attempt.started_at or now
            attempt.starts += starts
            if held.cancel_requested_at is None:
                held.message, held.failing_cell = "", None
            if held.state == RunState.queued.value:
                held.state, held.started_at, held.cells_done = RunState.running.value, now, 0

    async def _put_off(self, plan: _Plan, why: str) -> None:
        """Let the run wait for the part that is away, and say so where people look."""
        now = utc_now()
        patience = timedelta(seconds=self.context.settings.jobs_start_patience_seconds)
        async with self.context.database.write() as session:
            held = await self._held(session, plan.run)
            if held is None:
                return
            attempt = await self._attempt_row(session, held)
            is_first = held.state == RunState.queued.value
            is_cancelled = is_first and held.cancel_requested_at is not None
            waited = now - (attempt.created_at if is_first else self._failing.setdefault(held.id, now))
            if waited <= patience and not is_cancelled:
                wait = max(_SHORTEST_WAIT, min(waited / 2, _LONGEST_WAIT))
                self._release(held, f"Not started yet: {why}", now + wait)
                return
        if is_cancelled:
            await self._give_up(plan, "")
            return
        hours = f"{patience.total_seconds() / 3600:g} h"
        await self._give_up(plan, f"It could not be started for {hours}: {why}")

    @staticmethod
    def _release(run: JobRunRow, message: str, not_before: datetime) -> None:
        """Give a queued run back. One that ran keeps its slot: its runner may still be there."""
        if run.cancel_requested_at is None:
            run.message = clip(message, 1_000)
        if run.state == RunState.queued.value:
            run.not_before = not_before
            run.slot_job_id = run.owner = run.lease_until = None

    async def _give_up(self, plan: _Plan, why: str) -> None:
        """End the attempt without a runner's word."""
        log.warning(
            "Run %s, attempt %d, is not started: %s", plan.run.id, plan.run.attempt, why or "cancelled"
        )
        async with self.context.database.write() as session:
            held = await self._held(session, plan.run)
            if held is None:
                return
            attempt = await self._attempt_row(session, held)
            await session.flush()
            await settle(session, held.id, lost_result(attempt, why, utc_now()), None)


def lost_result(attempt: JobAttemptRow, why: str, now: datetime) -> RunResult:
    """Make the result of an attempt that no runner will ever report on."""
    fields: dict[str, Any] = {"progress": {}, "outcome": "lost", "message": why}
    began = attempt.started_at or now
    return RunResult(attempt=attempt.attempt, started_at=began, finished_at=now, **fields)
