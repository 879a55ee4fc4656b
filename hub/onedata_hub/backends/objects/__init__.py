"""Where bytes live: a folder, or any S3. ``open_store(url)`` gives the adapter a URL names."""

from onedata_hub.backends.objects.base import ObjectInfo, ObjectStore, PutTarget, StagedFile
from onedata_hub.backends.objects.errors import (
    BadFiles,
    BadKey,
    ObjectMissing,
    StoreError,
    StoreFull,
    StoreUnreachable,
)
from onedata_hub.backends.objects.opening import open_store

__all__ = [
    "BadFiles",
    "BadKey",
    "ObjectInfo",
    "ObjectMissing",
    "ObjectStore",
    "PutTarget",
    "StagedFile",
    "StoreError",
    "StoreFull",
    "StoreUnreachable",
    "open_store",
]
