"""The one transaction that makes a version."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from onedata_hub.studio.access import Access
from onedata_hub.studio.audit.service import record
from onedata_hub.studio.context import Context
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.datasets.answers import commit_json, version_json
from onedata_hub.studio.datasets.drafts import Draft
from onedata_hub.studio.datasets.repository import DatasetRepository
from onedata_hub.studio.datasets.tables import AnyRow
from onedata_hub.studio.datasets.uploads_repository import COMMITTED, OPEN, UploadRepository
from onedata_hub.studio.datasets.words import search_text
from onedata_hub.studio.errors import Gone
from onedata_hub.studio.lineage.recording import Telling
from onedata_hub.studio.lineage.service import record_version


@dataclass(frozen=True)
class Committed:
    """What a commit made: the answer's JSON, and whether the bytes were the newest version's already."""

    json: str
    unchanged: bool

    @classmethod
    async def read(
        cls, context: Context, workspace: str, name: str, number: int, unchanged: bool
    ) -> "Committed":
        """Read what an earlier commit made.

        Raises:
            Gone: If its version was deleted since.
        """
        async with context.database.read() as session:
            row = await DatasetRepository(session).find_version(workspace, name, number)
        if row is None:
            raise Gone(f"This upload was committed as version {number} of '{name}', which was deleted since.")
        return cls(commit_json(version_json(workspace, name, row), unchanged=unchanged), unchanged)


@dataclass(frozen=True)
class Committing:
    """One commit under way."""

    context: Context
    access: Access
    upload: AnyRow
    draft: Draft
    telling: Telling

    async def write(self, *, stored: bool) -> Committed | None:
        """Make the version, or find that the newest one is just this.

        Args:
            stored: Whether the files are in the store, so that a version may be made of them.

        Returns:
            None where a version is to be made and the files are not stored yet; nothing changed then.
        """
        workspace, name = self.access.workspace, self.upload.name
        async with self.context.database.write() as session:
            uploads, datasets = UploadRepository(session), DatasetRepository(session)
            upload = await uploads.find(workspace, self.upload.id, lock=True)
            if upload is None or upload.state not in (OPEN, COMMITTED):
                raise Gone(
                    "This upload was closed while it was committed. Open a new one.", code="upload_over"
                )
            if upload.state == OPEN:
                if stored:
                    await datasets.reserve(workspace, name, utc_now(), self.access.caller.name)
                dataset = await datasets.lock(workspace, name)
                unchanged = dataset is not None and _is_newest(dataset, self.draft)
                if not unchanged and not stored:
                    return None
                number = await (self._keep if unchanged else self._add)(session, dataset)
                await uploads.change(
                    upload.id,
                    state=COMMITTED,
                    version=number,
                    digest=self.draft.digest,
                    unchanged=unchanged,
                    pinned=None,
                )
            else:
                number, unchanged = upload.version, upload.unchanged  # a second commit at once; it was faster
        return await Committed.read(self.context, workspace, name, number, unchanged)

    async def _keep(self, session: AsyncSession, dataset: Any) -> int:
        """Let the newest version stand; take the words and the lineage that came with the commit."""
        body, number = self.draft.body, int(dataset.latest_version)
        if body.description is not None or body.tags is not None:
            words = await self._words(session, dataset)
            await DatasetRepository(session).change(dataset.id, **words, **self._updated())
            record(
                session,
                self.access,
                "dataset.update",
                f"dataset:{dataset.name}",
                {"with": "unchanged publish"},
            )
        await record_version(session, self.telling, dataset.name, number)
        return number

    async def _add(self, session: AsyncSession, dataset: Any) -> int:
        """Insert the next version."""
        datasets, draft, name = DatasetRepository(session), self.draft, self.upload.name
        now, by = utc_now(), self.access.caller.name
        born = {"created_at": now, "created_by": by, "deleted_at": None} if dataset.deleted_at else {}
        number = int(dataset.latest_version) + 1
        columns = draft.columns_json(await self._known_words(datasets, dataset))
        await datasets.add_version(dataset.id, number, draft, columns, now, by)
        figures = {
            "latest_version": number,
            "latest_digest": draft.digest,
            "format": draft.body.format.value,
            "rows": draft.body.rows,
            "bytes": draft.bytes,
        }
        await datasets.change(
            dataset.id, **figures, **born, **await self._words(session, dataset), **self._updated()
        )
        await record_version(session, self.telling, name, number)
        detail = {"digest": draft.digest, "bytes": draft.bytes, "files": len(draft.files)}
        record(session, self.access, "dataset.commit", f"dataset:{name}@{number}", detail)
        return number

    async def _known_words(self, datasets: DatasetRepository, dataset: Any) -> dict[str, str]:
        """Give the newest version's column descriptions, for columns that come without one."""
        if dataset.deleted_at is not None:
            return {}
        newest = await datasets.version(dataset.id, dataset.latest_version)
        columns = json.loads(newest.columns) if newest is not None else []
        return {column["name"]: column["description"] for column in columns if column["description"]}

    async def _words(self, session: AsyncSession, dataset: Any) -> dict[str, str]:
        """Give the dataset's words after this commit: the ones that came, else those it has."""
        body = self.draft.body
        had = ("", []) if dataset.deleted_at else (dataset.description, json.loads(dataset.tags))
        description = had[0] if body.description is None else body.description
        tags = had[1] if body.tags is None else list(dict.fromkeys(body.tags))
        if body.tags is not None or dataset.deleted_at:
            await DatasetRepository(session).set_tags(dataset.workspace, dataset.name, tags)
        return {
            "description": description,
            "tags": json.dumps(tags, ensure_ascii=False),
            "search": search_text(dataset.name, description, tags),
        }

    def _updated(self) -> dict[str, Any]:
        return {"updated_at": utc_now(), "updated_by": self.access.caller.name}


def _is_newest(dataset: Any, draft: Draft) -> bool:
    return dataset.deleted_at is None and dataset.latest_digest == draft.digest
