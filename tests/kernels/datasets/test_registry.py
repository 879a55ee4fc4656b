"""Listing datasets, changing their words, deleting them."""

import onedata as od
import pandas as pd
import pytest
from onedata.errors import InvalidInput, NotFound

from tests.kernels.conftest import ANN, Served

FRAME = pd.DataFrame({"n": [1, 2]})


def test_datasets_are_listed_by_name_and_found_by_words_and_tags(served: Served) -> None:
    od.datasets.publish(FRAME, "b", description="Weather at the airports", tags=["raw"])
    od.datasets.publish(FRAME, "a", tags=["raw", "small"])
    od.datasets.publish(FRAME, "c", workspace="team-a")
    names = lambda **how: [one.name for one in od.datasets.list(**how)]  # noqa: E731 - said once, used five times
    assert names() == ["a", "b"]
    assert names(search="AIRPORT") == ["b"]
    assert names(tag="raw") == ["a", "b"]
    assert names(tag="small") == ["a"]
    assert names(workspace="team-a") == ["c"]


def test_a_list_shows_as_a_table(served: Served) -> None:
    od.datasets.publish(FRAME, "numbers", description="<b>Counts</b>\nmore", tags=["raw"])
    found = od.datasets.list()
    assert repr(found).splitlines()[0].startswith("Dataset  Version  Rows")
    assert "numbers  @1          2" in repr(found)
    assert "more" not in repr(found)
    shown = found._repr_html_()
    assert "&lt;b&gt;Counts&lt;/b&gt;" in shown
    assert "<b>" not in shown
    assert repr(od.datasets.list(search="nothing")) == "[]"


def test_more_datasets_than_a_page_are_all_listed(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onedata._client._PAGE", 2)
    for name in "abcde":
        od.datasets.publish(FRAME, name)
    assert [one.name for one in od.datasets.list()] == list("abcde")


def test_versions_come_newest_first_with_their_messages(served: Served) -> None:
    od.datasets.publish(FRAME, "numbers", message="first")
    od.datasets.publish(FRAME.head(1), "numbers", message="second")
    found = od.datasets.versions("numbers")
    assert [(one.version, one.rows, one.message) for one in found] == [(2, 1, "second"), (1, 2, "first")]
    assert "numbers@2" in repr(found)


def test_words_can_be_changed_one_at_a_time(served: Served) -> None:
    od.datasets.publish(FRAME, "numbers", description="old", tags=["a"])
    od.datasets.update("numbers", description="new")
    assert od.datasets.list()[0].tags == ["a"]
    changed = od.datasets.update("numbers", tags=["b"], column_descriptions={"n": "a count"})
    assert (changed.description, changed.tags) == ("new", ["b"])
    assert od.datasets.describe("numbers").columns[0].description == "a count"
    assert [one.version for one in od.datasets.versions("numbers")] == [1]


def test_words_that_cannot_be_are_refused(served: Served) -> None:
    od.datasets.publish(FRAME, "numbers")
    with pytest.raises(InvalidInput, match="tags"):
        od.datasets.update("numbers", tags=["\n"])
    with pytest.raises(InvalidInput, match="nope"):
        od.datasets.update("numbers", column_descriptions={"nope": "?"})


def test_a_deleted_dataset_is_gone(served: Served) -> None:
    od.datasets.publish(FRAME, "numbers")
    od.datasets.delete("numbers")
    assert od.datasets.list() == []
    with pytest.raises(NotFound):
        od.datasets.load("numbers")


def test_one_version_cannot_be_deleted(served: Served) -> None:
    od.datasets.publish(FRAME, "numbers")
    with pytest.raises(InvalidInput, match=f"delete\\('{ANN}/numbers'\\)"):
        od.datasets.delete("numbers@1")
