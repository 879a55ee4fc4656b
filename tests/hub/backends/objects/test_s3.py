"""The S3 store's URLs, against a real gateway."""

import hashlib
from datetime import timedelta

import httpx
import pytest
from onedata_hub.backends.objects import ObjectStore, StoreUnreachable, open_store

from tests.support.ports import free_port
from tests.support.s3 import S3Gateway

LIFETIME = timedelta(minutes=5)
DATA = b"the data"
MD5 = hashlib.md5(DATA).hexdigest()


@pytest.fixture
async def bucket(s3_gateway: S3Gateway):
    opened = open_store(s3_gateway.new_url())
    yield opened
    await opened.close()


async def test_upload_url_takes_no_other_bytes(bucket: ObjectStore):
    target = (await bucket.put_targets("team-a", [MD5], lifetime=LIFETIME))[MD5]
    async with httpx.AsyncClient() as http:
        wrong = await http.put(target.url, headers=target.headers, content=b"other bytes")
        without = await http.put(target.url, content=DATA)
    assert wrong.status_code == 400
    assert without.status_code == 403
    assert await bucket.missing("team-a", [MD5]) == {MD5}


async def test_upload_url_of_one_object_does_not_open_another(bucket: ObjectStore):
    target = (await bucket.put_targets("team-a", [MD5], lifetime=LIFETIME))[MD5]
    elsewhere = target.url.replace("team-a", "team-b")
    async with httpx.AsyncClient() as http:
        answer = await http.put(elsewhere, headers=target.headers, content=DATA)
    assert answer.status_code == 403


async def test_reading_url_expires_and_cannot_write(bucket: ObjectStore):
    await bucket.put_bytes(f"team-a/files/md5/{MD5[:2]}/{MD5[2:]}", DATA)
    url = (await bucket.locations("team-a", [MD5], lifetime=LIFETIME))[MD5]
    over = (await bucket.locations("team-a", [MD5], lifetime=timedelta(seconds=-10)))[MD5]
    async with httpx.AsyncClient() as http:
        assert (await http.get(url)).content == DATA
        assert (await http.get(over)).status_code in (400, 403)
        assert (await http.put(url, content=b"x")).status_code == 403


async def test_urls_hold_no_secret(bucket: ObjectStore, monkeypatch: pytest.MonkeyPatch):
    import os

    url = (await bucket.locations("team-a", [MD5], lifetime=LIFETIME))[MD5]
    assert os.environ["AWS_SECRET_ACCESS_KEY"] not in url


async def test_kernels_get_the_address_that_is_theirs(s3_gateway: S3Gateway):
    outside = open_store(f"{s3_gateway.new_url()}&public_endpoint_url=https%3A%2F%2Fs3.example.org")
    url = (await outside.locations("team-a", [MD5], lifetime=LIFETIME))[MD5]
    await outside.check()
    await outside.close()
    assert url.startswith("https://s3.example.org/bucket-")


async def test_store_that_does_not_answer_says_so(s3_gateway: S3Gateway):
    away = open_store(f"s3://bucket/x?endpoint_url=http%3A%2F%2F127.0.0.1%3A{free_port()}")
    with pytest.raises(StoreUnreachable, match="Check its address"):
        await away.check()
    await away.close()


async def test_bucket_that_is_not_there_says_so(s3_gateway: S3Gateway):
    url = s3_gateway.new_url().replace("bucket-", "nobucket-")
    nowhere = open_store(url)
    with pytest.raises(StoreUnreachable, match=r"s3://nobucket-.*NoSuchBucket"):
        await nowhere.check()
    await nowhere.close()
