"""The object store's port: what every adapter promises."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from onedata_hub.backends.objects.errors import ObjectMissing


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file that an upload brings: path below the dataset (POSIX, validated), MD5, size in bytes."""

    path: str
    md5: str
    size: int


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """A stored object: its key, size in bytes, and when it came (UTC)."""

    key: str
    size: int
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class PutTarget:
    """Where one object is sent: a URL for one HTTP PUT, and the headers signed into it."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)


class ObjectStore(ABC):
    """Bytes by key, sealed by workspace.

    Data files are content-addressed in DVC's layout and travel without passing through the
    studio: with ``transfer`` = ``folder`` through the file system, with ``presigned`` through
    URLs. Small objects (manifests, notebooks, outputs of runs) pass through ``put_bytes`` and
    ``get_bytes``. A key names its whole object or nothing: a reader never sees part of a write.

    Every method raises ``BadKey`` for a key, workspace or digest that is not a legal one, and
    ``StoreUnreachable`` where the store itself fails.
    """

    transfer: ClassVar[Literal["folder", "presigned"]]
    largest_file: ClassVar[int | None] = None  # bytes; None where only the disk sets a limit

    # Data files, in bulk.

    @abstractmethod
    async def open_staging(self, workspace: str, upload_id: str) -> str | None:
        """Make the upload's staging folder and give its absolute path; None with ``presigned``.

        The folder is on the file system of the store, so that a move into place copies nothing.
        Opening twice is harmless.
        """

    @abstractmethod
    async def abandon_staging(self, workspace: str, upload_id: str) -> None:
        """Remove what an upload staged. Harmless where nothing is."""

    @abstractmethod
    async def stagings(self, *, before: datetime) -> list[tuple[str, str]]:
        """List (workspace, upload id) of the stagings opened before a moment (UTC)."""

    @abstractmethod
    async def promote(self, workspace: str, upload_id: str, files: Sequence[StagedFile]) -> None:
        """Make sure that each file is stored under its MD5, moving what is staged into place.

        A file counts as there if it is staged at its path or stored already, a plain file of
        the stated size in either case. All are checked before the first is moved. Calling again
        after a crash half way, or after success, completes or repeats the same result.

        Raises:
            BadFiles: If files are missing, of another size, or not plain files (links, devices);
                names each. Nothing was moved then.
        """

    @abstractmethod
    async def missing(self, workspace: str, digests: Collection[str]) -> set[str]:
        """Give those of the digests under which nothing is stored."""

    @abstractmethod
    async def put_targets(
        self, workspace: str, md5s: Collection[str], *, lifetime: timedelta
    ) -> dict[str, PutTarget]:
        """Give for each MD5 the URL that takes its bytes, and no other bytes.

        Raises:
            StoreError: With ``folder``, where files go through the staging folder.
        """

    @abstractmethod
    async def locations(
        self, workspace: str, md5s: Collection[str], *, lifetime: timedelta
    ) -> dict[str, str]:
        """Give for each MD5 where a reader opens it: an absolute path, or a URL valid for ``lifetime``.

        Does not look whether the objects are there.
        """

    # Small objects, by key.

    @abstractmethod
    async def put_bytes(self, key: str, data: bytes) -> None:
        """Store bytes under a key, replacing what was there; whole or not at all."""

    @abstractmethod
    async def get_bytes(self, key: str) -> bytes:
        """Read an object.

        Raises:
            ObjectMissing: If nothing is stored under the key.
        """

    @abstractmethod
    async def stat(self, key: str) -> ObjectInfo | None:
        """Give an object's size and age; None where nothing is stored under the key."""

    @abstractmethod
    async def delete(self, keys: Collection[str]) -> None:
        """Delete objects; those that are not there are skipped."""

    @abstractmethod
    def walk(self, prefix: str) -> AsyncIterator[ObjectInfo]:
        """Walk the objects below a prefix (with its slash at the end), in no promised order.

        Staged files and half-written objects do not appear.
        """

    @abstractmethod
    async def workspaces(self) -> list[str]:
        """List the workspaces that hold anything, sorted."""

    @abstractmethod
    async def check(self) -> None:
        """Prove that the store can be written to and read.

        Raises:
            StoreUnreachable: If it cannot; says which store, why, and what to do.
        """

    async def exists(self, key: str) -> bool:
        """Say whether something is stored under the key."""
        return await self.stat(key) is not None

    async def size(self, key: str) -> int:
        """Give an object's size in bytes.

        Raises:
            ObjectMissing: If nothing is stored under the key.
        """
        info = await self.stat(key)
        if info is None:
            raise ObjectMissing(f"Nothing is stored under '{key}'.")
        return info.size

    @abstractmethod
    async def close(self) -> None:
        """Let go of connections and threads. The store is of no use afterwards."""
