"""A publisher that speaks the API, as the kernel library does."""

import hashlib
from pathlib import Path
from typing import Any

import httpx

API = "/api/v1"
TEAM = f"{API}/workspaces/team-a"
FILES = {"part-0.parquet": b"PAR1 zero PAR1", "deep/part-1.parquet": b"PAR1 one PAR1"}
COLUMNS = [
    {"name": "carrier", "type": "string", "stats": {"sampled_rows": 2, "exact": True, "distinct": 2}},
    {"name": "delay", "type": "double", "nullable": False, "description": "Minutes late"},
]


def entries(contents: dict[str, bytes]) -> list[dict[str, Any]]:
    return [
        {"path": path, "md5": hashlib.md5(data).hexdigest(), "size": len(data)}
        for path, data in contents.items()
    ]


async def open_upload(client: httpx.AsyncClient, name: str = "flights", team: str = TEAM) -> dict[str, Any]:
    answer = await client.post(f"{team}/uploads", json={"name": name})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def send(
    client: httpx.AsyncClient, upload: dict[str, Any], contents: dict[str, bytes], team: str = TEAM
) -> list[dict[str, Any]]:
    """Bring the bytes where the upload wants them."""
    files = entries(contents)
    if upload["transfer"] == "folder":
        for path, data in contents.items():
            target = Path(upload["staging"], path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return files
    data_of = {file["md5"]: contents[file["path"]] for file in files}
    answer = await client.post(f"{team}/uploads/{upload['id']}/locations", json={"files": files})
    assert answer.status_code == 200, answer.text
    async with httpx.AsyncClient() as http:
        for place in answer.json()["locations"]:
            if place["url"]:
                put = await http.put(place["url"], headers=place["headers"], content=data_of[place["md5"]])
                put.raise_for_status()
    return files


async def commit(
    client: httpx.AsyncClient,
    upload: dict[str, Any],
    files: list[dict[str, Any]],
    team: str = TEAM,
    **more: Any,
) -> httpx.Response:
    body = {"files": files, "format": "parquet", "columns": COLUMNS, "rows": 2, **more}
    return await client.post(f"{team}/uploads/{upload['id']}/commit", json=body)


async def publish(
    client: httpx.AsyncClient,
    contents: dict[str, bytes] = FILES,
    name: str = "flights",
    team: str = TEAM,
    **more: Any,
) -> dict[str, Any]:
    """Publish and expect it to work; give the CommitResult."""
    upload = await open_upload(client, name, team)
    answer = await commit(client, upload, await send(client, upload, contents, team), team, **more)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def read_files(
    client: httpx.AsyncClient, version: int, name: str = "flights", team: str = TEAM
) -> dict[str, bytes]:
    """Read a version's files as a kernel does."""
    answer = await client.get(f"{team}/datasets/{name}/versions/{version}/manifest")
    assert answer.status_code == 200, answer.text
    manifest = answer.json()
    if manifest["transfer"] == "folder":
        return {file["path"]: Path(file["location"]).read_bytes() for file in manifest["files"]}
    async with httpx.AsyncClient() as http:
        return {
            file["path"]: (await http.get(file["location"])).raise_for_status().content
            for file in manifest["files"]
        }
