"""The tables of datasets and versions."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from onedata.contract.datasets import DatasetSummary
from onedata.contract.names import DatasetRef
from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.datasets.drafts import Draft
from onedata_hub.studio.datasets.packing import pack_files
from onedata_hub.studio.datasets.tables import AnyRow, DatasetRow, DetailRow, TagRow, VersionRow
from onedata_hub.studio.ids import new_id
from onedata_hub.studio.inline import columns_only
from onedata_hub.studio.patterns import containing
from onedata_hub.studio.upsert import insert_into

# A summary's columns in the contract's order, in which ``answers`` writes them.
_SUMMARY = tuple(getattr(DatasetRow, field) for field in DatasetSummary.model_fields)
_VERSION = (
    VersionRow.number,
    VersionRow.digest,
    VersionRow.format,
    VersionRow.rows,
    VersionRow.bytes,
    VersionRow.files,
    VersionRow.message,
    VersionRow.job_run_id,
    VersionRow.created_at,
    VersionRow.created_by,
)
_VERSION_IN_FULL = (*_VERSION, DetailRow.columns, DetailRow.source)
_PACKED = DetailRow.files.label("packed")
_OF_VERSION = and_(DetailRow.dataset_id == VersionRow.dataset_id, DetailRow.number == VersionRow.number)

# What every reader asks is built once (see ``inline``).
_FIND = columns_only(
    select(*_SUMMARY, DatasetRow.created_at, DatasetRow.created_by, DatasetRow.id)
    .where(DatasetRow.workspace == bindparam("workspace"), DatasetRow.name == bindparam("name"))
    .where(DatasetRow.deleted_at.is_(None))
)
_VERSION_OF = columns_only(
    select(*_VERSION_IN_FULL)
    .join(DetailRow, _OF_VERSION)
    .where(VersionRow.dataset_id == bindparam("dataset_id"), VersionRow.number == bindparam("number"))
)


@cache
def _by_name(*columns: Any) -> Any:
    """Build the query of one version's columns, by ``workspace``, ``name`` and ``number``."""
    return columns_only(
        select(*columns)
        .join(DetailRow, _OF_VERSION)
        .join(DatasetRow, DatasetRow.id == VersionRow.dataset_id)
        .where(DatasetRow.workspace == bindparam("workspace"), DatasetRow.name == bindparam("name"))
        .where(DatasetRow.deleted_at.is_(None), VersionRow.number == bindparam("number"))
    )


@cache
def _page_of_datasets(*, tag: bool, search: bool, after: bool) -> Any:
    """Build the query of a list; each of the three is a condition that may be there, and its parameter."""
    query = select(*_SUMMARY).where(
        DatasetRow.workspace == bindparam("workspace"), DatasetRow.deleted_at.is_(None)
    )
    order = DatasetRow.name
    if tag:
        query = query.join(
            TagRow, and_(TagRow.workspace == DatasetRow.workspace, TagRow.name == DatasetRow.name)
        ).where(TagRow.workspace == bindparam("workspace"), TagRow.tag == bindparam("tag"))
        order = TagRow.name
    if search:
        query = query.where(DatasetRow.search.like(bindparam("search"), escape="/"))
    if after:
        query = query.where(order > bindparam("after"))
    return columns_only(query.order_by(order).limit(bindparam("limit")))


@cache
def _page_of_versions(*, before: bool) -> Any:
    """Build the query of a dataset's versions; ``before`` is a condition that may be there."""
    query = select(*_VERSION).where(VersionRow.dataset_id == bindparam("dataset_id"))
    if before:
        query = query.where(VersionRow.number < bindparam("before"))
    return columns_only(query.order_by(VersionRow.number.desc()).limit(bindparam("limit")))


class DatasetRepository:
    """Reads and writes datasets and their versions."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def page(
        self, workspace: str, *, search: str | None, tag: str | None, after: str | None, limit: int
    ) -> Sequence[AnyRow]:
        """Give datasets by name, those whose name follows ``after``."""
        given = {
            "workspace": workspace,
            "tag": tag,
            "search": containing(search.casefold()) if search else None,
            "after": after,
            "limit": limit,
        }
        query = _page_of_datasets(tag=tag is not None, search=bool(search), after=after is not None)
        return (await self.session.execute(query, given)).all()

    async def find(self, workspace: str, name: str) -> AnyRow | None:
        """Give a dataset's row with its newest version in full; None where there is none."""
        return (await self.session.execute(_FIND, {"workspace": workspace, "name": name})).first()

    async def lock(self, workspace: str, name: str) -> AnyRow | None:
        """Give a dataset's row, deleted or not, for this transaction alone; None where there never was one."""
        query = (
            select(DatasetRow.__table__)
            .where(DatasetRow.workspace == workspace, DatasetRow.name == name)
            .with_for_update()
        )
        return (await self.session.execute(query)).first()

    async def reserve(self, workspace: str, name: str, at: datetime, by: str) -> None:
        """Make sure that a row for the name is there to be locked; a new one counts as deleted."""
        row = {
            "id": new_id(),
            "workspace": workspace,
            "name": name,
            "description": "",
            "tags": "[]",
            "search": name,
            "latest_version": 0,
            "latest_digest": "",
            "format": "files",
            "rows": None,
            "bytes": 0,
            "created_at": at,
            "created_by": by,
            "updated_at": at,
            "updated_by": by,
            "deleted_at": at,
        }
        statement = insert_into(self.session, DatasetRow.__table__).values(row)
        await self.session.execute(statement.on_conflict_do_nothing(index_elements=["workspace", "name"]))

    async def change(self, dataset_id: str, **values: Any) -> None:
        """Set columns of a dataset's row."""
        statement = update(DatasetRow).where(DatasetRow.id == dataset_id).values(**values)
        await self.session.execute(statement.execution_options(synchronize_session=False))

    async def set_tags(self, workspace: str, name: str, tags: Collection[str]) -> None:
        """Let a dataset bear these tags and no others."""
        old = delete(TagRow).where(TagRow.workspace == workspace, TagRow.name == name)
        await self.session.execute(old.execution_options(synchronize_session=False))
        if tags:
            rows = [{"workspace": workspace, "name": name, "tag": tag} for tag in tags]
            await self.session.execute(insert(TagRow), rows)

    async def add_version(
        self, dataset_id: str, number: int, draft: Draft, columns: str, at: datetime, by: str
    ) -> None:
        """Insert a version and its details."""
        key = {"dataset_id": dataset_id, "number": number}
        version = {
            **key,
            "digest": draft.digest,
            "format": draft.body.format.value,
            "rows": draft.body.rows,
            "bytes": draft.bytes,
            "files": len(draft.files),
            "message": draft.body.message,
            "job_run_id": draft.body.source.job_run_id,
            "created_at": at,
            "created_by": by,
        }
        detail = {**key, "columns": columns, "source": draft.source_json, "files": pack_files(draft.files)}
        await self.session.execute(insert(VersionRow).values(version))
        await self.session.execute(insert(DetailRow).values(detail))

    async def version(self, dataset_id: str, number: int) -> AnyRow | None:
        """Give a version in full, by its dataset's id."""
        given = {"dataset_id": dataset_id, "number": number}
        return (await self.session.execute(_VERSION_OF, given)).first()

    async def find_version(self, workspace: str, name: str, number: int) -> AnyRow | None:
        """Give a version in full, by its dataset's name."""
        given = {"workspace": workspace, "name": name, "number": number}
        return (await self.session.execute(_by_name(*_VERSION_IN_FULL), given)).first()

    async def find_files(self, workspace: str, name: str, number: int) -> AnyRow | None:
        """Give a version in full with its packed files (``packed``)."""
        given = {"workspace": workspace, "name": name, "number": number}
        return (await self.session.execute(_by_name(*_VERSION_IN_FULL, _PACKED), given)).first()

    async def versions(self, dataset_id: str, *, before: int | None, limit: int) -> Sequence[AnyRow]:
        """Give versions, newest first, those with a number below ``before``."""
        given = {"dataset_id": dataset_id, "before": before, "limit": limit}
        return (await self.session.execute(_page_of_versions(before=before is not None), given)).all()

    async def numbers(self, dataset_id: str) -> tuple[int, int]:
        """Give the lowest and the highest version number."""
        query = select(func.min(VersionRow.number), func.max(VersionRow.number))
        low, high = (await self.session.execute(query.where(VersionRow.dataset_id == dataset_id))).one()
        return low, high

    async def names(self, workspace: str, limit: int) -> list[str]:
        """Give names of datasets that are there."""
        query = select(DatasetRow.name).where(
            DatasetRow.workspace == workspace, DatasetRow.deleted_at.is_(None)
        )
        return list(await self.session.scalars(query.limit(limit)))

    async def set_columns(self, dataset_id: str, number: int, columns: list[dict[str, Any]]) -> None:
        """Replace the columns of a version (their words: nothing else may differ)."""
        statement = update(DetailRow).where(DetailRow.dataset_id == dataset_id, DetailRow.number == number)
        statement = statement.values(columns=json.dumps(columns, ensure_ascii=False))
        await self.session.execute(statement.execution_options(synchronize_session=False))

    async def remove_versions(self, dataset_id: str) -> None:
        """Delete all versions of a dataset."""
        for table in (DetailRow, VersionRow):
            statement = delete(table).where(table.dataset_id == dataset_id)
            await self.session.execute(statement.execution_options(synchronize_session=False))

    async def alive(self, refs: Collection[DatasetRef]) -> set[DatasetRef]:
        """Give those dataset versions that are there; each reference names workspace and version."""
        if not refs:
            return set()
        keys = tuple_(DatasetRow.workspace, DatasetRow.name, VersionRow.number)
        query = (
            select(DatasetRow.workspace, DatasetRow.name, VersionRow.number)
            .join(VersionRow, VersionRow.dataset_id == DatasetRow.id)
            .where(DatasetRow.deleted_at.is_(None))
            .where(keys.in_([(ref.workspace, ref.name, ref.version) for ref in refs]))
        )
        rows = await self.session.execute(query)
        return {DatasetRef(name, number, workspace) for workspace, name, number in rows}

    async def stored(
        self, workspace: str, after: tuple[str, int], limit: int
    ) -> Sequence[Row[str, int, str, bytes]]:
        """Walk all versions of a workspace: (dataset id, number, digest, packed files), in key order."""
        dataset_id, number = after
        follows = or_(
            DetailRow.dataset_id > dataset_id,
            and_(DetailRow.dataset_id == dataset_id, DetailRow.number > number),
        )
        query = (
            select(DetailRow.dataset_id, DetailRow.number, VersionRow.digest, DetailRow.files)
            .join(VersionRow, _OF_VERSION)
            .join(DatasetRow, DatasetRow.id == DetailRow.dataset_id)
            .where(DatasetRow.workspace == workspace, follows)
            .order_by(DetailRow.dataset_id, DetailRow.number)
            .limit(limit)
        )
        return (await self.session.execute(query)).all()
