"""Who may use the service, in which workspace, and how a refusal reads."""

import http.client
import itertools
import json

import httpx
import pytest

from tests.support.mlflow_service import MlflowUnderTest

SEARCH, CREATE = "/api/2.0/mlflow/experiments/search", "/api/2.0/mlflow/experiments/create"
numbers = itertools.count()


def search(client: httpx.Client) -> httpx.Response:
    return client.post(SEARCH, json={"max_results": 10})


def create(client: httpx.Client) -> httpx.Response:
    return client.post(CREATE, json={"name": f"experiment-{next(numbers)}"})


def assert_refused(answer: httpx.Response, status: int, error_code: str, *says: str) -> None:
    """The shape that MLflow's clients print, and beside it the platform's own."""
    body = answer.json()
    assert (answer.status_code, body["error_code"]) == (status, error_code), answer.text
    assert body["status"] == status
    assert body["detail"] == body["message"]
    for word in says:
        assert word in body["message"]


def make_viewer(mlflow: MlflowUnderTest, name: str, team: str) -> httpx.Client:
    token = mlflow.hub.add_user(name, team)
    admin = mlflow.hub.add_user(f"{name}-admin", admin=True)
    done = httpx.put(
        f"{mlflow.studio_url}/api/v1/workspaces/{team}/members/{name}",
        json={"role": "viewer"},
        headers={"Authorization": f"token {admin}"},
    )
    assert done.status_code == 200, done.text
    return mlflow.client(token, team)


def test_request_without_a_token_is_told_where_to_get_one(mlflow: MlflowUnderTest):
    assert_refused(search(mlflow.client(None)), 401, "UNAUTHENTICATED", "MLFLOW_TRACKING_TOKEN")


def test_revoked_token_is_refused_at_once_without_a_cache(mlflow: MlflowUnderTest):
    token = mlflow.hub.add_user("gone")
    assert search(mlflow.client(token)).status_code == 200
    del mlflow.hub.tokens[token]
    assert_refused(search(mlflow.client(token)), 401, "UNAUTHENTICATED", "expired or was revoked")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "token", "Token"])
def test_token_comes_in_either_scheme(mlflow: MlflowUnderTest, scheme: str):
    token = mlflow.hub.add_user("schemes")
    client = mlflow.client(None)
    client.headers["Authorization"] = f"{scheme} {token}"
    assert search(client).status_code == 200


def test_basic_credentials_are_no_token(mlflow: MlflowUnderTest):
    client = mlflow.client(None)
    client.headers["Authorization"] = httpx.BasicAuth("ann", mlflow.hub.add_user("basic"))._auth_header
    assert_refused(search(client), 401, "UNAUTHENTICATED")


def test_token_for_another_service_is_refused(mlflow: MlflowUnderTest):
    mlflow.hub.add_user("narrow")
    token = mlflow.hub.add_token("narrow", ("access:services!service=studio",))
    refused = search(mlflow.client(token))
    assert_refused(refused, 403, "PERMISSION_DENIED", "access:services!service=mlflow", "narrow")


def test_workspace_of_others_is_refused_and_ones_own_are_named(mlflow: MlflowUnderTest):
    client = mlflow.user("fay", "team-f", workspace="team-g")
    assert_refused(search(client), 403, "PERMISSION_DENIED", "team-g", "user-fay", "team-f")


@pytest.mark.parametrize(
    "workspace", ["default", "workspaces", "../user-ann", "user-ann/..", "Team A", "x" * 64]
)
def test_workspace_that_cannot_be_is_refused(mlflow: MlflowUnderTest, workspace: str):
    answer = search(mlflow.user("gus", "default", workspace=workspace))
    assert answer.status_code in (400, 403), answer.text
    admin = search(mlflow.user("gus-admin", admin=True, workspace=workspace))
    assert admin.status_code in (400, 403), admin.text


def test_without_a_workspace_it_is_the_personal_one(mlflow: MlflowUnderTest):
    client = mlflow.user("hal", "team-h")
    create(client)
    assert {found["workspace"] for found in search(client).json()["experiments"]} == {"user-hal"}


def test_viewer_reads_and_searches_but_writes_nothing(mlflow: MlflowUnderTest):
    editor = mlflow.user("ida", "team-i", workspace="team-i")
    made = create(editor).json()["experiment_id"]
    viewer = make_viewer(mlflow, "vic", "team-i")
    assert made in {found["experiment_id"] for found in search(viewer).json()["experiments"]}
    assert viewer.get(f"/api/2.0/mlflow/experiments/get?experiment_id={made}").status_code == 200
    assert viewer.post("/api/2.0/mlflow/runs/search", json={"experiment_ids": [made]}).status_code == 200
    assert_refused(create(viewer), 403, "PERMISSION_DENIED", "viewer", "team-i", "editor")
    put = viewer.put("/api/2.0/mlflow-artifacts/artifacts/x/y.txt", content=b"no")
    assert_refused(put, 403, "PERMISSION_DENIED", "viewer")
    deleted = viewer.delete("/api/2.0/mlflow-artifacts/artifacts/x")
    assert_refused(deleted, 403, "PERMISSION_DENIED", "viewer")
    renamed = viewer.post("/ajax-api/2.0/mlflow/experiments/delete", json={"experiment_id": made})
    assert_refused(renamed, 403, "PERMISSION_DENIED", "viewer")


def test_hub_administrator_may_enter_any_workspace(mlflow: MlflowUnderTest):
    create(mlflow.user("jan", "team-j", workspace="team-j"))
    assert search(mlflow.user("root", admin=True, workspace="team-j")).json()["experiments"]


@pytest.mark.parametrize(
    ("method", "path", "says"),
    [
        ("POST", "/api/3.0/mlflow/workspaces", "hub administrator"),
        ("PATCH", "/ajax-api/3.0/mlflow/workspaces/user-kim", "hub administrator"),
        ("DELETE", "/api/3.0/mlflow/workspaces/user-kim", "hub administrator"),
        ("POST", "/gateway/mlflow/v1/chat/completions", "gateway"),
        ("GET", "/api/3.0/mlflow/gateway/secrets/list", "gateway"),
        ("POST", "/ajax-api/2.0/mlflow/gateway-proxy", "gateway"),
        ("GET", "/ajax-api/2.0/mlflow/gateway-proxy", "gateway"),
        ("POST", "/ajax-api/3.0/jobs/", "job execution"),
        ("POST", "/ajax-api/3.0/mlflow/scorer/invoke", "job execution"),
        ("PUT", "/ajax-api/3.0/mlflow/assistant/config", "assistant"),
        ("POST", "/api/2.0/mlflow/webhooks", "webhooks"),
        ("POST", "/ajax-api/3.0/mlflow/ui-telemetry", "usage data"),
    ],
)
def test_what_the_platform_does_elsewhere_is_closed_to_everybody(
    mlflow: MlflowUnderTest, method: str, path: str, says: str
):
    for client in (mlflow.user("kim"), mlflow.user("kim-admin", admin=True)):
        refused = client.request(method, path, json={} if method != "GET" else None)
        assert_refused(refused, 403, "FEATURE_DISABLED", says)


def test_workspaces_listed_are_the_callers_own(mlflow: MlflowUnderTest):
    client = mlflow.user("lea", "team-l")
    for prefix in ("/api", "/ajax-api"):
        listed = client.get(f"{prefix}/3.0/mlflow/workspaces").json()["workspaces"]
        assert [workspace["name"] for workspace in listed] == ["user-lea", "team-l"]
    assert client.get("/api/3.0/mlflow/workspaces/team-l").json()["workspace"]["name"] == "team-l"


def test_hub_that_fails_is_said_to_fail(mlflow: MlflowUnderTest):
    client = mlflow.user("moe")
    mlflow.hub.away = True
    try:
        answer = search(client)
    finally:
        mlflow.hub.away = False
    assert_refused(answer, 503, "TEMPORARILY_UNAVAILABLE", "JupyterHub")
    assert answer.headers["retry-after"]


def test_body_larger_than_allowed_is_refused_before_it_is_sent(mlflow: MlflowUnderTest):
    token = mlflow.hub.add_user("ned")
    connection = http.client.HTTPConnection("127.0.0.1", mlflow.port, timeout=10)
    connection.putrequest("POST", f"/services/mlflow{CREATE}")
    connection.putheader("Authorization", f"Bearer {token}")
    connection.putheader("Content-Length", str(2**30))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert "67108864 bytes" in json.loads(answer.read())["message"]
    connection.close()


def test_body_of_unknown_length_is_refused(mlflow: MlflowUnderTest):
    refused = mlflow.user("ned").post(CREATE, content=iter([b"{}"]))
    assert_refused(refused, 411, "INVALID_PARAMETER_VALUE", "Content-Length")


def test_artefact_larger_than_a_body_may_be_is_taken(mlflow: MlflowUnderTest):
    client = mlflow.user("ola")
    content = bytes(70 * 2**20)
    assert client.put("/api/2.0/mlflow-artifacts/artifacts/big.bin", content=content).status_code == 200
    assert len(client.get("/api/2.0/mlflow-artifacts/artifacts/big.bin").content) == len(content)


def test_browser_without_a_login_is_sent_to_the_hub(mlflow: MlflowUnderTest):
    page = mlflow.client(None).get("/", headers={"Accept": "text/html"})
    assert page.status_code == 302
    assert page.headers["location"].startswith("/hub/api/oauth2/authorize?client_id=service-mlflow")


def test_page_loads_its_parts_from_below_the_prefix(mlflow: MlflowUnderTest):
    client = mlflow.user("pam")
    page = client.get("/")
    assert page.status_code == 200
    scripts = [part.split('"')[0] for part in page.text.split('src="')[1:]]
    assert scripts
    for script in scripts:
        assert not script.startswith(("/", "http"))
        assert client.get(f"/{script}").status_code == 200
    assert httpx.get(mlflow.url, follow_redirects=False).headers["location"] == "/services/mlflow/"


def test_request_from_another_site_may_not_write_with_a_cookie(mlflow: MlflowUnderTest):
    client = mlflow.client(None, Origin="https://example.org", Cookie="onedata-service-mlflow=forged")
    assert_refused(create(client), 401, "UNAUTHENTICATED")


def test_browser_that_calls_the_platform_by_its_name_is_served(mlflow: MlflowUnderTest):
    client = mlflow.user("quin")
    client.headers.update({"Host": "studio.example.org", "Origin": "https://studio.example.org"})
    assert create(client).status_code == 200


def test_tokens_never_reach_the_log(mlflow: MlflowUnderTest):
    token = mlflow.hub.add_user("secretive")
    client = mlflow.client(token)
    client.get("/api/2.0/mlflow/experiments/get?experiment_id=999999")
    client.post("/api/2.0/mlflow/runs/create", json={"experiment_id": "zzz"})
    client.get("/nowhere")
    assert token not in mlflow.log
    assert "mlflow-service-token" not in mlflow.log
