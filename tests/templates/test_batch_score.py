"""The template that scores a table: what goes in, what comes out, and what it refuses."""

from pathlib import Path

import pytest
from jupyter_client import KernelManager

from tests.support.shared_platform import Person

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]

TEMPLATE = Path(__file__).parents[2] / "templates" / "batch-score.ipynb"


def test_defaults_score_the_delays_with_the_champion_of_the_first_hour(nora: Person, tmp_path: Path):
    result = nora.run_notebook(TEMPLATE, tmp_path / "executed.ipynb").result
    made = nora.api("GET", "/datasets/delays-scored")
    assert result["dataset"] == f"{nora.workspace}/delays-scored@1"
    assert result["model"] == "delays@1"
    assert result["rows"] == made["rows"] == 328_521
    assert 0.1 < result["mean_prediction"] < 0.4
    columns = {column["name"]: column for column in made["latest"]["columns"]}
    assert list(columns) == ["time_hour", "carrier", "flight", "origin", "dest", "prediction"]
    assert 0 <= columns["prediction"]["stats"]["min"] <= columns["prediction"]["stats"]["max"] <= 1
    assert made["latest"]["source"]["inputs"] == [f"{nora.workspace}/delays@1"]


def test_a_version_number_keeps_every_column_and_changes_nothing_the_second_time(
    nora: Person, warm: KernelManager, tmp_path: Path
):
    parameters = {
        "dataset": "delays-small",
        "model_version": "1",
        "columns": [],
        "prediction_column": "risk",
        "output": "delays-risk",
    }
    first = nora.run_notebook(TEMPLATE, tmp_path / "first.ipynb", kernel=warm, **parameters).result
    second = nora.run_notebook(TEMPLATE, tmp_path / "second.ipynb", kernel=warm, **parameters).result
    assert not first["unchanged"]
    assert second["unchanged"]
    columns = nora.api("GET", "/datasets/delays-risk")["latest"]["columns"]
    assert len(columns) == 18
    assert columns[-1]["name"] == "risk"


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"model_name": "nobody"}, "There is no version or alias 'champion' of a model 'nobody'"),
        ({"dataset": "planes", "columns": []}, "The model needs the column"),
        ({"columns": ["tailnum"]}, "columns names 'tailnum', which is no column of 'delays-small'"),
        ({"columns": ["late"], "prediction_column": "late"}, "has a column 'late' already"),
    ],
    ids=["model", "dataset", "column", "prediction column"],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_publishes_nothing(
    nora: Person, warm: KernelManager, tmp_path: Path, parameters: dict, sentence: str
):
    executed = nora.run_notebook(
        TEMPLATE,
        tmp_path / "executed.ipynb",
        kernel=warm,
        **{"dataset": "delays-small", "output": "never", **parameters},
    )
    assert sentence in executed.error
    assert "never" not in {item["name"] for item in nora.api("GET", "/datasets")["items"]}
