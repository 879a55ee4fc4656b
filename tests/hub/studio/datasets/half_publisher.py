"""A publisher that is killed: opens an upload, brings half of its files, says so, and hangs."""

import asyncio
import sys
import time

import httpx

from tests.hub.studio.datasets.publishing import entries, open_upload, send


async def main(address: str, token: str) -> None:
    headers = {"Authorization": f"token {token}"}
    contents = {f"part-{number}": str(number).encode() * 1_000 for number in range(10)}
    half = dict(list(contents.items())[:5])
    async with httpx.AsyncClient(base_url=address, headers=headers) as client:
        upload = await open_upload(client)
        assert len(entries(contents)) == 10
        await send(client, upload, half)
    print(upload["id"], flush=True)
    time.sleep(60)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.stdin.readline().strip()))
