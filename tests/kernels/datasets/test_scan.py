"""Finding the files of a folder that is to be published."""

import os
import socket
import unicodedata
from pathlib import Path

import pytest
from onedata.datasets._scan import scan
from onedata.errors import InvalidInput


def write(folder: Path, *paths: str) -> Path:
    for path in paths:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(path)
    return folder


def paths(folder: Path) -> list[str]:
    return [file.path for file in scan(folder)]


def test_files_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    write(tmp_path, "b.txt", "a/z.txt", "a/b/c.txt", "a-b/x")
    assert paths(tmp_path) == sorted(["b.txt", "a/z.txt", "a/b/c.txt", "a-b/x"])
    assert [file.size for file in scan(tmp_path)] == [len(path) for path in paths(tmp_path)]


def test_one_file_goes_under_its_own_name(tmp_path: Path) -> None:
    write(tmp_path, "data/a.csv")
    (file,) = scan(tmp_path / "data" / "a.csv")
    assert (file.path, file.size) == ("a.csv", 10)


def test_hidden_files_travel_and_litter_does_not(tmp_path: Path) -> None:
    write(
        tmp_path,
        ".zgroup",
        "a/.zarray",
        ".git/HEAD",
        "a/.ipynb_checkpoints/a.ipynb",
        "__pycache__/a.pyc",
        ".DS_Store",
    )
    assert paths(tmp_path) == [".zgroup", "a/.zarray"]


def test_a_link_inside_the_folder_is_the_file_it_leads_to(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    (tmp_path / "b.txt").symlink_to("a.txt")
    assert [(file.path, file.source.name) for file in scan(tmp_path)] == [
        ("a.txt", "a.txt"),
        ("b.txt", "a.txt"),
    ]


@pytest.mark.parametrize("target", ["/etc/passwd", "../secret.txt", "../data-other/x"])
def test_a_link_that_leads_out_is_refused(tmp_path: Path, target: str) -> None:
    write(tmp_path, "secret.txt", "data/a.txt", "data-other/x")
    (tmp_path / "data" / "link").symlink_to(target)
    with pytest.raises(InvalidInput, match="leads out of the folder"):
        scan(tmp_path / "data")


def test_a_link_to_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "data/a.txt")
    (tmp_path / "data" / "one").symlink_to("two")
    (tmp_path / "data" / "two").symlink_to("/etc/passwd")
    with pytest.raises(InvalidInput, match="leads out of the folder"):
        scan(tmp_path / "data")


def test_a_link_to_a_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "a/b.txt")
    (tmp_path / "a" / "ring").symlink_to("..")
    with pytest.raises(InvalidInput, match="link to a folder"):
        scan(tmp_path)


def test_a_link_to_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("nothing")
    with pytest.raises(InvalidInput, match="leads to nothing"):
        scan(tmp_path)


def test_a_folder_reached_by_a_link_is_published(tmp_path: Path) -> None:
    write(tmp_path, "data/a.txt")
    (tmp_path / "link").symlink_to("data")
    assert paths(tmp_path / "link") == ["a.txt"]


def test_pipes_and_sockets_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipes, sockets = tmp_path / "pipes", tmp_path / "sockets"
    pipes.mkdir()
    sockets.mkdir()
    os.mkfifo(pipes / "pipe")
    monkeypatch.chdir(sockets)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        for folder in (pipes, sockets):
            with pytest.raises(InvalidInput, match="not a plain file"):
                scan(folder)
    with pytest.raises(InvalidInput, match="not a plain file"):
        scan(pipes / "pipe")


def test_names_are_written_in_one_unicode_form(tmp_path: Path) -> None:
    write(tmp_path, unicodedata.normalize("NFD", "café.txt"))
    assert paths(tmp_path) == [unicodedata.normalize("NFC", "café.txt")]


def test_two_names_of_one_unicode_form_are_refused(tmp_path: Path) -> None:
    for form in ("NFC", "NFD"):
        write(tmp_path, unicodedata.normalize(form, "café.txt"))
    with pytest.raises(InvalidInput, match="Two files have the name"):
        scan(tmp_path)


@pytest.mark.parametrize("name", [b"a\nb", b"a\\b", b"a\xff", b"\x01"])
def test_names_that_mean_nothing_elsewhere_are_refused(tmp_path: Path, name: bytes) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("x")
    with pytest.raises(InvalidInput, match="Rename it"):
        scan(tmp_path)


def test_nothing_to_publish_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no files to publish"):
        scan(tmp_path)
    with pytest.raises(InvalidInput, match="no file or folder at"):
        scan(tmp_path / "nowhere")
