"""The same platform on PostgreSQL and S3: where users outgrow the embedded parts."""

from collections.abc import Iterator

import pytest

from tests.support.platform import Platform
from tests.support.postgres import Postgres, postgres
from tests.support.s3 import S3Gateway, s3_gateway

__all__ = ["postgres", "s3_gateway"]

pytestmark = [pytest.mark.platform, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def outgrown(postgres: Postgres, s3_gateway: S3Gateway) -> Iterator[Platform]:
    """A platform whose databases are PostgreSQL and whose datasets lie on S3."""
    environment = {
        "ONEDATA_HUB_DATABASE_URL": postgres.empty_database(),
        "ONEDATA_DATABASE_URL": postgres.empty_database(),
        "ONEDATA_MLFLOW_DATABASE_URL": postgres.empty_database(),
        "ONEDATA_OBJECTS_URL": s3_gateway.new_url(),
        "ONEDATA_WORKSPACES": '{"team-a": ["ann"]}',
    }
    with Platform(environment=environment) as running:
        yield running


def test_dataset_is_published_from_a_kernel_and_read_back(outgrown: Platform) -> None:
    outgrown.spawn("ann")
    with outgrown.kernel("ann") as kernel:
        said = kernel.run(
            "import onedata as od, pandas as pd\n"
            "od.datasets.publish(pd.DataFrame({'a': [1, 2, 3]}), 'small', workspace='team-a')\n"
            "print(od.datasets.load('team-a/small').a.sum())",
            seconds=120,
        )
    assert said.endswith("6\n")
    assert not any(path.is_file() for path in (outgrown.folder / "objects").rglob("*"))
    for part in ("hub", "studio", "mlflow"):
        assert not list((outgrown.folder / part).rglob("*.sqlite"))


def test_second_start_finds_users_and_workspaces_again(outgrown: Platform) -> None:
    token = outgrown.token("ann")
    outgrown.stop()
    outgrown.environment["ONEDATA_WORKSPACES"] = "{}"
    outgrown.start()
    outgrown._tokens["ann"] = token
    assert outgrown.hub("ann", "GET", "/user").json()["groups"] == []
