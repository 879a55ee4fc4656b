"""Lists, searches, single reads and words."""

import pytest
from onedata.contract.datasets import DatasetSummary, VersionSummary
from onedata.contract.paging import Page

from tests.hub.studio.datasets.publishing import API, TEAM, commit, entries, open_upload, publish
from tests.support.studio import StudioUnderTest


@pytest.fixture
async def ann(any_studio: StudioUnderTest):
    async with any_studio.user("ann", "team-a") as client:
        yield client


async def names(client, **query) -> list[str]:
    answer = await client.get(f"{TEAM}/datasets", params=query)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


async def test_list_shows_each_datasets_newest_figures(ann):
    await publish(ann, {"a": b"1"}, rows=1, description="Flights of 2013", tags=["raw"])
    await publish(ann, {"a": b"22"}, rows=5, format="csv")
    page = Page[DatasetSummary].model_validate((await ann.get(f"{TEAM}/datasets")).json())
    (item,) = page.items
    assert (item.name, item.latest_version, item.rows, item.bytes, item.format) == ("flights", 2, 5, 2, "csv")
    assert (item.description, item.tags, item.updated_by) == ("Flights of 2013", ["raw"], "ann")
    assert page.next_cursor is None


async def test_pages_follow_one_another_without_gaps_whatever_comes_between(ann):
    for number in range(7):
        await publish(ann, {"a": b"1"}, name=f"d{number}")
    found, cursor = [], None
    while True:
        answer = await ann.get(
            f"{TEAM}/datasets", params={"limit": 3, **({"cursor": cursor} if cursor else {})}
        )
        found += [item["name"] for item in answer.json()["items"]]
        if len(found) == 3:
            await publish(ann, {"a": b"1"}, name="d0-between")
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            break
    assert found == [f"d{number}" for number in range(7)]


async def test_search_looks_at_name_description_and_tags_in_any_case(ann):
    await publish(ann, {"a": b"1"}, name="flights", description="Every DEPARTURE from New York")
    await publish(ann, {"a": b"1"}, name="weather", tags=["Météo"])
    await publish(ann, {"a": b"1"}, name="planes", description="100% of_them")
    assert await names(ann, search="departure") == ["flights"]
    assert await names(ann, search="MÉTÉO") == ["weather"]
    assert await names(ann, search="eigh") == []
    assert await names(ann, search="E") == ["flights", "planes", "weather"]
    assert await names(ann, search="0% of_") == ["planes"]
    assert await names(ann, search="_") == ["planes"]
    assert await names(ann, search="%") == ["planes"]


async def test_tag_filters_by_the_whole_tag(ann):
    await publish(ann, {"a": b"1"}, name="flights", tags=["raw", "2013"])
    await publish(ann, {"a": b"1"}, name="weather", tags=["rawish"])
    await publish(ann, {"a": b"1"}, name="planes", tags=["raw"])
    assert await names(ann, tag="raw") == ["flights", "planes"]
    assert await names(ann, tag="raw", search="plane") == ["planes"]
    first = (await ann.get(f"{TEAM}/datasets", params={"tag": "raw", "limit": 1})).json()
    assert await names(ann, tag="raw", cursor=first["next_cursor"]) == ["planes"]


async def test_versions_come_newest_first_in_pages(ann):
    for number in range(5):
        await publish(ann, {"a": str(number).encode()}, message=f"take {number}", source={"job_run_id": "r1"})
    first = (await ann.get(f"{TEAM}/datasets/flights/versions", params={"limit": 3})).json()
    rest = (
        await ann.get(f"{TEAM}/datasets/flights/versions", params={"cursor": first["next_cursor"]})
    ).json()
    items = Page[VersionSummary].model_validate({"items": first["items"] + rest["items"]}).items
    assert [(item.version, item.message) for item in items] == [(n, f"take {n - 1}") for n in (5, 4, 3, 2, 1)]
    assert items[0].job_run_id == "r1"
    assert rest["next_cursor"] is None


async def test_version_that_does_not_exist_says_which_do(ann):
    await publish(ann, {"a": b"1"})
    only = await ann.get(f"{TEAM}/datasets/flights/versions/9")
    await publish(ann, {"a": b"2"})
    both = await ann.get(f"{TEAM}/datasets/flights/versions/9/manifest")
    assert (only.status_code, both.status_code) == (404, 404)
    assert only.json()["detail"].endswith("has no version 9; it has version 1 only.")
    assert both.json()["detail"].endswith("has no version 9; it has versions 1 to 2.")
    assert both.json()["code"] == "version_not_found"


async def test_dataset_that_does_not_exist_suggests_a_near_name(ann):
    await publish(ann, {"a": b"1"})
    for path in ("flihgts", "flihgts/versions", "flihgts/versions/1", "flihgts/versions/1/manifest"):
        answer = await ann.get(f"{TEAM}/datasets/{path}")
        assert answer.status_code == 404
        assert "Did you mean flights?" in answer.json()["detail"]


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "9999999999"])
async def test_number_that_cannot_be_is_refused(studio: StudioUnderTest, number: str):
    async with studio.user("ann", "team-a") as ann:
        assert (await ann.get(f"{TEAM}/datasets/flights/versions/{number}")).status_code == 422


@pytest.mark.parametrize(
    "query", [{"cursor": "x"}, {"cursor": "WzFd"}, {"limit": 0}, {"limit": 501}, {"search": "a\x00"}]
)
async def test_query_that_cannot_be_is_refused(any_studio: StudioUnderTest, query: dict):
    async with any_studio.user("ann", "team-a") as ann:
        assert (await ann.get(f"{TEAM}/datasets", params=query)).status_code == 422


async def test_words_are_changed_and_bytes_are_not(ann):
    before = (await publish(ann, description="old", tags=["a"]))["version"]
    words = {"description": "new", "tags": ["b", "b"], "column_descriptions": {"carrier": "Airline"}}
    answer = await ann.patch(f"{TEAM}/datasets/flights", json=words)
    after = answer.json()
    assert answer.status_code == 200
    assert (after["description"], after["tags"], after["latest_version"]) == ("new", ["b"], 1)
    assert [column["description"] for column in after["latest"]["columns"]] == ["Airline", "Minutes late"]
    assert after["latest"]["columns"][0]["stats"] == before["columns"][0]["stats"]
    assert after["latest"]["digest"] == before["digest"]
    assert await names(ann, tag="a") == []
    assert await names(ann, tag="b", search="NEW") == ["flights"]


async def test_absent_words_stay(ann):
    await publish(ann, description="old", tags=["a"])
    after = (await ann.patch(f"{TEAM}/datasets/flights", json={"tags": []})).json()
    assert (after["description"], after["tags"]) == ("old", [])


async def test_word_on_a_column_that_is_not_there_changes_nothing(ann):
    await publish(ann, description="old")
    answer = await ann.patch(
        f"{TEAM}/datasets/flights", json={"description": "x", "column_descriptions": {"nope": "y"}}
    )
    assert answer.status_code == 422
    assert "has no column 'nope'. It has: carrier, delay" in answer.json()["detail"]
    assert (await ann.get(f"{TEAM}/datasets/flights")).json()["description"] == "old"


async def test_viewer_reads_and_writes_nothing(any_studio: StudioUnderTest, ann):
    await publish(ann)
    async with any_studio.user("root", admin=True) as root, any_studio.user("vic", "team-a") as vic:
        await root.put(f"{TEAM}/members/vic", json={"role": "viewer"})
        reads = [
            await vic.get(f"{TEAM}/datasets{rest}")
            for rest in (
                "",
                "/flights",
                "/flights/versions",
                "/flights/versions/1",
                "/flights/versions/1/manifest",
            )
        ]
        writes = [
            await vic.post(f"{TEAM}/uploads", json={"name": "x"}),
            await vic.patch(f"{TEAM}/datasets/flights", json={"description": "x"}),
            await vic.delete(f"{TEAM}/datasets/flights"),
            await commit(vic, {"id": "0" * 32}, entries({"a": b"1"})),
            await vic.delete(f"{TEAM}/uploads/{'0' * 32}"),
        ]
    assert {answer.status_code for answer in reads} == {200}
    assert [answer.status_code for answer in writes] == [403] * 5
    assert "takes editor" in writes[0].json()["detail"]


async def test_other_workspaces_reader_finds_nothing(any_studio: StudioUnderTest, ann):
    await publish(ann)
    upload = await open_upload(ann)
    async with any_studio.user("eve", "team-b") as eve:
        answers = [
            await eve.get(f"{TEAM}/datasets"),
            await eve.get(f"{TEAM}/datasets/flights"),
            await eve.get(f"{TEAM}/datasets/flights/versions/1/manifest"),
            await eve.delete(f"{TEAM}/datasets/flights"),
            await commit(eve, upload, entries({"a": b"1"})),
        ]
        own = await eve.get(f"{API}/workspaces/team-b/datasets/flights")
    assert {answer.status_code for answer in answers} == {404}
    assert own.status_code == 404
    assert "flights" not in answers[1].json()["detail"]
