"""The tables of uploads and of doomed objects."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.datasets.packing import pack_digests, unpack_digests
from onedata_hub.studio.datasets.tables import AnyRow, DoomedRow, SweepRow, UploadRow
from onedata_hub.studio.upsert import insert_into

OPEN, COMMITTED, ABANDONED, EXPIRED = "open", "committed", "abandoned", "expired"

_AT_ONCE = 5_000
_NOTHING_LOADED: dict[str, Any] = {"synchronize_session": False}
_UPLOAD = (
    UploadRow.id,
    UploadRow.workspace,
    UploadRow.name,
    UploadRow.state,
    UploadRow.created_by,
    UploadRow.expires_at,
    UploadRow.version,
    UploadRow.digest,
    UploadRow.unchanged,
)


class UploadRepository:
    """Reads and writes uploads, and the sweep's intents."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(
        self, upload_id: str, workspace: str, name: str, by: str, at: datetime, expires_at: datetime
    ) -> None:
        """Insert an open upload."""
        row = {
            "id": upload_id,
            "workspace": workspace,
            "name": name,
            "state": OPEN,
            "created_by": by,
            "created_at": at,
            "expires_at": expires_at,
        }
        await self.session.execute(insert(UploadRow).values(row))

    async def find(self, workspace: str, upload_id: str, *, lock: bool = False) -> AnyRow | None:
        """Give an upload of a workspace; with ``lock`` for this transaction alone."""
        query = select(*_UPLOAD).where(UploadRow.id == upload_id, UploadRow.workspace == workspace)
        return (await self.session.execute(query.with_for_update() if lock else query)).first()

    async def change(self, upload_id: str, **values: Any) -> None:
        """Set columns of an upload."""
        statement = update(UploadRow).where(UploadRow.id == upload_id).values(**values)
        await self.session.execute(statement.execution_options(**_NOTHING_LOADED))

    async def pin(self, upload_id: str, digests: Collection[str], now: datetime, until: datetime) -> bool:
        """Say what a commit stands on, and keep its upload open until then at the least.

        Returns:
            False where the upload is not open any more.
        """
        statement = (
            update(UploadRow)
            .where(UploadRow.id == upload_id, UploadRow.state == OPEN, UploadRow.expires_at > now)
            .values(pinned=pack_digests(digests), expires_at=until)
            .returning(UploadRow.id)
        )
        done = await self.session.execute(statement.execution_options(**_NOTHING_LOADED))
        return done.first() is not None

    async def expire(self, now: datetime, limit: int) -> list[tuple[str, str]]:
        """Close uploads whose time is over; give (workspace, id) of each."""
        due = (
            select(UploadRow.id)
            .where(UploadRow.state == OPEN, UploadRow.expires_at <= now)
            .limit(limit)
            .scalar_subquery()
        )
        statement = (
            update(UploadRow)
            .where(UploadRow.id.in_(due), UploadRow.state == OPEN, UploadRow.expires_at <= now)
            .values(state=EXPIRED, pinned=None)
            .returning(UploadRow.workspace, UploadRow.id)
        )
        rows = await self.session.execute(statement.execution_options(**_NOTHING_LOADED))
        return [(workspace, upload_id) for workspace, upload_id in rows]

    async def drop_closed(self, before: datetime) -> None:
        """Delete uploads that closed long ago."""
        statement = delete(UploadRow).where(UploadRow.state != OPEN, UploadRow.expires_at < before)
        await self.session.execute(statement.execution_options(**_NOTHING_LOADED))

    async def pinned(self, workspace: str) -> set[str]:
        """Give the digests that open uploads stand on."""
        query = select(UploadRow.pinned).where(
            UploadRow.workspace == workspace, UploadRow.state == OPEN, UploadRow.pinned.is_not(None)
        )
        found: set[str] = set()
        for packed in await self.session.scalars(query):
            found |= unpack_digests(packed or b"")
        return found

    async def claim_sweep(self, workspace: str, now: datetime, last_before: datetime) -> bool:
        """Take the turn to sweep a workspace; False where another took it after ``last_before``."""
        statement = insert_into(self.session, SweepRow.__table__).values(workspace=workspace, started_at=now)
        statement = statement.on_conflict_do_update(
            index_elements=["workspace"], set_={"started_at": now}, where=SweepRow.started_at < last_before
        ).returning(SweepRow.workspace)
        return (await self.session.execute(statement)).first() is not None

    async def doom(self, workspace: str, digests: Sequence[str], sweep: str, since: datetime) -> None:
        """Say that a sweep is about to delete objects."""
        for start in range(0, len(digests), _AT_ONCE):
            rows = [
                {"workspace": workspace, "digest": digest, "sweep": sweep, "since": since}
                for digest in digests[start : start + _AT_ONCE]
            ]
            await self.session.execute(insert(DoomedRow), rows)

    async def doomed(self, workspace: str, digests: Collection[str], since: datetime) -> set[str]:
        """Give those of the digests that a sweep begun after ``since`` may delete at any moment."""
        found: set[str] = set()
        for batch in _batches(sorted(digests)):
            query = select(DoomedRow.digest).where(
                DoomedRow.workspace == workspace, DoomedRow.digest.in_(batch), DoomedRow.since > since
            )
            found |= set(await self.session.scalars(query))
        return found

    async def end_sweep(self, sweep: str, stale_before: datetime) -> None:
        """Take back a sweep's intents, and those that a killed sweep left."""
        statement = delete(DoomedRow).where(or_(DoomedRow.sweep == sweep, DoomedRow.since < stale_before))
        await self.session.execute(statement.execution_options(**_NOTHING_LOADED))


def _batches(items: Sequence[str]) -> Iterator[Sequence[str]]:
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))
