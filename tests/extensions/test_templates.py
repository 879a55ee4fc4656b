"""Templates and tutorials in the launcher speak for themselves."""

import json
from pathlib import Path
from typing import Any

from onedata.home.examples import deliver_examples
from onedata_lab.templates import list_starts


def write(path: Path, cells: list[str], metadata: dict[str, Any] | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = [{"cell_type": "markdown", "source": source} for source in cells]
    path.write_text(json.dumps({"cells": made, "metadata": metadata or {}}))


def test_every_delivered_notebook_has_a_title_and_a_description(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    deliver_examples(tmp_path / "home")
    starts = list_starts(tmp_path / "home")
    kinds = {one["kind"] for one in starts}
    assert kinds == {"template", "tutorial"}
    for one in starts:
        assert one["title"], one
        assert one["description"], one
        assert {"en", "zh"} <= set(one["title"]) & set(one["description"]), one


def test_notebook_without_metadata_is_called_by_its_first_heading(tmp_path: Path) -> None:
    write(tmp_path / "templates" / "deep" / "mine.ipynb", ["# My own\n\nWhat it\ndoes.\n\nMore."])
    [one] = list_starts(tmp_path)
    assert one == {
        "kind": "template",
        "path": "templates/deep/mine.ipynb",
        "title": {"und": "My own"},
        "description": {"und": "What it does."},
    }


def test_file_that_is_no_notebook_is_called_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "tutorials").mkdir()
    (tmp_path / "tutorials" / "broken.ipynb").write_text("{")
    (tmp_path / "tutorials" / "list.ipynb").write_text("[]")
    write(tmp_path / "tutorials" / "odd.ipynb", [], {"onedata": {"tutorial": {"title": 3}}})
    assert [one["title"] for one in list_starts(tmp_path)] == [
        {"und": "broken"},
        {"und": "list"},
        {"und": "odd"},
    ]


def test_hidden_copies_are_not_offered(tmp_path: Path) -> None:
    write(tmp_path / "templates" / ".ipynb_checkpoints" / "etl-checkpoint.ipynb", ["# Old"])
    assert list_starts(tmp_path) == []


def test_home_without_them_offers_nothing(tmp_path: Path) -> None:
    assert list_starts(tmp_path) == []
