"""The MLflow service as a process, shared by the tests that only use it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.mlflow_service import MlflowUnderTest, prepared_mlflow, running_mlflow


@pytest.fixture(scope="session")
def mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowUnderTest]:
    """The service on SQLite and a folder."""
    with running_mlflow(tmp_path_factory.mktemp("mlflow")) as running:
        yield running


@pytest.fixture(scope="module", params=["sqlite and a folder", "postgresql and s3"])
def any_mlflow(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MlflowUnderTest]:
    """The service on the parts of one machine, and on the parts where users outgrow it."""
    environment = {}
    if request.param == "postgresql and s3":
        environment["ONEDATA_MLFLOW_DATABASE_URL"] = request.getfixturevalue("postgres").empty_database()
        environment["ONEDATA_MLFLOW_ARTIFACTS_URL"] = request.getfixturevalue("s3_gateway").new_url("models")
    with running_mlflow(tmp_path_factory.mktemp("mlflow"), **environment) as running:
        yield running


@pytest.fixture
def stopped_mlflow(tmp_path: Path) -> Iterator[MlflowUnderTest]:
    """A hub; studio and service are the test's to start."""
    with prepared_mlflow(tmp_path / "mlflow") as prepared:
        yield prepared
