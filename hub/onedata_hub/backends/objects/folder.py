"""The object store in a folder: the platform on one machine."""

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, Literal, ParamSpec, TypeVar

from onedata.contract.disks import is_about_room

from onedata_hub.backends.objects.base import ObjectInfo, ObjectStore, PutTarget, StagedFile
from onedata_hub.backends.objects.errors import (
    BadFiles,
    ObjectMissing,
    StoreError,
    StoreFull,
    StoreUnreachable,
)
from onedata_hub.backends.objects.keys import (
    STAGING,
    checked_key,
    checked_prefix,
    checked_upload_id,
    checked_workspace,
    object_key,
)
from onedata_hub.backends.objects.staging import StagedFolder, settle_folders

P = ParamSpec("P")
R = TypeVar("R")

_HALF_WRITTEN = ".writing-"  # a key's part never starts with '.', so no object can have such a name


class FolderStore(ObjectStore):
    """Objects as files below one folder, each with its key as path.

    Publisher and studio see the same file system. A data file is written into the upload's
    staging folder and renamed into place when the upload is committed, read-only.
    """

    transfer: ClassVar[Literal["folder", "presigned"]] = "folder"

    def __init__(self, root: Path, *, verify_md5: bool = False) -> None:
        self.root = root.absolute()  # publishers get paths, and work elsewhere
        self._verify_md5 = verify_md5
        self._threads = ThreadPoolExecutor(8, thread_name_prefix="objects")

    async def open_staging(self, workspace: str, upload_id: str) -> str:
        folder = self._staging(workspace, upload_id)
        await self._run(folder.mkdir, parents=True, exist_ok=True)
        return str(folder)

    async def abandon_staging(self, workspace: str, upload_id: str) -> None:
        await self._run(_remove_tree, self._staging(workspace, upload_id))

    async def stagings(self, *, before: datetime) -> list[tuple[str, str]]:
        return await self._run(self._stagings, before.timestamp())

    async def promote(self, workspace: str, upload_id: str, files: Sequence[StagedFile]) -> None:
        staging = self._staging(workspace, upload_id)
        await self._run(self._promote, workspace, staging, files)

    async def missing(self, workspace: str, digests: Collection[str]) -> set[str]:
        paths = {digest: self._object(workspace, digest) for digest in digests}
        return await self._run(lambda: {digest for digest, path in paths.items() if not path.is_file()})

    async def put_targets(
        self, workspace: str, md5s: Collection[str], *, lifetime: timedelta
    ) -> dict[str, PutTarget]:
        raise StoreError(
            "This object store is a folder: files are written into the upload's staging folder, "
            "there are no URLs to send them to."
        )

    async def locations(
        self, workspace: str, md5s: Collection[str], *, lifetime: timedelta
    ) -> dict[str, str]:
        return {md5: str(self._object(workspace, md5)) for md5 in md5s}

    async def put_bytes(self, key: str, data: bytes) -> None:
        await self._run(_write_whole, self.root / checked_key(key), data)

    async def get_bytes(self, key: str) -> bytes:
        data = await self._run(_read_if_there, self.root / checked_key(key))
        if data is None:
            raise ObjectMissing(f"Nothing is stored under '{key}'.")
        return data

    async def stat(self, key: str) -> ObjectInfo | None:
        path = self.root / checked_key(key)
        return await self._run(_info, path, key)

    async def delete(self, keys: Collection[str]) -> None:
        paths = [self.root / checked_key(key) for key in keys]
        await self._run(self._delete, paths)

    async def walk(self, prefix: str) -> AsyncIterator[ObjectInfo]:
        folders = [checked_prefix(prefix).removesuffix("/")]
        while folders:
            found, below = await self._run(self._list_folder, folders.pop())
            folders.extend(below)
            for info in found:
                yield info

    async def workspaces(self) -> list[str]:
        return await self._run(lambda: sorted(entry.name for entry in _scan(self.root) if entry.is_dir()))

    async def check(self) -> None:
        def write_and_remove() -> None:
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.root, prefix=_HALF_WRITTEN):
                pass

        await self._run(write_and_remove)

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _staging(self, workspace: str, upload_id: str) -> Path:
        return self.root / checked_workspace(workspace) / STAGING / checked_upload_id(upload_id)

    def _object(self, workspace: str, digest: str) -> Path:
        return self.root / object_key(workspace, digest)

    def _stagings(self, before: float) -> list[tuple[str, str]]:
        return [
            (workspace.name, upload.name)
            for workspace in _scan(self.root)
            for upload in _scan(Path(workspace.path, STAGING))
            if upload.stat(follow_symlinks=False).st_mtime < before
        ]

    def _promote(self, workspace: str, staging: Path, files: Sequence[StagedFile]) -> None:
        targets = {file.md5: self._object(workspace, file.md5) for file in files}
        with StagedFolder(staging, verify_md5=self._verify_md5) as staged:
            staged.check(files, targets)
            staged.settle([file for file in files if not targets[file.md5].exists()])
            for file in files:
                staged.take(file, targets[file.md5])
        vanished = {
            file.path: "vanished while it was stored" for file in files if not targets[file.md5].is_file()
        }
        if vanished:
            raise BadFiles(vanished)
        settle_folders(folder for target in targets.values() for folder in target.parents[:2])

    def _list_folder(self, folder: str) -> tuple[list[ObjectInfo], list[str]]:
        found: list[ObjectInfo] = []
        below: list[str] = []
        for entry in _scan(self.root / folder):
            if entry.name.startswith("."):
                continue
            key = f"{folder}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if "/" in folder or entry.name != STAGING:
                    below.append(key)
            elif info := _info(Path(entry.path), key):
                found.append(info)
        return found, below

    def _delete(self, paths: Sequence[Path]) -> None:
        for path in paths:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                path.unlink()

    async def _run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        def call() -> R:
            try:
                return function(*args, **kwargs)
            except OSError as error:
                raise _refusal(self.root, error) from error

        return await asyncio.get_running_loop().run_in_executor(self._threads, call)


def _refusal(root: Path, error: OSError) -> StoreUnreachable:
    reason = error.strerror or str(error)
    if is_about_room(error):
        return StoreFull(
            f"The object store's folder {root} has no room left ({reason}), and nothing was stored. Free some "
            "space there, or make its volume larger; then do the same again."
        )
    return StoreUnreachable(
        f"The object store's folder {root} cannot be used: {reason}"
        f"{f' ({error.filename})' if error.filename else ''}. Make it writable for the studio, or set "
        f"ONEDATA_OBJECTS_URL to another place."
    )


def _scan(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        entries = os.scandir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    with entries:
        yield from entries


def _info(path: Path, key: str) -> ObjectInfo | None:
    try:
        status = path.stat(follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not path.is_file() or path.is_symlink():
        return None
    # ctime, not mtime: a staged file may carry the mtime of its original, and the age that
    # matters is how long the object has been in the store.
    return ObjectInfo(key, status.st_size, datetime.fromtimestamp(status.st_ctime, UTC))


def _read_if_there(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None


def _write_whole(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=_HALF_WRITTEN)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o444)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _remove_tree(folder: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)
