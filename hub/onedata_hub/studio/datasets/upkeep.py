"""What runs beside the requests: uploads that expire, and objects nothing stands on any more."""

import asyncio
import logging
import time
from datetime import datetime, timedelta

from onedata_hub.backends.objects.keys import digest_of_key, is_workspace, object_key
from onedata_hub.studio.audit.service import record_as
from onedata_hub.studio.context import Context
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.datasets.packing import unpack_files
from onedata_hub.studio.datasets.repository import DatasetRepository
from onedata_hub.studio.datasets.uploads import SWEEP_STALE, UPLOAD_LIFETIME
from onedata_hub.studio.datasets.uploads_repository import UploadRepository
from onedata_hub.studio.ids import new_id
from onedata_hub.studio.lineage.service import prune

log = logging.getLogger("onedata.studio")

ROUND = timedelta(minutes=10)
SWEEP_EVERY = timedelta(hours=12)
# An upload's objects may come first and its commit last, a lifetime and a commit later.
GRACE = 2 * UPLOAD_LIFETIME
CLOSED_UPLOADS_KEPT = timedelta(
    days=7
)  # so that a late publisher hears "it is over" and not "never heard of"

_EXPIRED_AT_ONCE = 500
_DELETED_AT_ONCE = 1_000
_VERSIONS_AT_ONCE = 200


async def maintenance(context: Context) -> None:
    """Keep uploads and objects tidy, for as long as the studio runs."""
    while True:
        now = utc_now()
        await expire_uploads(context, now)
        await sweep(context, now)
        await prune(context, now)
        await asyncio.sleep(ROUND.total_seconds())


async def expire_uploads(context: Context, now: datetime) -> int:
    """Close uploads whose time is over and remove what they staged; give their number."""
    closed = 0
    while True:
        async with context.database.write() as session:
            uploads = UploadRepository(session)
            expired = await uploads.expire(now, _EXPIRED_AT_ONCE)
            await uploads.drop_closed(now - CLOSED_UPLOADS_KEPT)
        for workspace, upload_id in expired:
            await context.objects.abandon_staging(workspace, upload_id)
        closed += len(expired)
        if len(expired) < _EXPIRED_AT_ONCE:
            break
    # Folders that outlived their upload's row: the studio was killed before it wrote the one or after it
    # had closed the other.
    for workspace, upload_id in await context.objects.stagings(before=now - GRACE):
        await context.objects.abandon_staging(workspace, upload_id)
    return closed


async def sweep(context: Context, now: datetime) -> int:
    """Remove unused objects of every workspace whose turn it is; give their number."""
    return sum(
        [
            await sweep_workspace(context, workspace, now)
            for workspace in await context.objects.workspaces()
            if is_workspace(workspace)
        ]
    )


async def sweep_workspace(context: Context, workspace: str, now: datetime) -> int:
    """Remove the objects of a workspace that no version and no commit stands on, and that are old enough.

    What is to go is written down before it is decided for good: a commit that begins now either
    sees that and waits, or has pinned its objects and is seen here (``UploadService._store``).
    """
    async with context.database.write() as session:
        if not await UploadRepository(session).claim_sweep(workspace, now, now - SWEEP_EVERY):
            return 0
    used = await _used(context, workspace)
    sizes = {
        digest: info.size
        async for info in context.objects.walk(f"{workspace}/files/")
        if info.stored_at < now - GRACE and (digest := digest_of_key(info.key)) and digest not in used
    }
    if not sizes:
        return 0
    sweep_id, begun = new_id(), time.monotonic()
    try:
        async with context.database.write() as session:
            await UploadRepository(session).doom(workspace, list(sizes), sweep_id, utc_now())
        used = await _used(context, workspace)
        doomed = [digest for digest in sizes if digest not in used]
        gone = await _delete(context, workspace, doomed, begun)
    finally:
        async with context.database.write() as session:
            await UploadRepository(session).end_sweep(sweep_id, utc_now() - SWEEP_STALE)
    if gone:
        detail = {"objects": gone, "bytes": sum(sizes[digest] for digest in doomed[:gone])}
        async with context.database.write() as session:
            record_as(session, workspace, "studio", "dataset.sweep", f"workspace:{workspace}", detail)
        log.info("Swept %d unused objects of workspace %s.", gone, workspace)
    return gone


async def _delete(context: Context, workspace: str, doomed: list[str], begun: float) -> int:
    """Delete objects for as long as commits still heed this sweep's intents; the next sweep does the rest."""
    last = begun + SWEEP_STALE.total_seconds() / 2
    for start in range(0, len(doomed), _DELETED_AT_ONCE):
        if time.monotonic() > last:
            return start
        batch = doomed[start : start + _DELETED_AT_ONCE]
        await context.objects.delete([object_key(workspace, digest) for digest in batch])
    return len(doomed)


async def _used(context: Context, workspace: str) -> set[str]:
    """Give the digest of every object that a version or a commit under way stands on."""
    async with context.database.read() as session:
        used = await UploadRepository(session).pinned(workspace)
    after = ("", 0)
    while True:
        async with context.database.read() as session:
            rows = await DatasetRepository(session).stored(workspace, after, _VERSIONS_AT_ONCE)
        for dataset_id, number, digest, packed in rows:
            used.add(digest)
            used |= {file.md5 for file in await asyncio.to_thread(unpack_files, packed)}
            after = (dataset_id, number)
        if len(rows) < _VERSIONS_AT_ONCE:
            return used
