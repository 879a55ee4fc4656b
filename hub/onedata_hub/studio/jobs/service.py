"""Jobs: what people define."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from onedata.contract.jobs import (
    Job,
    JobCreate,
    JobUpdate,
    NotebookInfo,
    Schedule,
    SchedulePreview,
)
from onedata.contract.workspaces import Role
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.access import Access
from onedata_hub.studio.audit.service import record
from onedata_hub.studio.context import Context
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.errors import Conflict, NotFound
from onedata_hub.studio.ids import new_id
from onedata_hub.studio.jobs import checks, mapping
from onedata_hub.studio.jobs.cancelling import cancel_active
from onedata_hub.studio.jobs.notebooks import inspect_notebook, is_python, snapshot
from onedata_hub.studio.jobs.outputs import notebook_key
from onedata_hub.studio.jobs.parameters import check_parameters, check_writable
from onedata_hub.studio.jobs.repository import JobRepository
from onedata_hub.studio.jobs.tables import JobRow
from onedata_hub.studio.jobs.wake import wake
from onedata_hub.studio.lineage.service import forget_job
from onedata_hub.studio.paging import decode_cursor
from onedata_hub.studio.profiles.service import check_profile

PREVIEWED = 5
_WHAT_RUNS = frozenset({"notebook", "parameters", "environment", "profile", "profile_options"})


def preview_schedule(schedule: Schedule) -> SchedulePreview:
    """Say a schedule in words, with its next due times."""
    now = utc_now()
    check_writable(schedule.model_dump(mode="json"), "schedule's fields")
    read = checks.check_schedule(schedule, now)
    return SchedulePreview(description=read.words, next_due=list(islice(read.due_after(now), PREVIEWED)))


@dataclass(frozen=True)
class _Kept:
    """A notebook that was checked and whose snapshot is stored."""

    info: NotebookInfo
    snapshot: str
    specs: list[dict[str, Any]] | None

    def columns(self) -> dict[str, Any]:
        return {
            "notebook_digest": self.info.digest,
            "snapshot": self.snapshot,
            "kernel": self.info.kernel,
            "parameter_specs": self.specs,
        }


class JobService:
    """Defines jobs."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def create(self, access: Access, body: JobCreate) -> Job:
        """Keep a new job."""
        access.require(Role.editor, "making jobs")
        check_writable(body.model_dump(mode="json", exclude={"notebook"}), "job's fields")
        checks.check_path(body.notebook_path)
        now = utc_now()
        kept = await self._keep(access.workspace, body.notebook)
        row = JobRow(
            id=new_id(),
            workspace=access.workspace,
            name=body.name,
            notebook_path=body.notebook_path,
            run_as=access.caller.name,
            created_by=access.caller.name,
            created_at=now,
            **kept.columns(),
        )
        self._lay_over(row, body.model_dump(mode="json", exclude={"name", "notebook", "notebook_path"}))
        self._check(row, body, now, access.caller.groups, every=True)
        try:
            async with self.context.database.write() as session:
                if await JobRepository(session).id_of_name(access.workspace, body.name):
                    raise _name_taken(body.name)
                session.add(row)
                record(session, access, "job.create", f"job:{body.name}", {"id": row.id})
        except IntegrityError as error:
            raise _name_taken(body.name) from error
        wake(self.context)
        return mapping.full_job(row, None, access.role)

    async def update(self, access: Access, job_id: str, body: JobUpdate) -> Job:
        """Change a job; fields that are absent stay."""
        access.require(Role.editor, "changing jobs")
        check_writable(body.model_dump(mode="json", exclude={"notebook"}), "job's fields")
        checks.check_path(body.notebook_path or "")
        changed = body.model_fields_set
        kept = await self._keep(access.workspace, body.notebook) if body.notebook is not None else None
        now = utc_now()
        async with self.context.database.write() as session:
            row = await job_of(session, access.workspace, job_id)
            for name, value in (kept.columns() if kept else {}).items():
                setattr(row, name, value)
            self._lay_over(row, _given(body))
            self._check(row, body, now, access.caller.groups, every=False)
            if changed & _WHAT_RUNS:
                row.run_as = access.caller.name
            record(
                session, access, "job.update", f"job:{row.name}", {"id": row.id, "changed": sorted(changed)}
            )
        wake(self.context)
        return await self.get(access, job_id)

    async def delete(self, access: Access, job_id: str) -> None:
        """Delete a job. Its runs stay in the list; those that have not ended are cancelled."""
        access.require(Role.editor, "deleting jobs")
        async with self.context.database.write() as session:
            row = await job_of(session, access.workspace, job_id)
            row.deleted_at, row.next_due_at = utc_now(), None
            cancelled = await cancel_active(session, row.id, "The job was deleted.")
            await forget_job(session, row.workspace, row.name)
            record(
                session, access, "job.delete", f"job:{row.name}", {"id": row.id, "cancelled_runs": cancelled}
            )
        wake(self.context)

    async def get(self, access: Access, job_id: str) -> Job:
        """Give a job."""
        async with self.context.database.read() as session:
            repository = JobRepository(session)
            row = await repository.get(access.workspace, job_id)
            if row is None:
                raise no_such_job(job_id, access.workspace)
            last = await repository.last_runs([row.id])
        return mapping.full_job(row, last.get(row.id), access.role)

    async def page(
        self, access: Access, *, name: str | None, search: str | None, cursor: str | None, limit: int
    ) -> bytes:
        """Give a page of jobs, by name, as JSON."""
        after = decode_cursor(cursor, 1)[0] if cursor else None
        async with self.context.database.read() as session:
            repository = JobRepository(session)
            rows = await repository.page(
                access.workspace, name=name, search=search, after=after, limit=limit + 1
            )
            last = await repository.last_runs([row.id for row in rows])
        return mapping.jobs_page_json(rows, last, limit)

    async def _keep(self, workspace: str, notebook: dict[str, Any]) -> _Kept:
        """Check a notebook and store its snapshot. One that no job comes to use harms nobody."""
        # A large notebook takes a second to check; others' requests shall not wait for it.
        info = await asyncio.to_thread(inspect_notebook, notebook)
        digest, data = await asyncio.to_thread(snapshot, notebook)
        await self.context.objects.put_bytes(notebook_key(workspace, digest), data)
        specs = [spec.model_dump(mode="json") for spec in info.parameters] if is_python(notebook) else None
        return _Kept(info, digest, specs)

    @staticmethod
    def _lay_over(row: JobRow, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            setattr(row, name, value)

    def _check(
        self,
        row: JobRow,
        body: JobCreate | JobUpdate,
        now: datetime,
        groups: Collection[str],
        *,
        every: bool,
    ) -> None:
        """Check what was given, and what depends on it; set what follows.

        The groups are the caller's, as whom the job runs when what it runs changes.
        """
        given = body.model_fields_set
        settings = self.context.settings
        schedule = Schedule.model_validate(row.schedule) if row.schedule else None
        if every or given & _WHAT_RUNS:
            check_profile(settings, row.profile, row.profile_options, groups)
        if every or "environment" in given:
            checks.check_environment(row.environment)
        if every or "notifications" in given:
            checks.check_notifications(settings, body.notifications or [])
        if every or given & {"notebook", "parameters", "schedule"}:
            specs = mapping.specs_of(row)
            row.parameters = check_parameters(row.parameters, specs, complete=schedule is not None)
        if every or "schedule" in given:
            read = checks.check_schedule(schedule, now) if schedule else None
            row.next_due_at = read.next_after(now) if schedule and read and not schedule.paused else None
        row.updated_at = now


def _given(body: JobUpdate) -> dict[str, Any]:
    """Give the fields that a change sets. Null takes a schedule or profile away, and leaves the rest.

    What was chosen within a profile goes with it.
    """
    fields = body.model_dump(mode="json", include=body.model_fields_set - {"notebook"})
    given = {
        name: value for name, value in fields.items() if value is not None or name in ("schedule", "profile")
    }
    return {"profile_options": {}, **given} if "profile" in given else given


def _name_taken(name: str) -> Conflict:
    return Conflict(
        f"There is a job '{name}' in this workspace already. Change that one, or choose another name.",
        code="job_exists",
    )


def no_such_job(job_id: str, workspace: str) -> NotFound:
    """Say that there is no such job."""
    return NotFound(
        f"There is no job '{job_id[:64]}' in workspace '{workspace}'. List the jobs to see their ids."
    )


async def job_of(session: AsyncSession, workspace: str, job_id: str) -> JobRow:
    """Give a job and keep others from changing it or its runs' order in this transaction.

    Raises:
        NotFound: If the workspace has no such job.
    """
    row = await JobRepository(session).lock(job_id)
    if row is None or row.workspace != workspace or row.deleted_at is not None:
        raise no_such_job(job_id, workspace)
    return row
