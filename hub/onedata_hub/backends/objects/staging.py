"""What a publisher left in a staging folder, checked and moved without trusting any of it.

The publisher is another process and may write while we look. Folders are opened one by one
without following links, a file is judged by its open descriptor, and after the move the object
must be the very file that was judged.
"""

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from onedata_hub.backends.objects.base import StagedFile
from onedata_hub.backends.objects.errors import BadFiles

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: opening a named pipe must not wait for its other end.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_ABSENT = "is not in the staging folder"
_OPEN_FOLDERS = 64  # descriptors kept at once; publishers send files folder by folder
_OPEN_FILES = 64
_SYNCS = 8  # at once: the file system writes its journal once for several


class StagedFolder:
    """An upload's staging folder, held open while its files are checked and taken."""

    def __init__(self, folder: Path, *, verify_md5: bool) -> None:
        self._folder = folder
        self._verify_md5 = verify_md5
        self._opened: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._opened:
            os.close(self._opened.popitem()[1])

    def check(self, files: Sequence[StagedFile], targets: Mapping[str, Path]) -> None:
        """Make sure each file is staged or stored, with its size.

        Args:
            files: What the upload says it brings.
            targets: Where the object of each MD5 lives.

        Raises:
            BadFiles: Names each file that is not.
        """
        found: set[str] = set()
        problems: dict[str, tuple[str, str]] = {}
        for file in files:
            why = self._problem(file, targets[file.md5])
            if why is None:
                found.add(file.md5)
            else:
                problems[file.path] = (file.md5, why)
        # Equal files need to be staged once only.
        wrong = {path: why for path, (md5, why) in problems.items() if why != _ABSENT or md5 not in found}
        if wrong:
            raise BadFiles(wrong)

    def settle(self, files: Sequence[StagedFile]) -> None:
        """Bring checked files to the disk before they get their names.

        An object is known by its name alone: one whose bytes a power cut has lost would be taken for whole.
        """
        with ThreadPoolExecutor(_SYNCS) as pool:
            for start in range(0, len(files), _OPEN_FILES):
                few = files[start : start + _OPEN_FILES]
                with contextlib.ExitStack() as opened:
                    descriptors = [
                        found for file in few if (found := self._descriptor(file.path)) is not None
                    ]
                    for descriptor in descriptors:
                        opened.callback(os.close, descriptor)
                    list(pool.map(os.fsync, descriptors))

    def _descriptor(self, path: str) -> int | None:
        folder, name = self._place(path)
        if folder is None:
            return None
        try:
            return os.open(name, _FILE, dir_fd=folder)
        except OSError:  # stored already; what is wrong with it otherwise, take() says
            return None

    def take(self, file: StagedFile, target: Path) -> None:
        """Move a checked file to its object's path, read-only; a no-op where the object is there.

        Raises:
            BadFiles: If the publisher changed the file since it was checked.
        """
        folder, name = self._place(file.path)
        if folder is None:
            return  # taken before a crash, or not staged because an equal file is
        if target.exists():
            with contextlib.suppress(FileNotFoundError, IsADirectoryError):
                os.unlink(name, dir_fd=folder)
            return
        try:
            descriptor = os.open(name, _FILE, dir_fd=folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise BadFiles({file.path: f"changed while it was stored ({error.strerror})"}) from error
        try:
            judged = os.fstat(descriptor)
            if why := _not_storable(judged, file.size):
                raise BadFiles({file.path: why})
            os.fchmod(descriptor, 0o444)
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.rename(name, target, src_dir_fd=folder)
            except FileNotFoundError:
                return  # the same commit, sent twice at once, has taken it; whether it is stored is looked at last
            moved = target.lstat()
            if (moved.st_dev, moved.st_ino) != (judged.st_dev, judged.st_ino):
                target.unlink()
                raise BadFiles({file.path: "was exchanged for another file while it was stored"})
        finally:
            os.close(descriptor)

    def _problem(self, file: StagedFile, target: Path) -> str | None:
        why = _problem_as_stored(file, target)
        if why == _ABSENT:
            why = self._problem_as_staged(file)
        # The same commit, sent twice at once, may have moved the file between these two looks.
        return _problem_as_stored(file, target) if why == _ABSENT else why

    def _problem_as_staged(self, file: StagedFile) -> str | None:
        folder, name = self._place(file.path)
        if folder is None:
            return _ABSENT
        try:
            descriptor = os.open(name, _FILE, dir_fd=folder)
        except FileNotFoundError:
            return _ABSENT
        except OSError as error:
            return f"is not a plain file ({error.strerror})"
        try:
            return _not_storable(os.fstat(descriptor), file.size) or self._wrong_md5(descriptor, file.md5)
        finally:
            os.close(descriptor)

    def _wrong_md5(self, descriptor: int, expected: str) -> str | None:
        if not self._verify_md5:
            return None
        with os.fdopen(os.dup(descriptor), "rb") as opened:
            found = hashlib.file_digest(opened, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        return None if found == expected else f"has MD5 {found}, not {expected}"

    def _place(self, path: str) -> tuple[int | None, str]:
        """Give the open folder a path lies in (None where there is none) and the file's name in it."""
        *folders, name = path.split("/")
        return self._open("/".join(folders)), name

    def _open(self, folder: str) -> int | None:
        if folder in self._opened:
            return self._opened[folder]
        try:
            if not folder:
                descriptor = os.open(self._folder, _FOLDER)
            else:
                parent, _, last = folder.rpartition("/")
                above = self._open(parent)
                if above is None:
                    return None
                descriptor = os.open(last, _FOLDER, dir_fd=above)
        except OSError:  # absent, a file, or a link where a folder should be
            return None
        if len(self._opened) >= _OPEN_FOLDERS:
            os.close(self._opened.pop(next(iter(self._opened))))
        self._opened[folder] = descriptor
        return descriptor


def settle_folders(folders: Iterable[Path]) -> None:
    """Bring the names in folders to the disk."""
    with ThreadPoolExecutor(_SYNCS) as pool:
        list(pool.map(_settle_folder, set(folders)))


def _settle_folder(folder: Path) -> None:
    descriptor = os.open(folder, _FOLDER)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _problem_as_stored(file: StagedFile, target: Path) -> str | None:
    try:
        stored = target.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return _ABSENT
    if stored == file.size:
        return None
    return f"has {file.size} bytes by the upload's word, but the object of its MD5 has {stored}"


def _not_storable(status: os.stat_result, size: int) -> str | None:
    if not stat.S_ISREG(status.st_mode):
        return "is not a plain file"
    if status.st_nlink != 1:
        return "is a hard link, which whoever holds the other name could change"
    if status.st_size != size:
        return f"has {status.st_size} bytes, {size} were announced"
    return None
