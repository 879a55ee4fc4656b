"""The way from the browser through the Lab server to studio and MLflow."""

import json
import time
from pathlib import Path

import httpx
import pytest

from tests.extensions.conftest import Lab, lab_server
from tests.hub.studio.jobs.conftest import API
from tests.support.notebooks import make_notebook

JOBS = f"/onedata/studio{API}/workspaces/team-a/jobs"
ODD = "/onedata/mlflow/api/2.0/mlflow"


def test_browser_reads_the_studio_as_its_servers_user(lab: Lab) -> None:
    with lab.browser() as browser:
        answer = browser.get(f"/onedata/studio{API}/me")
    assert answer.json()["name"] == "ann"
    assert answer.headers["Content-Type"] == "application/json"


def test_write_needs_the_xsrf_value(lab: Lab) -> None:
    body = {"name": "from-lab", "notebook": make_notebook("a: int = 1")}
    with lab.browser() as browser:
        refused = browser.post(JOBS, json=body)
        made = browser.post(JOBS, json=body, headers={"X-XSRFToken": browser.cookies["_xsrf"]})
        names = [job["name"] for job in browser.get(JOBS).json()["items"]]
    assert (refused.status_code, made.status_code) == (403, 201)
    assert names == ["from-lab"]


def test_stranger_is_refused_and_not_sent_to_a_login_page(lab: Lab) -> None:
    with lab.client(signed_in=False) as stranger:
        for path in (JOBS, f"{ODD}/show"):
            assert stranger.get(path).status_code == 403


def test_studios_own_sentence_arrives(lab: Lab) -> None:
    with lab.client() as client:
        direct = client.get(f"/onedata/studio{API}/workspaces/team-b/jobs")
    assert direct.status_code == 404
    assert direct.headers["Content-Type"] == "application/problem+json"
    assert "team-b" in direct.json()["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/onedata/studio/health",
        "/onedata/studio/metrics",
        f"/onedata/studio{API}/runner/runs/x/report",
        f"/onedata/studio{API}/%72unner/runs/x/report",
        f"/onedata/studio{API}/x/..%2frunner/runs/x/report",
        f"/onedata/studio{API}/%252e%252e/%252e%252e/metrics",
        "/onedata/studio/api/v1\\..\\metrics",
        "/onedata/mlflow/",
        "/onedata/mlflow/static-files/index.html",
        "/onedata/hub/api/users",
    ],
)
def test_paths_that_are_not_open_are_not_there(lab: Lab, path: str) -> None:
    with lab.client() as client:
        answer = client.get(path)
    assert answer.status_code == 404


def test_service_gets_the_hub_token_and_nothing_of_the_browsers(lab: Lab) -> None:
    with lab.browser() as browser:
        answer = browser.get(
            f"{ODD}/show?a=1%2F2&b", headers={"X-MLFLOW-WORKSPACE": "team-a", "X-Other": "x"}
        )
    seen = answer.json()
    assert (seen["path"], seen["query"]) == ("/api/2.0/mlflow/show", "a=1%2F2&b")
    assert seen["headers"]["authorization"] == f"Bearer {lab.token}"
    assert seen["headers"]["x-mlflow-workspace"] == "team-a"
    assert not {"cookie", "x-other", "x-xsrftoken"} & set(seen["headers"])


def test_no_answer_carries_the_token_a_cookie_or_a_page_that_acts(lab: Lab) -> None:
    with lab.client() as client:
        answer = client.get(f"{ODD}/show")
    assert lab.token not in str(answer.headers)
    assert "mlflow=1" not in str(answer.headers)
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_answers_stream_as_they_come(lab: Lab) -> None:
    seen = []
    began = time.monotonic()
    with lab.client() as client, client.stream("GET", f"{ODD}/stream") as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        for chunk in answer.iter_text():
            seen.append((chunk, time.monotonic() - began))
    assert "".join(chunk for chunk, _ in seen) == "data: 0\n\ndata: 1\n\ndata: 2\n\n"
    assert seen[-1][1] - seen[0][1] > 0.5


def test_changes_of_runs_come_as_they_happen(lab: Lab) -> None:
    runs = JOBS.replace("/jobs", "/runs")
    body = {"name": "watched", "notebook": make_notebook("a: int = 1")}
    with lab.browser() as browser, lab.client() as client:
        job = client.post(JOBS, json=body).raise_for_status().json()
        with browser.stream("GET", f"{runs}/events") as answer:
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            lines = (line for line in answer.iter_lines() if line)
            assert next(lines) == ": live"
            run = client.post(f"{JOBS}/{job['id']}/runs", json={}).raise_for_status().json()
            started = [next(lines) for _ in range(3)]
            client.post(f"{runs}/{run['id']}/cancel").raise_for_status()
            ended = [next(lines) for _ in range(3)]
    assert (started[1], ended[1]) == ("event: run", "event: run")
    states = [json.loads(lines[2].removeprefix("data: "))["state"] for lines in (started, ended)]
    assert states == ["queued", "cancelled"]


def test_answer_that_breaks_off_is_not_taken_for_whole(lab: Lab) -> None:
    with lab.client() as client, pytest.raises(httpx.TransportError):
        client.get(f"{ODD}/half")


def test_redirect_to_a_login_page_is_a_refusal_that_says_what_to_do(lab: Lab) -> None:
    with lab.client() as client:
        answer = client.get(f"{ODD}/login")
    assert answer.status_code == 403
    assert "start it again" in answer.json()["detail"]


def test_hub_that_answers_in_a_services_place_is_no_refusal(lab: Lab) -> None:
    with lab.client() as client:
        answer = client.get(f"{ODD}/hub")
    assert (answer.status_code, answer.json()["code"]) == (502, "unreachable")
    assert "Try again in a moment" in answer.json()["detail"]


def test_service_that_is_down_or_not_set_is_a_sentence(tmp_path: Path) -> None:
    variables = {"ONEDATA_STUDIO_URL": "http://127.0.0.1:9", "JUPYTERHUB_API_TOKEN": "t"}
    with lab_server(tmp_path, variables) as url, Lab(url, "t", None).client() as client:  # type: ignore[arg-type]
        down = client.get(JOBS)
        unset = client.get(f"{ODD}/show")
    assert (down.status_code, down.json()["code"]) == (502, "unreachable")
    assert "The studio does not answer" in down.json()["detail"]
    assert (unset.status_code, unset.json()["code"]) == (503, "not_configured")
    assert "ONEDATA_MLFLOW_URL or MLFLOW_TRACKING_URI is not set" in unset.json()["detail"]
