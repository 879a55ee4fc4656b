"""A disk that is full: people are told so, what is there can be read, and with room all goes on."""

from pathlib import Path

from tests.support.disks import fill, small_disk
from tests.support.notebooks import make_notebook
from tests.support.studio import running_studio

JOBS = "/api/v1/workspaces/team-a/jobs"
DISK_BYTES = 4 * 2**20


def job(name: str) -> dict[str, object]:
    return {"name": name, "notebook": make_notebook(None, f"'{name}'")}


async def test_full_disk_of_the_database_is_told_and_what_is_there_is_read(tmp_path: Path):
    with small_disk(tmp_path / "disk", DISK_BYTES) as disk:
        async with (
            running_studio(tmp_path, database_url=f"sqlite:///{disk}/studio.sqlite") as studio,
            studio.user("ann", "team-a") as ann,
        ):
            assert (await ann.post(JOBS, json=job("before"))).status_code == 201
            fill(disk / "filler")
            refused = [(await ann.post(JOBS, json=job(f"at-{n}"))) for n in range(3)]
            while_full = (await ann.get(JOBS)).json()["items"]
            (disk / "filler").unlink()
            again = await ann.post(JOBS, json=job("at-0"))
            found = (await ann.get(JOBS)).json()["items"]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(507, "database_full")}
    assert "free some space there, or make its volume larger" in refused[0].json()["detail"]
    assert [one["name"] for one in while_full] == ["before"]
    assert again.status_code == 201
    assert sorted(one["name"] for one in found) == ["at-0", "before"]


async def test_full_object_store_is_told_and_nothing_half_is_left_in_it(tmp_path: Path):
    with small_disk(tmp_path / "disk", DISK_BYTES) as disk:
        store = disk / "objects"
        async with (
            running_studio(tmp_path, objects_url=f"file://{store}") as studio,
            studio.user("ann", "team-a") as ann,
        ):
            assert (await ann.post(JOBS, json=job("before"))).status_code == 201
            kept = files_of(store)
            fill(disk / "filler")
            refused = await ann.post(JOBS, json=job("after"))
            left, while_full = files_of(store), (await ann.get(JOBS)).json()["items"]
            (disk / "filler").unlink()
            again = await ann.post(JOBS, json=job("after"))
    assert (refused.status_code, refused.json()["code"]) == (507, "store_full")
    assert "has no room left (No space left on device), and nothing was stored" in refused.json()["detail"]
    assert left == kept
    assert [one["name"] for one in while_full] == ["before"]
    assert again.status_code == 201


def files_of(store: Path) -> set[Path]:
    return {path for path in store.rglob("*") if path.is_file()}
