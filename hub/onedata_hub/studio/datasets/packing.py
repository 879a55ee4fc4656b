"""Lists of files and of digests as compact bytes for the database."""

import json
import zlib
from collections.abc import Iterable, Sequence

from onedata_hub.backends.objects import StagedFile

_LEVEL = 1  # hex digests hardly compress further at higher levels, which take several times as long


def pack_files(files: Sequence[StagedFile]) -> bytes:
    """Write a version's files, in the order given."""
    rows = [[file.path, file.md5, file.size] for file in files]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), _LEVEL)


def unpack_files(packed: bytes) -> list[StagedFile]:
    """Read a version's files."""
    return [StagedFile(path, md5, size) for path, md5, size in json.loads(zlib.decompress(packed))]


def pack_digests(digests: Iterable[str]) -> bytes:
    """Write digests."""
    return zlib.compress("\n".join(sorted(digests)).encode(), _LEVEL)


def unpack_digests(packed: bytes) -> set[str]:
    """Read digests."""
    if not packed:
        return set()
    return set(zlib.decompress(packed).decode().split("\n")) - {""}
