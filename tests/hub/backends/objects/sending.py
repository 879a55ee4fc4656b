"""What a publisher does with its files, whatever the store."""

import hashlib
from datetime import timedelta
from pathlib import Path

import httpx
from onedata_hub.backends.objects import ObjectStore, StagedFile


def describe(contents: dict[str, bytes]) -> list[StagedFile]:
    return [StagedFile(path, hashlib.md5(data).hexdigest(), len(data)) for path, data in contents.items()]


async def send(
    store: ObjectStore, workspace: str, upload_id: str, contents: dict[str, bytes]
) -> list[StagedFile]:
    """Write files into the staging folder, or PUT those that are missing."""
    files = describe(contents)
    staging = await store.open_staging(workspace, upload_id)
    if staging is not None:
        for path, data in contents.items():
            target = Path(staging, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return files
    data_of = {file.md5: contents[file.path] for file in files}
    wanted = await store.missing(workspace, data_of)
    targets = await store.put_targets(workspace, wanted, lifetime=timedelta(minutes=5))
    async with httpx.AsyncClient() as http:
        for md5, target in targets.items():
            answer = await http.put(target.url, headers=target.headers, content=data_of[md5])
            answer.raise_for_status()
    return files


async def read_back(store: ObjectStore, workspace: str, md5: str) -> bytes:
    """Read a data file as a kernel does: by its path or its URL."""
    location = (await store.locations(workspace, [md5], lifetime=timedelta(minutes=5)))[md5]
    if store.transfer == "folder":
        return Path(location).read_bytes()
    async with httpx.AsyncClient() as http:
        return (await http.get(location)).raise_for_status().content
