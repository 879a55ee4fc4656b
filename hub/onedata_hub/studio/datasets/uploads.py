"""Uploads: opened, filled by the publisher, and committed to become a version.

A commit goes: pin what it stands on, store the files, then one transaction that makes the version.
Only that transaction makes anything visible. A crash before it leaves an upload that can be
committed again; a crash after it leaves a version, which committing again answers.
"""

import logging
from datetime import timedelta

from onedata.contract.datasets import Locations, LocationsRequest, PutLocation, Upload, UploadCommit
from onedata.contract.workspaces import Role

from onedata_hub.backends.objects import BadFiles, StoreError
from onedata_hub.backends.objects.keys import object_key
from onedata_hub.studio.access import Access
from onedata_hub.studio.context import Context
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.datasets.committing import Committed, Committing
from onedata_hub.studio.datasets.drafts import Draft, make_draft
from onedata_hub.studio.datasets.paths import check_files
from onedata_hub.studio.datasets.tables import AnyRow
from onedata_hub.studio.datasets.uploads_repository import (
    ABANDONED,
    COMMITTED,
    OPEN,
    UploadRepository,
)
from onedata_hub.studio.errors import Conflict, Forbidden, Gone, Invalid, NotFound, Unavailable
from onedata_hub.studio.ids import new_id
from onedata_hub.studio.lineage.service import source_telling

log = logging.getLogger("onedata.studio")

UPLOAD_LIFETIME = timedelta(hours=24)
COMMIT_TIME = timedelta(hours=1)  # the most that storing the files of one commit may take
URL_LIFETIME = timedelta(hours=1)
SWEEP_STALE = timedelta(hours=1)  # what a sweep said it would delete, it has deleted by then or never will
_SHOWN = 100  # of the files that are missing


class UploadService:
    """Answers the upload endpoints."""

    def __init__(self, context: Context) -> None:
        self.context = context

    async def open(self, access: Access, name: str) -> Upload:
        """Open an upload for a dataset."""
        access.require(Role.editor, "publishing datasets")
        upload_id, now = new_id(), utc_now()
        store = self.context.objects
        staging = await store.open_staging(access.workspace, upload_id)
        async with self.context.database.write() as session:
            await UploadRepository(session).add(
                upload_id, access.workspace, name, access.caller.name, now, now + UPLOAD_LIFETIME
            )
        return Upload(
            id=upload_id,
            name=name,
            transfer=store.transfer,
            staging=staging,
            expires_at=now + UPLOAD_LIFETIME,
        )

    async def locations(self, access: Access, upload_id: str, body: LocationsRequest) -> Locations:
        """Say where each object is sent; nowhere, where the workspace holds it already."""
        await self._open_upload(access, upload_id)
        store = self.context.objects
        if store.transfer == "folder":
            raise Invalid(
                "This platform's object store is a folder: write the files below the upload's 'staging' "
                "folder and commit; there are no URLs."
            )
        check_files(body.files, largest=store.largest_file)
        md5s = {file.md5: None for file in body.files}
        missing = await store.missing(access.workspace, md5s)
        targets = await store.put_targets(access.workspace, missing, lifetime=URL_LIFETIME)
        return Locations(
            locations=[
                PutLocation(md5=md5, url=targets[md5].url, headers=targets[md5].headers)
                if md5 in targets
                else PutLocation(md5=md5, url=None)
                for md5 in md5s
            ]
        )

    async def commit(self, access: Access, upload_id: str, body: UploadCommit) -> Committed:
        """Make the upload's files the dataset's next version, or say that they are the newest already."""
        upload = await self._upload(access, upload_id)
        draft = make_draft(body, largest_file=self.context.objects.largest_file)
        if upload.state == COMMITTED:
            return await self._again(access, upload, draft)
        self._require_open(upload)
        telling = await source_telling(self.context, access, body.source, upload_id)
        committing = Committing(self.context, access, upload, draft, telling)
        done = await committing.write(stored=False)
        if done is None:
            if not await self._pin(access, upload_id, draft):
                upload = await self._upload(
                    access, upload_id
                )  # closed since we read it, perhaps by its commit
                if upload.state == COMMITTED:
                    return await self._again(access, upload, draft)
                raise _closed()
            await self._store(access, upload_id, draft)
            done = await committing.write(stored=True)
        assert done is not None  # write() asks for the files only while they are not stored
        await self._abandon_staging(access.workspace, upload_id)
        return done

    async def abandon(self, access: Access, upload_id: str) -> None:
        """Give an upload up; harmless where that was done before."""
        upload = await self._upload(access, upload_id)
        if upload.state == COMMITTED:
            raise Conflict(
                f"This upload was committed as version {upload.version} of '{upload.name}'; "
                "it cannot be abandoned any more."
            )
        async with self.context.database.write() as session:
            uploads = UploadRepository(session)
            current = await uploads.find(access.workspace, upload_id, lock=True)
            if current is not None and current.state == OPEN:
                await uploads.change(upload_id, state=ABANDONED, pinned=None)
        await self._abandon_staging(access.workspace, upload_id)

    async def _pin(self, access: Access, upload_id: str, draft: Draft) -> bool:
        """Keep every sweep from the files of an upload; False where the upload is not open any more.

        The sweep writes its intents and then reads the pins, we write our pin and then read its
        intents: whichever comes second sees the other.
        """
        now = utc_now()
        async with self.context.database.write() as session:
            if not await UploadRepository(session).pin(upload_id, draft.digests, now, now + COMMIT_TIME):
                return False
        async with self.context.database.read() as session:
            doomed = await UploadRepository(session).doomed(
                access.workspace, draft.digests, now - SWEEP_STALE
            )
        if doomed:
            raise Unavailable(
                f"{len(doomed)} of the upload's files were unused until now and are being cleared away at "
                "this moment. Commit again in a minute; files that are gone by then are named."
            )
        return True

    async def _store(self, access: Access, upload_id: str, draft: Draft) -> None:
        """Put the files, and the manifest that DVC finds them by, into the store."""
        store = self.context.objects
        try:
            await store.promote(access.workspace, upload_id, draft.files)
        except BadFiles as error:
            raise _files_missing(error) from error
        if draft.manifest is not None:
            await store.put_bytes(object_key(access.workspace, draft.digest), draft.manifest)

    async def _again(self, access: Access, upload: AnyRow, draft: Draft) -> Committed:
        if draft.digest != upload.digest:
            raise Conflict(
                f"This upload was committed as version {upload.version} of '{upload.name}' with other files. "
                "Open a new upload for these."
            )
        return await Committed.read(
            self.context, access.workspace, upload.name, upload.version, upload.unchanged
        )

    async def _upload(self, access: Access, upload_id: str) -> AnyRow:
        access.require(Role.editor, "publishing datasets")
        async with self.context.database.read() as session:
            upload = await UploadRepository(session).find(access.workspace, upload_id)
        if upload is None:
            raise NotFound(
                f"There is no upload '{upload_id}' in workspace '{access.workspace}'. Open one with POST uploads.",
                code="upload_not_found",
            )
        if upload.created_by != access.caller.name:
            raise Forbidden(f"This upload is {upload.created_by}'s. Open one of your own.")
        return upload

    async def _open_upload(self, access: Access, upload_id: str) -> AnyRow:
        upload = await self._upload(access, upload_id)
        self._require_open(upload)
        return upload

    @staticmethod
    def _require_open(upload: AnyRow) -> None:
        if upload.state != OPEN or upload.expires_at <= utc_now():
            raise _closed()

    async def _abandon_staging(self, workspace: str, upload_id: str) -> None:
        try:
            await self.context.objects.abandon_staging(workspace, upload_id)
        except StoreError as error:  # what is left is removed once the upload has expired
            log.warning("The staging of upload %s stays for now: %s", upload_id, error)


def _closed() -> Gone:
    hours = int(UPLOAD_LIFETIME.total_seconds() // 3600)
    return Gone(
        f"This upload is over: it was committed or abandoned, or its {hours} hours have passed. Open a new one.",
        code="upload_over",
    )


def _files_missing(error: BadFiles) -> Conflict:
    problems = list(error.problems.items())
    return Conflict(
        f"The upload cannot be committed, and nothing changed. {error} Send these files, then commit again.",
        code="files_missing",
        errors=[{"where": path, "message": why} for path, why in problems[:_SHOWN]],
    )
