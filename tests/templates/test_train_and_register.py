"""The template that trains a model: what goes in, what comes out, and what it refuses."""

from pathlib import Path
from typing import Any

import pytest
from jupyter_client import KernelManager

from tests.support.shared_platform import Person

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]

TEMPLATE = Path(__file__).parents[2] / "templates" / "train-and-register.ipynb"


def mlflow(person: Person, path: str, **params: Any) -> dict:
    """Ask MLflow itself."""
    with person.platform.client(person.name) as client:
        answer = client.get(
            f"/services/mlflow/api/2.0/mlflow/{path}",
            params=params,
            headers={"X-MLFLOW-WORKSPACE": person.workspace},
        )
    assert answer.status_code == 200, answer.text
    return answer.json()


def models(person: Person) -> set[str]:
    found = mlflow(person, "registered-models/search").get("registered_models", [])
    return {model["name"] for model in found}


def test_defaults_train_and_register_on_the_delays_of_the_first_hour(nora: Person, tmp_path: Path):
    result = nora.run_notebook(TEMPLATE, tmp_path / "executed.ipynb", max_rows=5_000).result
    assert result["model"] == "late-departures@1"
    assert result["dataset"] == f"{nora.workspace}/delays@1"
    assert (result["train_rows"], result["test_rows"]) == (5_000, 65_704)
    assert result["score"]["roc_auc"] > 0.6

    version = mlflow(nora, "registered-models/alias", name="late-departures", alias="candidate")[
        "model_version"
    ]
    assert version["version"] == "1"
    run = mlflow(nora, "runs/get", run_id=result["run"])["run"]
    logged = {metric["key"]: metric["value"] for metric in run["data"]["metrics"]}
    assert round(logged["roc_auc"], 4) == result["score"]["roc_auc"]
    tags = {tag["key"]: tag["value"] for tag in run["data"]["tags"]}
    assert f"{nora.workspace}/delays@1" in tags.values()


def test_numbers_are_a_regression_on_random_rows(nora: Person, warm: KernelManager, tmp_path: Path):
    result = nora.run_notebook(
        TEMPLATE,
        tmp_path / "executed.ipynb",
        kernel=warm,
        dataset="flights",
        target="arr_delay",
        features=["dep_delay", "distance", "carrier", "dest"],
        time_column=None,
        max_rows=5_000,
        model_name="arrivals",
        alias=None,
    ).result
    assert result["alias"] is None
    assert set(result["score"]) == {"r2", "mae", "rmse"}
    assert result["score"]["r2"] > 0.5


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"target": "lateness"}, "target names 'lateness', which is no column of 'delays-small'"),
        ({"features": ["late"]}, "a model that is told the answer learns nothing"),
        ({"test_share": 1.5}, "test_share is 1.5, and must lie between 0 and 1"),
        ({"target": "carrier", "task": "regression"}, "a regression predicts numbers"),
        ({"max_rows": 1_000, "least_score": 0.99}, "least_score asks for 0.99. Nothing was registered."),
    ],
    ids=["target", "answer among features", "share", "task", "score"],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_registers_nothing(
    nora: Person, warm: KernelManager, tmp_path: Path, parameters: dict, sentence: str
):
    before = models(nora)
    executed = nora.run_notebook(
        TEMPLATE,
        tmp_path / "executed.ipynb",
        kernel=warm,
        **{"dataset": "delays-small", "model_name": "never", **parameters},
    )
    assert sentence in executed.error
    assert models(nora) == before
