"""The object store in a bucket of any S3."""

import asyncio
import base64
import functools
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from onedata_hub.backends.objects.base import ObjectInfo, ObjectStore, PutTarget, StagedFile
from onedata_hub.backends.objects.errors import BadFiles, ObjectMissing, StoreUnreachable
from onedata_hub.backends.objects.keys import (
    checked_key,
    checked_prefix,
    checked_upload_id,
    checked_workspace,
    object_key,
)

A = TypeVar("A")
R = TypeVar("R")

_THREADS = 32
_DELETE_AT_ONCE = 1_000  # Source: Amazon S3 API reference, DeleteObjects
_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})


class S3Store(ObjectStore):
    """Objects in a bucket, below a prefix.

    A publisher sends each data file with one presigned PUT straight to its final key. The
    file's MD5 is signed into the request, so the store refuses other bytes; an object nobody
    commits is swept later.
    """

    transfer: ClassVar[Literal["folder", "presigned"]] = "presigned"
    largest_file: ClassVar[int | None] = 5 * 2**30  # Source: Amazon S3 API reference, PutObject

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        *,
        endpoint_url: str | None = None,
        public_endpoint_url: str | None = None,
        region: str | None = None,
    ) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._where = f"s3://{bucket}/{prefix}" + (f" at {endpoint_url}" if endpoint_url else "")
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="objects")
        self._s3 = _client(endpoint_url, region)
        # Signing is arithmetic: the client for outside addresses connects to nothing.
        self._signer = _client(public_endpoint_url, region) if public_endpoint_url else self._s3

    async def open_staging(self, workspace: str, upload_id: str) -> None:
        checked_workspace(workspace)
        checked_upload_id(upload_id)

    async def abandon_staging(self, workspace: str, upload_id: str) -> None:
        checked_workspace(workspace)
        checked_upload_id(upload_id)

    async def stagings(self, *, before: datetime) -> list[tuple[str, str]]:
        return []

    async def promote(self, workspace: str, upload_id: str, files: Sequence[StagedFile]) -> None:
        stored = await self._sizes(workspace, {file.md5 for file in files})
        problems = {}
        for file in files:
            size = stored[file.md5]
            if size is None:
                problems[file.path] = "was not uploaded"
            elif size != file.size:
                problems[file.path] = f"has {size} bytes in the store, {file.size} were announced"
        if problems:
            raise BadFiles(problems)

    async def missing(self, workspace: str, digests: Collection[str]) -> set[str]:
        sizes = await self._sizes(workspace, digests)
        return {digest for digest, size in sizes.items() if size is None}

    async def put_targets(
        self, workspace: str, md5s: Collection[str], *, lifetime: timedelta
    ) -> dict[str, PutTarget]:
        def sign(md5: str) -> PutTarget:
            content_md5 = base64.b64encode(bytes.fromhex(md5)).decode()
            url = self._signer.generate_presigned_url(
                "put_object",
                Params={**self._at(object_key(workspace, md5)), "ContentMD5": content_md5},
                ExpiresIn=int(lifetime.total_seconds()),
            )
            return PutTarget(url, {"Content-MD5": content_md5})

        return await self._run(lambda: {md5: sign(md5) for md5 in md5s})

    async def locations(
        self, workspace: str, md5s: Collection[str], *, lifetime: timedelta
    ) -> dict[str, str]:
        def sign(md5: str) -> str:
            url: str = self._signer.generate_presigned_url(
                "get_object",
                Params=self._at(object_key(workspace, md5)),
                ExpiresIn=int(lifetime.total_seconds()),
            )
            return url

        return await self._run(lambda: {md5: sign(md5) for md5 in md5s})

    async def put_bytes(self, key: str, data: bytes) -> None:
        await self._run(lambda: self._s3.put_object(**self._at(checked_key(key)), Body=data))

    async def get_bytes(self, key: str) -> bytes:
        def read() -> bytes | None:
            try:
                body: bytes = self._s3.get_object(**self._at(checked_key(key)))["Body"].read()
            except ClientError as error:
                if _is_absent(error):
                    return None
                raise
            return body

        data = await self._run(read)
        if data is None:
            raise ObjectMissing(f"Nothing is stored under '{key}'.")
        return data

    async def stat(self, key: str) -> ObjectInfo | None:
        return await self._run(functools.partial(self._head, checked_key(key)))

    async def delete(self, keys: Collection[str]) -> None:
        names = [{"Key": self._prefix + checked_key(key)} for key in keys]
        for start in range(0, len(names), _DELETE_AT_ONCE):
            await self._run(functools.partial(self._delete, names[start : start + _DELETE_AT_ONCE]))

    async def walk(self, prefix: str) -> AsyncIterator[ObjectInfo]:
        below = self._prefix + checked_prefix(prefix)
        async for page in self._pages(Prefix=below):
            for item in page.get("Contents", []):
                key = item["Key"].removeprefix(self._prefix)
                if not key.endswith("/"):
                    yield ObjectInfo(key, item["Size"], item["LastModified"].astimezone(UTC))

    async def workspaces(self) -> list[str]:
        names = [
            entry["Prefix"].removeprefix(self._prefix).removesuffix("/")
            async for page in self._pages(Prefix=self._prefix, Delimiter="/")
            for entry in page.get("CommonPrefixes", [])
        ]
        return sorted(names)

    async def check(self) -> None:
        probe = {"Bucket": self._bucket, "Key": f"{self._prefix}.onedata-check"}

        def write_read_remove() -> None:
            self._s3.put_object(**probe, Body=b"onedata")
            self._s3.get_object(**probe)["Body"].read()
            self._s3.delete_object(**probe)

        await self._run(write_read_remove)

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._s3.close()

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    def _head(self, key: str) -> ObjectInfo | None:
        try:
            head = self._s3.head_object(**self._at(key))
        except ClientError as error:
            if _is_absent(error):
                return None
            raise
        return ObjectInfo(key, head["ContentLength"], head["LastModified"].astimezone(UTC))

    def _delete(self, names: list[dict[str, str]]) -> None:
        answer = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": names, "Quiet": True})
        failed = [error for error in answer.get("Errors", []) if error.get("Code") not in _ABSENT]
        if failed:
            raise StoreUnreachable(
                f"{self._where} did not delete {len(failed)} objects: {failed[0].get('Message', 'no reason given')}."
            )

    async def _sizes(self, workspace: str, digests: Collection[str]) -> dict[str, int | None]:
        keys = [(digest, object_key(workspace, digest)) for digest in digests]
        heads = await self._run_all(self._head, [key for _, key in keys])
        return {digest: head.size if head else None for (digest, _), head in zip(keys, heads, strict=True)}

    async def _pages(self, **query: str) -> AsyncIterator[dict[str, Any]]:
        more: dict[str, str] = {}
        while True:
            page = await self._run(
                functools.partial(self._s3.list_objects_v2, Bucket=self._bucket, **query, **more)
            )
            yield page
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    async def _run_all(self, function: Callable[[A], R], arguments: Iterable[A]) -> list[R]:
        return await asyncio.gather(*(self._run(functools.partial(function, one)) for one in arguments))

    async def _run(self, function: Callable[[], R]) -> R:
        def call() -> R:
            try:
                return function()
            except (BotoCoreError, ClientError) as error:
                raise StoreUnreachable(
                    f"The object store {self._where} failed: {error}. Check its address, the bucket, and "
                    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the studio's environment."
                ) from error

        return await asyncio.get_running_loop().run_in_executor(self._threads, call)


def _client(endpoint_url: str | None, region: str | None) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=endpoint_url,
        region_name=region or "us-east-1",
        config=Config(
            signature_version="s3v4",
            max_pool_connections=_THREADS,
            connect_timeout=5,
            read_timeout=60,
            retries={"max_attempts": 3, "mode": "standard"},
            s3={"addressing_style": "path" if endpoint_url else "auto"},
            # Only where an operation demands a checksum: gateways differ in the newer ones.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def _is_absent(error: ClientError) -> bool:
    return error.response.get("Error", {}).get("Code") in _ABSENT
