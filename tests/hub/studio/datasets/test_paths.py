"""Which paths and names a dataset takes, and how it says no."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onedata.contract.datasets import FileEntry
from onedata_hub.studio.datasets.paths import check_files, path_problem
from onedata_hub.studio.errors import Invalid

from tests.hub.studio.datasets.publishing import TEAM, commit, entries, open_upload
from tests.support.studio import StudioUnderTest

ANY_PATH = st.text(min_size=1, max_size=60)
TRICKY_PATH = st.lists(
    st.sampled_from(
        ["a", "..", ".", "", "/", "\\", "\x00", "\n", "~", "C:", "é", "e\u0301", "\u202e", " ", "..."]
    ),
    min_size=1,
    max_size=6,
).map("/".join)

BAD_PATHS = {
    "/etc/passwd": "absolute",
    "../x": "'..'",
    "a/../../x": "'..'",
    "a//b": "empty part",
    "a/": "empty part",
    "./a": "'.'",
    "a\\b": "backslash",
    "a\x00b": "control character",
    "a\nb": "control character",
    "a\u202egnp.exe": "control character",
    "cafe\u0301.csv": "NFC",
    "x" * 256: "255 bytes",
    "\U0001f6eb" * 64: "255 bytes",
}


def files(*paths: str) -> list[FileEntry]:
    return [FileEntry(path=path, md5="0" * 32, size=1) for path in paths]


@given(ANY_PATH | TRICKY_PATH)
def test_accepted_path_stays_below_its_folder_and_is_spelled_one_way(path: str):
    if path_problem(path) is not None:
        return
    root = Path("/srv/dataset")
    assert (root / path).parts == ("/", "srv", "dataset", *path.split("/"))
    assert ".." not in path.split("/")
    assert unicodedata.normalize("NFC", path) == path
    assert all(unicodedata.category(char) != "Cc" for char in path)


@given(
    st.lists(
        st.from_regex(r"[a-z0-9_]{1,8}(/[a-z0-9_][a-z0-9_.]{0,8}){0,3}", fullmatch=True),
        min_size=1,
        max_size=8,
    )
)
def test_accepted_files_can_all_be_written_side_by_side(tmp_path_factory, paths: list[str]):
    try:
        check_files(files(*paths), largest=None)
    except Invalid:
        assert len(set(paths)) < len(paths) or any(
            one != other and other.startswith(f"{one}/") for one in paths for other in paths
        )
        return
    root = tmp_path_factory.mktemp("files")
    for path in paths:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb"):
            pass


@pytest.mark.parametrize(("path", "why"), BAD_PATHS.items(), ids=range(len(BAD_PATHS)))
async def test_path_with_tricks_is_refused_with_a_sentence_and_nothing_changes(
    studio: StudioUnderTest, path: str, why: str
):
    async with studio.user("ann", "team-a") as ann:
        upload = await open_upload(ann)
        answer = await commit(ann, upload, [*entries({"fine": b"x"}), *entries({path: b"x"})])
        there = (await ann.get(f"{TEAM}/datasets")).json()["items"]
    assert answer.status_code == 422
    assert answer.json()["code"] == "bad_files"
    assert why in answer.json()["detail"]
    assert there == []


@pytest.mark.parametrize("path", ["数据/表 1.csv", "zürich.csv", "a b/c,d;e.csv", "-dash", "...", "~", "C:"])
def test_unusual_but_harmless_paths_are_taken(path: str):
    assert path_problem(path) is None


def test_file_that_is_also_a_folder_is_refused():
    with pytest.raises(Invalid, match="'a' is a file and also the folder of another"):
        check_files(files("a", "a/b"), largest=None)


def test_file_that_is_there_twice_is_refused():
    with pytest.raises(Invalid, match="'a/b' is there twice"):
        check_files(files("a/b", "c", "a/b"), largest=None)


def test_one_md5_with_two_sizes_is_refused():
    odd = [FileEntry(path="a", md5="0" * 32, size=1), FileEntry(path="b", md5="0" * 32, size=2)]
    with pytest.raises(Invalid, match="'b' has the MD5 of a file of 1 bytes"):
        check_files(odd, largest=None)


def test_file_larger_than_the_store_takes_is_told_to_be_split():
    with pytest.raises(Invalid, match="split it"):
        check_files([FileEntry(path="a", md5="0" * 32, size=6)], largest=5)


def test_hundred_thousand_files_are_checked_in_a_moment():
    import time

    many = [
        FileEntry(path=f"year={n % 50}/part-{n}.parquet", md5=f"{n:032x}", size=n) for n in range(100_000)
    ]
    started = time.perf_counter()
    check_files(many, largest=None)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    "name",
    ["../etc", "a/b", "/a", "a..b", "", ".hidden", "-a", "Flights", "a b", "x" * 101, "a\n", "a\x00", "é"],
)
async def test_dataset_name_with_tricks_is_refused_with_the_rule(studio: StudioUnderTest, name: str):
    async with studio.user("ann", "team-a") as ann:
        answer = await ann.post(f"{TEAM}/uploads", json={"name": name})
    assert answer.status_code == 422
    assert "A name is 1 to 100 of a-z" in answer.json()["detail"]


BROKEN = [
    ({"files": []}, "files"),
    ({"files": [{"path": "a", "md5": "xyz", "size": 1}]}, "md5"),
    ({"files": [{"path": "a", "md5": "0" * 32, "size": -1}]}, "size"),
    ({"format": "xlsx"}, "format"),
    ({"rows": -1}, "rows"),
    ({"rows": 2**70}, "rows"),
    ({"tags": ["../x"]}, "tags"),
    ({"message": "a\x00b"}, "NUL"),
    ({"description": "a\x00b"}, "NUL"),
    ({"source": {"inputs": ["../flights"]}}, "source.inputs"),
    ({"source": {"job_run_id": "\x00"}}, "NUL"),
    ({"single_file": True, "files": entries({"a": b"1", "b": b"2"})}, "single_file = false"),
    ({"single_file": True, "files": entries({"a/b": b"1"})}, "single_file = false"),
    ({"surprise": 1}, "surprise"),
    ({"files": [{"path": "a", "md5": "0" * 32, "size": 2**60}]}, "bytes"),
]


@pytest.mark.parametrize(("change", "said"), BROKEN, ids=range(len(BROKEN)))
async def test_broken_commit_is_refused_and_nothing_changes(
    any_studio: StudioUnderTest, change: dict, said: str
):
    async with any_studio.user("ann", "team-a") as ann:
        upload = await open_upload(ann)
        body = {"files": entries({"a": b"1"}), "format": "files"} | change
        answer = await ann.post(f"{TEAM}/uploads/{upload['id']}/commit", json=body)
        there = (await ann.get(f"{TEAM}/datasets")).json()["items"]
    assert answer.status_code == 422
    assert said in answer.text
    assert there == []
