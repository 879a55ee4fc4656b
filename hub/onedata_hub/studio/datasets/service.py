"""Datasets: find, read, describe in words, delete."""

import difflib
import json
from datetime import timedelta

from onedata.contract.datasets import DatasetUpdate
from onedata.contract.lineage import NodeKind
from onedata.contract.names import DatasetRef
from onedata.contract.workspaces import Role
from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.access import Access, is_member
from onedata_hub.studio.audit.service import record
from onedata_hub.studio.context import Context
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.datasets.answers import (
    dataset_json,
    datasets_page_json,
    version_json,
    versions_page_json,
)
from onedata_hub.studio.datasets.drafts import check_texts
from onedata_hub.studio.datasets.manifests import manifest_json
from onedata_hub.studio.datasets.repository import DatasetRepository
from onedata_hub.studio.datasets.tables import AnyRow
from onedata_hub.studio.datasets.words import search_text
from onedata_hub.studio.errors import Conflict, Invalid, NotFound
from onedata_hub.studio.lineage.nodes import Node
from onedata_hub.studio.lineage.service import dependents
from onedata_hub.studio.paging import decode_cursor

URL_LIFETIME = timedelta(hours=1)
_SHOWN = 20


class DatasetService:
    """Answers the dataset endpoints."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def page(
        self, access: Access, *, search: str | None, tag: str | None, limit: int, cursor: str | None
    ) -> bytes:
        """Give a page of the workspace's datasets, by name, as JSON."""
        check_texts(search=search, tag=tag)
        after = decode_cursor(cursor, 1)[0] if cursor else None
        async with self.context.database.read() as session:
            rows = await DatasetRepository(session).page(
                access.workspace, search=search, tag=tag, after=after, limit=limit + 1
            )
        return datasets_page_json(rows, limit)

    async def read(self, access: Access, name: str) -> str:
        """Give a dataset as JSON."""
        async with self.context.database.read() as session:
            return await self._json(session, access.workspace, name)

    async def versions(self, access: Access, name: str, *, limit: int, cursor: str | None) -> bytes:
        """Give a page of a dataset's versions, newest first, as JSON."""
        before = _number(decode_cursor(cursor, 1)[0]) if cursor else None
        async with self.context.database.read() as session:
            datasets = DatasetRepository(session)
            dataset = await self._find(datasets, access.workspace, name)
            rows = await datasets.versions(dataset.id, before=before, limit=limit + 1)
        return versions_page_json(rows, limit)

    async def version(self, access: Access, name: str, number: int) -> str:
        """Give a version as JSON."""
        async with self.context.database.read() as session:
            datasets = DatasetRepository(session)
            row = await datasets.find_version(access.workspace, name, number)
            if row is None:
                raise await self._no_version(datasets, access.workspace, name, number)
        return version_json(access.workspace, name, row)

    async def manifest(self, access: Access, name: str, number: int) -> bytes:
        """Give a version's files, and where each is read, as JSON."""
        async with self.context.database.read() as session:
            datasets = DatasetRepository(session)
            row = await datasets.find_files(access.workspace, name, number)
            if row is None:
                raise await self._no_version(datasets, access.workspace, name, number)
        return await manifest_json(self.context.objects, access.workspace, name, row, URL_LIFETIME)

    async def update(self, access: Access, name: str, body: DatasetUpdate) -> str:
        """Change a dataset's words; give it as JSON."""
        access.require(Role.editor, "describing datasets")
        check_texts(description=body.description)
        async with self.context.database.write() as session:
            datasets = DatasetRepository(session)
            dataset = await self._locked(datasets, access.workspace, name)
            await self._change_words(datasets, access, dataset, body)
            if body.column_descriptions:
                await self._describe_columns(datasets, dataset, body.column_descriptions)
            record(
                session,
                access,
                "dataset.update",
                f"dataset:{name}",
                {"fields": sorted(body.model_fields_set)},
            )
            await session.flush()
            return await self._json(session, access.workspace, name)

    async def delete(self, access: Access, name: str, *, force: bool) -> None:
        """Delete a dataset with all its versions; the sweep removes their objects later."""
        access.require(
            Role.admin if force else Role.editor, "deleting datasets" + (" by force" if force else "")
        )
        async with self.context.database.write() as session:
            datasets = DatasetRepository(session)
            dataset = await self._locked(datasets, access.workspace, name)
            standing = await self._standing(session, access.workspace, name)
            if standing and not force:
                raise self._refusal(access, name, standing)
            await datasets.remove_versions(dataset.id)
            await datasets.set_tags(access.workspace, name, [])
            await datasets.change(
                dataset.id, deleted_at=utc_now(), updated_at=utc_now(), updated_by=access.caller.name
            )
            detail = {"versions_up_to": dataset.latest_version, "force": force, "dependents": len(standing)}
            record(session, access, "dataset.delete", f"dataset:{name}", detail)

    async def _json(self, session: AsyncSession, workspace: str, name: str) -> str:
        datasets = DatasetRepository(session)
        dataset = await self._find(datasets, workspace, name)
        latest = await datasets.version(dataset.id, dataset.latest_version)
        if latest is None:  # deleted between the two reads
            raise await self._no_dataset(datasets, workspace, name)
        return dataset_json(dataset, latest)

    async def _change_words(
        self, datasets: DatasetRepository, access: Access, dataset: AnyRow, body: DatasetUpdate
    ) -> None:
        description = dataset.description if body.description is None else body.description
        tags = json.loads(dataset.tags) if body.tags is None else list(dict.fromkeys(body.tags))
        await datasets.change(
            dataset.id,
            description=description,
            tags=json.dumps(tags, ensure_ascii=False),
            search=search_text(dataset.name, description, tags),
            updated_at=utc_now(),
            updated_by=access.caller.name,
        )
        if body.tags is not None:
            await datasets.set_tags(dataset.workspace, dataset.name, tags)

    @staticmethod
    async def _describe_columns(
        datasets: DatasetRepository, dataset: AnyRow, descriptions: dict[str, str]
    ) -> None:
        newest = await datasets.version(dataset.id, dataset.latest_version)
        assert newest is not None  # a dataset that is there has its newest version
        columns = json.loads(newest.columns)
        known = [column["name"] for column in columns]
        if unknown := sorted(set(descriptions) - set(known)):
            raise Invalid(
                f"'{dataset.name}' has no column '{unknown[0][:100]}'. It has: {', '.join(known)[:1_000] or 'none'}."
            )
        for column in columns:
            column["description"] = descriptions.get(column["name"], column["description"])
        await datasets.set_columns(dataset.id, dataset.latest_version, columns)

    @staticmethod
    async def _standing(session: AsyncSession, workspace: str, name: str) -> list[Node]:
        """Give what stands on a dataset; dataset versions count only while they are there."""
        found = await dependents(session, workspace, name)
        refs = {
            node: DatasetRef(node.name, int(node.version), node.workspace)
            for node in found
            if node.kind is NodeKind.dataset and node.version and node.version.isdecimal()
        }
        alive = await DatasetRepository(session).alive(list(refs.values()))
        return [node for node in found if node.kind is not NodeKind.dataset or refs.get(node) in alive]

    @staticmethod
    def _refusal(access: Access, name: str, standing: list[Node]) -> Conflict:
        seen = [node.id for node in standing if is_member(access.caller, node.workspace)]
        unseen = len(standing) - len(seen)
        shown = seen[:_SHOWN]
        if len(seen) > _SHOWN:
            shown.append(f"{len(seen) - _SHOWN} more")
        if unseen:
            shown.append(f"{unseen} in workspaces that you are not in")
        return Conflict(
            f"Dataset '{name}' was not deleted: {', '.join(shown)} stand on it. "
            "Delete those first, or let an admin of the workspace delete it with force.",
            code="in_use",
            errors=[{"where": node, "message": "stands on it"} for node in seen[:_SHOWN]],
        )

    async def _find(self, datasets: DatasetRepository, workspace: str, name: str) -> AnyRow:
        row = await datasets.find(workspace, name)
        if row is None:
            raise await self._no_dataset(datasets, workspace, name)
        return row

    async def _locked(self, datasets: DatasetRepository, workspace: str, name: str) -> AnyRow:
        row = await datasets.lock(workspace, name)
        if row is None or row.deleted_at is not None:
            raise await self._no_dataset(datasets, workspace, name)
        return row

    @staticmethod
    async def _no_dataset(datasets: DatasetRepository, workspace: str, name: str) -> NotFound:
        near = difflib.get_close_matches(name, await datasets.names(workspace, 1_000), n=3)
        hint = (
            f"Did you mean {' or '.join(near)}?"
            if near
            else "List the workspace's datasets to see which there are."
        )
        return NotFound(
            f"There is no dataset '{name}' in workspace '{workspace}'. {hint}", code="dataset_not_found"
        )

    async def _no_version(
        self, datasets: DatasetRepository, workspace: str, name: str, number: int
    ) -> NotFound:
        dataset = await datasets.find(workspace, name)
        if dataset is None:
            return await self._no_dataset(datasets, workspace, name)
        low, high = await datasets.numbers(dataset.id)
        there = f"version {low} only" if low == high else f"versions {low} to {high}"
        return NotFound(
            f"Dataset '{name}' in workspace '{workspace}' has no version {number}; it has {there}.",
            code="version_not_found",
        )


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise Invalid("The cursor is not one of this list's. Start again without a cursor.")
    return int(text)
