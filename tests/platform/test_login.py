"""Who gets in, and what their tokens may do, on a real hub."""

import subprocess
import time

import httpx
import pytest
from onedata_hub.launch.hub_login import HubLogin, LoginRefused

from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.timeout(300)]  # the first test waits for the platform


def test_shared_password_lets_any_user_in(platform: Platform) -> None:
    with platform.login("ann") as session:
        assert session.api("GET", "/user").json()["name"] == "ann"


def test_wrong_password_lets_nobody_in(platform: Platform) -> None:
    with pytest.raises(LoginRefused, match="is the password right"):
        HubLogin(platform.url, "ann", "wrong-password")


def test_shared_password_makes_nobody_an_administrator(platform: Platform) -> None:
    with pytest.raises(LoginRefused):
        HubLogin(platform.url, "admin", platform.password("ann"))
    with platform.login("admin") as session:
        assert session.api("GET", "/user").json()["admin"] is True


@pytest.mark.parametrize("name", ["../admin", "a b", "a/b", "x" * 65])
def test_name_that_is_none_is_refused(platform: Platform, name: str) -> None:
    with pytest.raises(LoginRefused):
        HubLogin(platform.url, name, platform.password("ann"))


def test_write_without_the_xsrf_value_is_refused(platform: Platform) -> None:
    with platform.login("ann") as session:
        answer = session.http.post("/hub/api/users/ann/tokens", json={"expires_in": 60})
    assert answer.status_code == 403


def test_groups_of_the_settings_are_workspaces(platform: Platform) -> None:
    def workspaces(user: str) -> set[str]:
        with platform.client(user) as client:
            return {one["name"] for one in client.get("/services/studio/api/v1/me").json()["workspaces"]}

    assert workspaces("ann") == {"team-a", "user-ann"}
    assert workspaces("eve") == {"user-eve"}


def test_nobody_reads_or_starts_the_server_of_another(platform: Platform) -> None:
    assert platform.hub("bob", "GET", "/users/ann").status_code in (403, 404)
    assert platform.hub("bob", "POST", "/users/ann/server", json={}).status_code in (403, 404)


def test_revoked_token_stops_working_within_seconds(platform: Platform) -> None:
    with platform.login("ann") as session:
        made = session.api("POST", "/users/ann/tokens", json={"expires_in": 600}).json()
        headers = {"Authorization": f"token {made['token']}"}

        def status() -> int:
            return httpx.get(f"{platform.studio_url}/api/v1/me", headers=headers, trust_env=False).status_code

        assert status() == 200
        assert session.api("DELETE", f"/users/ann/tokens/{made['id']}").status_code == 204
        end = time.monotonic() + 15
        while status() != 401:
            assert time.monotonic() < end
            time.sleep(0.5)


def run_token(platform: Platform, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = platform.command("token", "--state-dir", str(platform.folder), *arguments)
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_token_verb_prints_a_token_for_the_studio_and_nothing_else(platform: Platform) -> None:
    made = run_token(platform, "--user", "tess", "--expires", "30m")
    assert made.returncode == 0, made.stderr
    token = made.stdout.strip()
    headers = {"Authorization": f"token {token}"}
    assert (
        httpx.get(f"{platform.studio_url}/api/v1/me", headers=headers, trust_env=False).json()["name"]
        == "tess"
    )
    assert (
        httpx.post(f"{platform.url}/hub/api/users/tess/server", headers=headers, trust_env=False).status_code
        == 403
    )
    assert token not in platform.hub_log()
    assert platform.password("tess") not in platform.hub_log() + platform.said()


def test_token_verb_takes_scopes_and_refuses_those_the_user_lacks(platform: Platform) -> None:
    assert run_token(platform, "--user", "tess", "--scope", "read:users!user=tess").returncode == 0
    refused = run_token(platform, "--user", "tess", "--scope", "admin:users")
    assert refused.returncode == 1
    assert "The hub made no token (400)" in refused.stderr
    assert refused.stdout == ""


@pytest.mark.parametrize("lifetime", ["0m", "8", "-1h", "1y"])
def test_token_verb_refuses_a_lifetime_that_is_none(platform: Platform, lifetime: str) -> None:
    refused = run_token(platform, "--user", "tess", f"--expires={lifetime}")
    assert refused.returncode == 2
    assert "30m, 8h or 7d" in refused.stderr


def test_login_link_fills_the_user_name_in(platform: Platform) -> None:
    page = httpx.get(f"{platform.url}/hub/login?username=ann", trust_env=False).text
    assert 'value="ann"' in page


def test_services_of_the_hub_hold_the_narrowest_scopes(platform: Platform) -> None:
    def scopes(service: str) -> set[str]:
        headers = {"Authorization": f"token {platform.state.secret(service + '-token')}"}
        model = httpx.get(f"{platform.url}/hub/api/user", headers=headers, trust_env=False).json()
        return set(model["scopes"])

    assert scopes("studio") == {"tokens", "read:tokens"}
    assert scopes("mlflow") == {"access:services!service=studio"}
    assert scopes("keeper") == {"proxy"}
    assert "admin:users" not in scopes("idle-culler")
