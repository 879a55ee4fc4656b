"""Bring the bytes of a new version to where the studio wants them.

Two ways, one shape: into a staging folder on the store's own file system, or with one HTTP PUT
for each object the store lacks. The studio sees neither; it is told names, digests and sizes.
"""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from onedata._client import StudioClient, path_of
from onedata.contract.datasets import FileEntry, Locations, LocationsRequest, PutLocation, Upload
from onedata.datasets._hashing import CHUNK, Hashed, copy_hashed, hash_file
from onedata.datasets._progress import REDRAW, Progress
from onedata.datasets._scan import SourceFile
from onedata.errors import Busy, InvalidInput, OneDataError

if TYPE_CHECKING:
    import httpx

COPYING_THREADS = max(2, min(8, os.cpu_count() or 2))
SENDING_THREADS = 8
LARGEST_PUT = 5 * 2**30  # bytes; Amazon S3 User Guide, "Uploading objects": one PUT takes up to 5 GB
_LOCATIONS_AT_ONCE = 500
_TRIES = 4
_EXPIRED = 403


class Transfer(Protocol):
    """Where the files of one upload go."""

    def bring(self, files: Sequence[SourceFile], progress: Progress) -> list[FileEntry]:
        """Bring files that exist, several at once; give their entries in the same order."""
        ...

    def part_path(self, path: str) -> Path:
        """Give the path at which to write a new file of the version."""
        ...

    def part_done(self, path: str, hashed: Hashed) -> FileEntry:
        """Take over a file that was written at its ``part_path``."""
        ...

    def close(self) -> None:
        """Remove what was only on its way."""
        ...


class FolderTransfer:
    """Into the upload's staging folder; the studio moves the files from there into place."""

    def __init__(self, staging: Path) -> None:
        self._staging = staging
        self._made: set[Path] = {staging}

    def bring(self, files: Sequence[SourceFile], progress: Progress) -> list[FileEntry]:
        """Copy the files, hashing the bytes that are written."""
        for folder in {file.path.rpartition("/")[0] for file in files}:
            self._make(self._staging / folder)

        def copy(file: SourceFile) -> FileEntry:
            hashed = copy_hashed(file.source, f"{self._staging}/{file.path}", progress.tick)
            return FileEntry.model_construct(path=file.path, md5=hashed.md5, size=hashed.size)

        return run_all(copy, files, progress, COPYING_THREADS)

    def part_path(self, path: str) -> Path:
        """Give the file's place in the staging folder."""
        place = self._staging / path
        self._make(place.parent)
        return place

    def part_done(self, path: str, hashed: Hashed) -> FileEntry:
        """Nothing is left to do: the file is where it belongs."""
        return FileEntry(path=path, md5=hashed.md5, size=hashed.size)

    def close(self) -> None:
        """Leave the staging folder to the studio, which removes it with the upload."""

    def _make(self, folder: Path) -> None:
        if folder not in self._made:
            folder.mkdir(parents=True, exist_ok=True)
            self._made.add(folder)


class PresignedTransfer:
    """Straight to the object store, through URLs that each take the bytes of one MD5 and no others."""

    def __init__(self, client: StudioClient, workspace: str, upload_id: str) -> None:
        import httpx

        self._client = client
        self._locations = path_of("workspaces", workspace, "uploads", upload_id, "locations")
        # A client of its own: the hub token must not travel to the object store.
        self._http = httpx.Client(timeout=httpx.Timeout(120.0, connect=10.0))
        self._parts: Path | None = None
        self._lock = threading.Lock()

    def bring(self, files: Sequence[SourceFile], progress: Progress) -> list[FileEntry]:
        """Hash the files, ask where each goes, send those that the store lacks."""
        for file in files:
            _refuse_too_large(file.path, file.size)
        hashing = Progress(f"{progress.label}: hashing", progress.total, show=False)
        hashes = run_all(lambda file: hash_file(file.source, hashing.tick), files, progress, COPYING_THREADS)
        entries = [
            FileEntry(path=file.path, md5=hashed.md5, size=hashed.size)
            for file, hashed in zip(files, hashes, strict=True)
        ]
        sources = {hashed.md5: file for file, hashed in zip(files, hashes, strict=True)}
        sizes = {hashed.md5: hashed.size for hashed in hashes}
        for start in range(0, len(entries), _LOCATIONS_AT_ONCE):
            some = entries[start : start + _LOCATIONS_AT_ONCE]
            wanted = [location for location in self._ask(some) if location.url is not None]
            present = {entry.md5 for entry in some} - {location.md5 for location in wanted}
            progress.tick(sum(sizes[md5] for md5 in present))
            run_all(
                lambda location: self._put(
                    sources[location.md5].source, sizes[location.md5], location, progress
                ),
                wanted,
                progress,
                SENDING_THREADS,
            )
        return entries

    def part_path(self, path: str) -> Path:
        """Give a place in a folder of our own; it is sent from there as soon as it is whole."""
        with self._lock:
            if self._parts is None:
                self._parts = Path(tempfile.mkdtemp(prefix="onedata-publish-"))
        place = self._parts / path
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def part_done(self, path: str, hashed: Hashed) -> FileEntry:
        """Send the file and remove it here."""
        entry = FileEntry(path=path, md5=hashed.md5, size=hashed.size)
        _refuse_too_large(path, hashed.size)
        place = self.part_path(path)
        silent = Progress("", None, show=False)  # its bytes were counted as they were written
        (location,) = self._ask([entry])
        if location.url is not None:
            self._put(place, hashed.size, location, silent)
        place.unlink()
        return entry

    def close(self) -> None:
        """Close the connections and remove parts that were not sent."""
        self._http.close()
        if self._parts is not None:
            shutil.rmtree(self._parts, ignore_errors=True)

    def _ask(self, entries: Sequence[FileEntry]) -> list[PutLocation]:
        body = LocationsRequest(files=list(entries)).model_dump(mode="json")
        answer = self._client.request("POST", self._locations, json=body, retry=True)
        return Locations.model_validate(answer).locations

    def _put(self, source: Path, size: int, location: PutLocation, progress: Progress) -> None:
        """Send one object; a URL that expired in the queue is asked for anew."""
        for attempt in range(_TRIES):
            response = self._try_put(source, size, location, progress)
            if response is not None and response.is_success:
                return
            status = None if response is None else response.status_code
            if status == _EXPIRED:
                entry = FileEntry(path=source.name, md5=location.md5, size=size)
                (location,) = self._ask([entry])
                if location.url is None:
                    return
            elif status is not None and status < 500:
                break
            time.sleep(0.2 * 2**attempt)
        raise _put_failed(source, response)

    def _try_put(
        self, source: Path, size: int, location: PutLocation, progress: Progress
    ) -> "httpx.Response | None":
        import httpx

        assert location.url is not None
        headers = {**location.headers, "Content-Length": str(size)}
        sent = 0

        def body() -> Iterable[bytes]:
            nonlocal sent
            with source.open("rb") as file:
                while chunk := file.read(min(CHUNK, 2**18)):
                    yield chunk
                    sent += len(chunk)
                    progress.tick(len(chunk))

        try:
            response = self._http.put(location.url, content=body(), headers=headers)
        except httpx.TransportError:
            response = None
        if response is None or not response.is_success:
            progress.tick(-sent)
        return response


def transfer_for(client: StudioClient, workspace: str, upload: Upload) -> Transfer:
    """Choose the way that an upload asks for."""
    if upload.transfer == "presigned":
        return PresignedTransfer(client, workspace, upload.id)
    staging = Path(upload.staging or "")
    if not (upload.staging and staging.is_dir() and os.access(staging, os.W_OK)):
        raise OneDataError(
            f"The studio keeps its objects in a folder, and this process cannot write to {upload.staging}. "
            "A folder store works on the machine of the studio; give the platform an S3 store for others.",
            code="staging_not_writable",
        )
    return FolderTransfer(staging)


def run_all(work: Callable[[Any], Any], items: Sequence[Any], progress: Progress, threads: int) -> list[Any]:
    """Do the work on every item in threads, drawing progress here; the first failure ends all of it."""
    if len(items) == 1 or not items:
        threads = 1
    futures: list[Future[Any]] = []
    with ThreadPoolExecutor(threads, thread_name_prefix="onedata-transfer") as pool:
        try:
            slices = _slices(items, threads)
            futures = [pool.submit(_each, work, some) for some in slices]
            left = set(futures)
            while left:
                done, left = wait(left, REDRAW, FIRST_COMPLETED)
                for future in done:
                    future.result()
                progress.draw()
        except BaseException:
            progress.stop()
            for future in futures:
                future.cancel()
            raise
    return [result for future in futures for result in future.result()]


def _each(work: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
    return [work(item) for item in items]


def _slices(items: Sequence[Any], threads: int) -> list[Sequence[Any]]:
    """Cut the work into runs of neighbours: a future for each of 1,000 files costs as much as its copy."""
    length = max(1, min(32, len(items) // (4 * threads)))
    return [items[start : start + length] for start in range(0, len(items), length)]


def _refuse_too_large(path: str, size: int) -> None:
    if size > LARGEST_PUT:
        raise InvalidInput(
            f"'{path}' has {size:,} bytes; an object store takes {LARGEST_PUT:,} in one piece. "
            "Split the file, or publish it as a table, which is cut into parts."
        )


def _put_failed(source: Path, response: "httpx.Response | None") -> OneDataError:
    said = "did not answer" if response is None else f"said {response.status_code}: {response.text[:300]}"
    return Busy(f"The object store was sent '{source.name}' and {said}. Publish again.")
