"""DVC's manifest of a folder, byte for byte.

Source: dvc-data 3, ``Tree.as_bytes`` and ``Tree.digest``: the entries sorted by path, written by
``json.dumps(…, sort_keys=True)``; the MD5 of those bytes and ``.dir`` name the folder.
"""

import hashlib
import json
from collections.abc import Iterable

from onedata_hub.backends.objects.base import StagedFile


def folder_manifest(files: Iterable[StagedFile]) -> tuple[str, bytes]:
    """Give a folder's digest (``<md5>.dir``) and the manifest it names."""
    entries = sorted(({"md5": file.md5, "relpath": file.path} for file in files), key=_relpath)
    manifest = json.dumps(entries, sort_keys=True).encode()
    return f"{hashlib.md5(manifest, usedforsecurity=False).hexdigest()}.dir", manifest


def _relpath(entry: dict[str, str]) -> str:
    return entry["relpath"]
