"""Describing a dataset, as text and as HTML."""

import html.parser
import re

import onedata as od
import pandas as pd
import pytest
from onedata.datasets import _html
from onedata.datasets._describe import axis_words
from onedata.datasets._html import Table, bars
from onedata.datasets._words import count_words, number_words, size_words

from tests.kernels.conftest import ANN, Served

FRAME = pd.DataFrame(
    {
        "year": [2013] * 3 + [2014],
        "carrier": ["UA", "UA", None, "<b>"],
        "at": pd.to_datetime(["2013-01-01", "2013-06-01", "2013-12-31", "2014-01-01"], utc=True),
    }
)


class Checker(html.parser.HTMLParser):
    """Notes the elements, and that each one that was opened was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict]] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.seen.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(text: str) -> Checker:
    checker = Checker()
    checker.feed(text)
    assert checker.open == []
    return checker


@pytest.fixture
def described(served: Served) -> od.datasets.describe:
    od.datasets.publish(FRAME, "raw")
    served.new_session()
    od.datasets.publish(
        od.sql("from raw"),
        "flights",
        description="Flights <i>of</i> NYC",
        tags=["nyc"],
        message="first",
        column_descriptions={"year": "of departure"},
    )
    od.datasets.publish(od.sql("select count(*) as n from flights"), "counts")
    return od.datasets.describe("flights")


def test_the_text_says_what_it_is_and_how_it_came_to_be(described: object) -> None:
    text = repr(described)
    lines = text.splitlines()
    assert lines[0] == f"{ANN}/flights@1"
    assert lines[1].startswith("4 rows, 3 columns, ")
    assert "Flights <i>of</i> NYC" in lines
    assert "Tags: nyc" in lines
    assert "New in it: first" in lines
    assert re.search(r"year +int64 +0 +2 +2013 +2014 +2,013 +2013, 2014 +of departure", text)
    assert re.search(r"carrier +string +25.0% +2 +<b> +UA +UA, <b>", text)
    assert re.search(
        r"at +timestamp\[us, tz=UTC\] +0 +4 +2013-01-01T00:00:00 +2014-01-01T00:00:00 +2013-", text
    )
    assert "Figures are of all rows." in text
    assert f"Made from: dataset {ANN}/raw@1" in text
    assert f"Read by and made into: dataset {ANN}/counts@1" in text


def test_the_html_is_well_formed_escaped_and_readable_without_eyes(described: object) -> None:
    text = described._repr_html_()
    checker = checked(text)
    tags = [tag for tag, _ in checker.seen]
    assert "&lt;i&gt;of&lt;/i&gt;" in text
    assert "i" not in tags
    assert tags.count("table") == 2
    assert all(attributes.get("scope") == "col" for tag, attributes in checker.seen if tag == "th")
    charts = [attributes for tag, attributes in checker.seen if tag == "svg"]
    assert len(charts) == 3
    assert all(chart["role"] == "img" for chart in charts)
    assert "<title>Distribution of at from 2013-01-01 00:00 to 2014-01-01 00:00</title>" in text
    assert "<title>Most frequent values of carrier: UA: 2, &lt;b&gt;: 1</title>" in text


def test_colours_are_jupyterlabs_own_with_a_fallback() -> None:
    for colour in (_html.TEXT, _html.FAINT, _html.LINE, _html.ACCENT):
        assert re.fullmatch(r"var\(--jp-[a-z0-9-]+, [^)]+\)", colour)


def test_an_older_version_can_be_described(described: object) -> None:
    od.datasets.publish(FRAME.head(1), "flights")
    assert od.datasets.describe("flights@1").version.rows == 4
    found = od.datasets.describe("flights", version=2)
    assert (found.version.rows, [one.version for one in found.versions]) == (1, [2, 1])


def test_files_are_described_without_columns(served: Served, tmp_path: object) -> None:
    (tmp_path / "a.txt").write_text("x")
    od.datasets.publish(tmp_path / "a.txt", "notes")
    found = od.datasets.describe("notes")
    assert "1 B in 1 file (files)" in repr(found)
    assert "Nothing is recorded before or after it." in repr(found)
    checked(found._repr_html_())


def test_a_sample_is_called_one(served: Served) -> None:
    od.datasets.publish(od.sql("select range as n from range(300000)"), "many")
    text = repr(od.datasets.describe("many"))
    assert re.search(r"n +int64 +0 +≥\d", text)
    assert "Nulls, least and greatest values are of all rows; the rest is from a sample of" in text


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (5_350_000, "5.3 MB"),
        (999_950, "1.0 MB"),
        (10**18, "1000 PB"),
    ],
)
def test_sizes_are_written_as_people_read_them(size: int, words: str) -> None:
    assert size_words(size) == words


def test_figures_are_written_as_people_read_them() -> None:
    assert (count_words(1, "row"), count_words(1234, "row")) == ("1 row", "1,234 rows")
    assert [number_words(value) for value in (None, 1234, 0.123456, 2.0, True, "x", 1e300)] == [
        "", "1,234", "0.1235", "2", "True", "x", "1e+300"
    ]  # fmt: skip


def test_places_on_an_axis_of_time_are_times() -> None:
    assert axis_words("timestamp[us]", 0) == "1970-01-01 00:00"
    assert axis_words("date32[day]", 86_400) == "1970-01-02"
    assert axis_words("double", 0.5) == "0.5"
    assert axis_words("timestamp[us]", 1e20) == number_words(1e20)


def test_a_chart_without_values_is_still_one() -> None:
    checked(bars([], "nothing"))
    checked(bars([0, 0], "nothing"))


def test_a_table_without_rows_shows_its_headings() -> None:
    assert Table(["a", "b"], []).text() == "a  b"
    checked(Table(["a"], []).html())
