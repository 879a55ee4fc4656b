"""Which addresses are a workspace's own."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onedata_hub.mlflow_service.sealing import is_own_location

segments = st.text("abc-_.0129", min_size=1).filter(lambda text: text not in (".", ".."))


@given(st.lists(segments))
def test_whatever_lies_in_the_own_folder_is_own(path: list[str]):
    assert is_own_location("/".join(["mlflow-artifacts:/workspaces/team-a", *path]), "team-a")


@given(st.text(), st.integers(0, 2))
def test_encoding_changes_nothing_about_another_workspace(name: str, times: int):
    for _ in range(times):
        name = quote(name, safe="")
    uri = f"mlflow-artifacts:/workspaces/{name}/x"
    assert not is_own_location(uri, "team-a") or name == "team-a" or name.startswith("team-a/")


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "mlflow-artifacts:/workspaces/team-a/../team-b/1",
        "mlflow-artifacts:/workspaces/team-a/%2e%2e/team-b/1",
        "mlflow-artifacts:/workspaces/team-a/%252e%252e/team-b/1",
        "mlflow-artifacts:/workspaces/team-ab/1",
        "mlflow-artifacts://host/workspaces/team-a/1",
        "mlflow-artifacts:/1/traces",
        "file:///workspaces/team-a/1",
        "s3://workspaces/team-a/1",
        "/workspaces/team-a/1",
        "https://example.org/api/2.0/mlflow-artifacts/artifacts/workspaces/team-a/1",
    ],
)
def test_address_elsewhere_is_not_own(uri: str):
    assert not is_own_location(uri, "team-a")
