"""What each route takes."""

import subprocess
import sys
from pathlib import Path

import pytest
from onedata.contract.workspaces import Role
from onedata_hub.mlflow_service.routes import Closed, needed_role

KNOWN = Path(__file__).with_name("routes.txt")


def test_every_route_of_the_installed_mlflow_has_been_looked_at():
    """A new MLflow may bring routes: see ``list_routes.py`` for what to do then."""
    listed = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.hub.mlflow_service.list_routes"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert listed.stdout.splitlines() == KNOWN.read_text().splitlines()


def test_only_searches_are_posts_for_readers():
    lines = [line.split() for line in KNOWN.read_text().splitlines()]
    reading = [path for method, path, word in lines if method not in ("GET",) and word == "viewer"]
    assert len(reading) < 20
    for path in reading:
        last = path.rsplit("/", 1)[-1]
        assert last.startswith(
            ("search", "get-", "batchGet", "calculate-", "metrics", "presigned-download", "graphql")
        )


@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("GET", "/", Role.viewer),
        ("HEAD", "/get-artifact", Role.viewer),
        ("POST", "/api/2.0/mlflow/runs/search", Role.viewer),
        ("POST", "/ajax-api/2.0/mlflow/runs/search", Role.viewer),
        ("POST", "/api/2.0/mlflow/runs/search/", Role.editor),
        ("PUT", "/api/2.0/mlflow/runs/search", Role.editor),
        ("POST", "/v1/traces", Role.editor),
        ("POST", "/api/9.0/mlflow/of-tomorrow", Role.editor),
        ("DELETE", "/api/3.0/mlflow/workspaces/x", Closed.workspaces),
        ("GET", "/ajax-api/3.0/mlflow/gateway/secrets/list", Closed.gateway),
        ("POST", "/gateway/any/mlflow/invocations", Closed.gateway),
        ("GET", "/gateways", Role.viewer),
    ],
)
def test_request_takes_the_role_of_what_it_does(method: str, path: str, needed: Role | Closed):
    assert needed_role(method, path) is needed
