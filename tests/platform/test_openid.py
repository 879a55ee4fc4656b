"""`onedata up` with a real Keycloak: who comes in, in which workspaces, and until when."""

import subprocess
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.support.keycloak import Keycloak, Realm, keycloak
from tests.support.openid_login import Browser, path_of
from tests.support.platform import Platform
from tests.support.saml import log_in, put_behind

__all__ = ["keycloak"]

pytestmark = [
    pytest.mark.platform,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]  # Keycloak and a platform start

_SETTINGS = {
    "ONEDATA_OPENID_ADMIN_GROUPS": '["data-admins"]',
    "ONEDATA_OPENID_REFRESH_SECONDS": "1",
    "ONEDATA_IDENTITY_CACHE_SECONDS": "1",
}


@pytest.fixture(scope="module")
def platform(keycloak: Keycloak) -> Iterator[tuple[Platform, Realm]]:
    """A platform whose people log in at a realm of its own."""
    made = Platform()
    realm = keycloak.new_realm(f"{made.url}/hub/oauth_callback", back_to=f"{made.url}/hub/login")
    made.environment = realm.settings(**_SETTINGS)
    with made:
        yield made, realm


def token_of(platform: Platform, realm: Realm, user: str) -> str:
    """Log in at Keycloak and make a token at the hub."""
    with Browser(realm.keycloak.certificate.trusted()) as browser:
        assert path_of(browser.log_in(f"{platform.url}/hub/oauth_login?next=/hub/home", user)) == "/hub/home"
        made = browser.api(platform.url, "POST", f"/users/{user}/tokens", json={"expires_in": 600})
    assert made.status_code == 201, made.text
    return str(made.json()["token"])


def me(platform: Platform, token: str) -> httpx.Response:
    headers = {"Authorization": f"token {token}"}
    return httpx.get(f"{platform.studio_url}/api/v1/me", headers=headers, trust_env=False, timeout=30)


def workspaces(platform: Platform, token: str) -> set[str]:
    return {one["name"] for one in me(platform, token).json()["workspaces"]}


def within(seconds: float, happens: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.5)


def test_groups_at_the_provider_are_workspaces_for_as_long_as_one_is_in_them(
    platform: tuple[Platform, Realm],
) -> None:
    running, realm = platform
    ann = realm.add_user("ann", groups=["/data", "/team/data"])
    token = token_of(running, realm, "ann")
    assert workspaces(running, token) == {"user-ann", "data", "team--data"}
    realm.leave(ann, "/team/data")
    within(30, lambda: workspaces(running, token) == {"user-ann", "data"})


def test_disabled_account_is_out_with_its_tokens(platform: tuple[Platform, Realm]) -> None:
    running, realm = platform
    eve = realm.add_user("eve", groups=["/data"])
    token = token_of(running, realm, "eve")
    realm.change_user(eve, enabled=False)
    within(30, lambda: me(running, token).status_code == 401)


def test_administrators_come_from_their_group(platform: tuple[Platform, Realm]) -> None:
    running, realm = platform
    realm.add_user("admin", groups=["/data"])  # a name makes nobody an administrator
    realm.add_user("root-of-all", groups=["/data-admins"])
    assert me(running, token_of(running, realm, "admin")).json()["admin"] is False
    assert me(running, token_of(running, realm, "root-of-all")).json()["admin"] is True


def test_nothing_asks_for_a_password_that_is_not(platform: tuple[Platform, Realm]) -> None:
    running, realm = platform
    assert f"people log in at {realm.issuer}" in running.said()
    assert "Password" not in running.said()
    for verb in ("token", "tour"):
        command = running.command(verb, "--state-dir", str(running.folder))
        refused = subprocess.run(
            command, env=running._environment(), capture_output=True, text=True, timeout=60, check=False
        )
        assert refused.returncode == 1
        assert f"onedata {verb} logs in with the shared password" in refused.stderr
    assert realm.client_secret not in running.hub_log() + running.said()


def test_people_of_a_saml_provider_come_in_through_keycloak_with_its_groups(
    platform: tuple[Platform, Realm],
) -> None:
    running, realm = platform
    realm.add_group("/data")
    site = put_behind(realm, {"/staff/data": "/data"})
    mia = site.add_user("mia", groups=["/staff/data", "/staff/all"])
    entry = f"{running.url}/hub/oauth_login?next=/hub/home"

    def come_in() -> set[str]:
        with Browser(realm.keycloak.certificate.trusted()) as browser:
            page = log_in(browser, entry, "mia")
            assert path_of(page) == "/hub/home", page.text[:2000]
            made = browser.api(running.url, "POST", "/users/mia/tokens", json={"expires_in": 600})
        return workspaces(running, str(made.json()["token"]))

    assert come_in() == {"user-mia", "data"}
    site.leave(mia, "/staff/data")
    assert come_in() == {"user-mia"}
