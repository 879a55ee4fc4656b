"""A version's files with where each is read."""

import asyncio
from datetime import timedelta
from typing import Any

from pydantic_core import to_json

from onedata_hub.backends.objects import ObjectStore, StagedFile
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.datasets.answers import version_json
from onedata_hub.studio.datasets.packing import unpack_files

# Some hundred files: to read and write them takes 80 microseconds, as do two trips to a thread.
_SHORT_BYTES = 2_500


async def manifest_json(
    store: ObjectStore, workspace: str, name: str, row: Any, lifetime: timedelta
) -> bytes:
    """Write a ``Manifest``.

    Args:
        store: Where the files are.
        workspace: Whose the dataset is.
        name: The dataset.
        row: The version's row in full, with its packed files as ``packed``.
        lifetime: How long URLs are valid; paths are for as long as the version is there.
    """
    expires_at = utc_now() + lifetime if store.transfer == "presigned" else None
    is_short = len(row.packed) <= _SHORT_BYTES
    files = unpack_files(row.packed) if is_short else await asyncio.to_thread(unpack_files, row.packed)
    places = await store.locations(workspace, {file.md5 for file in files}, lifetime=lifetime)
    listed = _files_json(files, places) if is_short else await asyncio.to_thread(_files_json, files, places)
    version = version_json(workspace, name, row).encode()
    tail = to_json({"transfer": store.transfer, "expires_at": expires_at})[1:]
    return b'{"version":' + version + b',"files":' + listed + b"," + tail


def _files_json(files: list[StagedFile], places: dict[str, str]) -> bytes:
    return to_json(
        [
            {"path": file.path, "md5": file.md5, "size": file.size, "location": places[file.md5]}
            for file in files
        ]
    )
