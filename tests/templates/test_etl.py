"""The template that cleans a table: what goes in, what comes out, and what it refuses."""

from pathlib import Path

import pytest
from jupyter_client import KernelManager

from tests.support.shared_platform import Person

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]

TEMPLATE = Path(__file__).parents[2] / "templates" / "etl.ipynb"


def dataset(person: Person, name: str) -> dict:
    return person.api("GET", f"/datasets/{name}")


def names(person: Person) -> set[str]:
    return {item["name"] for item in person.api("GET", "/datasets")["items"]}


def test_defaults_clean_the_flights_of_the_first_hour(nora: Person, warm: KernelManager, tmp_path: Path):
    result = nora.run_notebook(TEMPLATE, tmp_path / "executed.ipynb").result
    made = dataset(nora, "flights-clean")
    assert result == {
        "dataset": f"{nora.workspace}/flights-clean@1",
        "unchanged": False,
        "rows_read": 336_776,
        "rows": 328_521,
        "inputs": [f"{nora.workspace}/flights@2"],
    }
    assert made["rows"] == 328_521
    assert made["tags"] == ["clean"]
    assert made["latest"]["source"]["inputs"] == result["inputs"]

    again = nora.run_notebook(TEMPLATE, tmp_path / "again.ipynb", kernel=warm).result
    assert again["unchanged"]
    assert dataset(nora, "flights-clean")["latest_version"] == 1


def test_a_file_and_a_query_become_a_dataset(nora: Person, warm: KernelManager, tmp_path: Path):
    file = tmp_path / "prices.csv"
    file.write_text("item,price\ntea,3.5\ntea,3.5\njam,\nhoney,7\n")
    result = nora.run_notebook(
        TEMPLATE,
        tmp_path / "executed.ipynb",
        kernel=warm,
        source=str(file),
        query="select item, price * 2 as double_price from raw",
        required_columns=["double_price"],
        dataset="prices",
    ).result
    made = dataset(nora, "prices")
    assert (result["rows_read"], result["rows"], result["inputs"]) == (4, 2, [])
    assert [column["name"] for column in made["latest"]["columns"]] == ["item", "double_price"]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"source": "no-such-table"}, "There is no dataset 'no-such-table'"),
        ({"source": "/nowhere/table.csv"}, "is not there. Give the whole path of a file"),
        ({"query": "select nonsense from raw"}, "nonsense"),
        ({"required_columns": ["departure"]}, "required_columns names 'departure'"),
        ({"source": "planes", "required_columns": [], "fewest_rows": 10_000}, "fewest_rows asks for 10,000"),
    ],
    ids=["dataset", "file", "query", "column", "too few rows"],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_publishes_nothing(
    nora: Person, warm: KernelManager, tmp_path: Path, parameters: dict, sentence: str
):
    before = names(nora)
    executed = nora.run_notebook(
        TEMPLATE, tmp_path / "executed.ipynb", kernel=warm, **{"dataset": "never", **parameters}
    )
    assert sentence in executed.error
    assert names(nora) == before
