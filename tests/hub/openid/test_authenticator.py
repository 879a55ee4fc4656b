"""The authenticator before a real Keycloak; of the hub no more than the few methods that it is asked with."""

import asyncio
import secrets
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from onedata_hub.openid import OpenIDAuthenticator
from onedata_hub.settings import SettingsError
from tornado.web import HTTPError

from tests.support.keycloak import CLIENT, Keycloak, Realm, groups_mapper
from tests.support.openid_login import Browser
from tests.support.ports import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]  # the first test waits for Keycloak

CALLBACK = "http://127.0.0.1:8000/hub/oauth_callback"
Make = Callable[..., OpenIDAuthenticator]


@dataclass
class HubUser:
    """A user as the hub keeps them."""

    name: str
    auth_state: dict[str, Any] | None = None
    _auth_refreshed: float | None = None

    async def get_auth_state(self) -> dict[str, Any] | None:
        return self.auth_state


@dataclass
class HubRequest:
    """A request at the hub: a browser's coming back from the provider, or one with a token."""

    users: dict[str, HubUser] = field(default_factory=dict)
    code: str = ""
    _token_authenticated: bool = False

    def find_user(self, name: str) -> HubUser | None:
        return self.users.get(name)

    def get_argument(self, _name: str, default: Any = None) -> Any:
        return self.code or default


WITH_TOKEN = HubRequest(_token_authenticated=True)
IN_BROWSER = HubRequest()


@pytest.fixture(scope="module")
def realm(keycloak: Keycloak) -> Realm:
    return keycloak.new_realm(CALLBACK)


@pytest.fixture
def make(realm: Realm) -> Make:
    """Make an authenticator of the realm, with these settings over the usual ones."""

    def made(**given: Any) -> OpenIDAuthenticator:
        usual = {
            "issuer": realm.issuer,
            "client_id": CLIENT,
            "client_secret": realm.client_secret,
            "oauth_callback_url": CALLBACK,
            "http_request_kwargs": {"ca_certs": str(realm.keycloak.certificate.file)},
            "enable_pkce": False,
            "allow_all": True,
        }
        return OpenIDAuthenticator(**(usual | given))

    return made


async def log_in(
    authenticator: OpenIDAuthenticator, user: str, users: dict[str, HubUser] | None = None
) -> dict[str, Any]:
    """Log in at Keycloak as a browser does, and give what the hub learns."""
    await authenticator.find_provider()
    query = {
        "client_id": authenticator.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": " ".join(authenticator.scope),
    }
    trusted = ssl.create_default_context(cafile=authenticator.http_request_kwargs["ca_certs"])
    with Browser(trusted) as browser:
        code = await asyncio.to_thread(
            browser.code, f"{authenticator.authorize_url}?{urlencode(query)}", user
        )
    return await authenticator.authenticate(HubRequest(users or {}, code))


async def logged_in(authenticator: OpenIDAuthenticator, user: str) -> HubUser:
    model = await log_in(authenticator, user)
    return HubUser(model["name"], model["auth_state"])


def a_name() -> str:
    return f"u{secrets.token_hex(4)}"


async def test_name_groups_and_administrator_come_from_claims(make: Make, realm: Realm):
    name = a_name()
    realm.add_user(name, groups=["/team/data", "/Data Science", "/data-admins"])
    model = await log_in(make(admin_groups={"data-admins"}), name)
    assert model["name"] == name
    assert {"team--data", "data-admins"} <= set(model["groups"])
    assert any(group.startswith("data-science-") for group in model["groups"])
    assert model["admin"] is True


async def test_person_in_no_group_has_none(make: Make, realm: Realm):
    name = a_name()
    realm.add_user(name)
    assert (await log_in(make(), name))["groups"] == []


async def test_person_of_other_groups_is_told(make: Make, realm: Realm):
    name = a_name()
    realm.add_user(name, groups=["/guests"])
    with pytest.raises(HTTPError, match=rf"'{name}' may not use .* other groups than guests") as refused:
        await log_in(make(allow_all=False, allowed_groups={"data"}), name)
    assert refused.value.status_code == 403


async def test_missing_claim_of_groups_is_told_with_what_to_do(keycloak: Keycloak, make: Make):
    bare = keycloak.new_realm(CALLBACK, mappers=[])
    bare.add_user("ann", groups=["/data"])
    only = {"allow_all": False, "allowed_groups": {"data"}}
    authenticator = make(issuer=bare.issuer, client_secret=bare.client_secret, **only)
    with pytest.raises(HTTPError, match=r"names no groups of 'ann'.*adds a mapper for the claim 'groups'"):
        await log_in(authenticator, "ann")
    bare.set_mappers(groups_mapper())
    assert (await log_in(authenticator, "ann"))["groups"] == ["data"]


async def test_wrong_client_secret_is_told_with_what_to_do(make: Make, realm: Realm):
    name = a_name()
    realm.add_user(name)
    with pytest.raises(HTTPError, match="compares client_id and client_secret"):
        await log_in(make(client_secret="wrong"), name)


async def test_name_that_is_none_here_is_refused(make: Make, realm: Realm):
    # Keycloak itself takes few odd names; a mapper brings any.
    odd = realm.keycloak.new_realm(CALLBACK, mappers=[groups_mapper(), _nickname_mapper()])
    odd.admin("PUT", "/users/profile", json=_PROFILE_WITH_NICKNAME)
    odd.add_user("ann", attributes={"nickname": ["../admin"]})
    authenticator = make(issuer=odd.issuer, client_secret=odd.client_secret, username_claim="nickname")
    with pytest.raises(HTTPError, match=r"'\.\./admin'.*at most 64"):
        await log_in(authenticator, "ann")


async def test_name_of_another_account_is_refused(make: Make, realm: Realm):
    name = a_name()
    first = realm.add_user(name)
    authenticator = make()
    ann = await logged_in(authenticator, name)
    realm.remove_user(first)
    realm.add_user(name)  # somebody else of the same name
    with pytest.raises(HTTPError, match=rf"User '{name}' of this platform is another account"):
        await log_in(authenticator, name, {name: ann})


async def test_same_account_comes_in_again(make: Make, realm: Realm):
    name = a_name()
    realm.add_user(name)
    authenticator = make()
    ann = await logged_in(authenticator, name)
    assert (await log_in(authenticator, name, {name: ann}))["name"] == name


async def test_refresh_brings_groups_as_they_are_now(make: Make, realm: Realm):
    name = a_name()
    account = realm.add_user(name, groups=["/data", "/team/data"])
    authenticator = make()
    ann = await logged_in(authenticator, name)
    realm.leave(account, "/team/data")
    for request in (IN_BROWSER, WITH_TOKEN):
        model = await authenticator.refresh_user(ann, request)
        assert isinstance(model, dict)
        assert model["groups"] == ["data"]


async def test_who_left_the_last_allowed_group_is_out(make: Make, realm: Realm):
    name = a_name()
    account = realm.add_user(name, groups=["/data"])
    authenticator = make(allow_all=False, allowed_groups={"data"})
    ann = await logged_in(authenticator, name)
    realm.leave(account, "/data")
    assert await authenticator.refresh_user(ann, IN_BROWSER) is False
    assert await authenticator.refresh_user(ann, WITH_TOKEN) is False


async def test_runs_go_on_after_the_browsers_session_has_ended(make: Make, realm: Realm):
    name = a_name()
    account = realm.add_user(name)
    authenticator = make()
    ann = await logged_in(authenticator, name)
    realm.sign_out(account)
    assert await authenticator.refresh_user(ann, WITH_TOKEN) is True
    ann._auth_refreshed = 1.0  # as JupyterHub does when we say True
    await asyncio.sleep(0)
    assert ann._auth_refreshed is None  # so that the browser's next request is looked at
    assert await authenticator.refresh_user(ann, IN_BROWSER) is False


async def test_with_offline_access_groups_are_known_without_a_session(make: Make, realm: Realm):
    name = a_name()
    account = realm.add_user(name, groups=["/data"])
    authenticator = make(scope=["openid", "profile", "offline_access"])
    ann = await logged_in(authenticator, name)
    realm.sign_out(account)
    model = await authenticator.refresh_user(ann, WITH_TOKEN)
    assert isinstance(model, dict)
    assert model["groups"] == ["data"]


async def test_with_offline_access_a_disabled_account_is_out_everywhere(make: Make, realm: Realm):
    name = a_name()
    account = realm.add_user(name)
    authenticator = make(scope=["openid", "profile", "offline_access"])
    ann = await logged_in(authenticator, name)
    realm.change_user(account, enabled=False)
    assert await authenticator.refresh_user(ann, WITH_TOKEN) is False
    assert await authenticator.refresh_user(ann, IN_BROWSER) is False


async def test_silent_provider_is_borne_for_a_while(make: Make, realm: Realm):
    name = a_name()
    realm.add_user(name)
    authenticator = make(outage_seconds=3600)
    ann = await logged_in(authenticator, name)
    authenticator.userdata_url = f"http://127.0.0.1:{free_port()}/gone"
    assert await authenticator.refresh_user(ann, IN_BROWSER) is True
    authenticator.outage_seconds = 0
    with pytest.raises(HTTPError, match="has not answered for longer") as refused:
        await authenticator.refresh_user(ann, IN_BROWSER)
    assert refused.value.status_code == 503


async def test_provider_that_is_not_there_is_told_at_login(make: Make):
    with pytest.raises(
        HTTPError, match=r"does not answer at http://127\.0\.0\.1:.*openid-configuration"
    ) as told:
        await make(issuer=f"http://127.0.0.1:{free_port()}/realms/team").find_provider()
    assert told.value.status_code == 503


async def test_realm_that_is_not_there_is_told_at_login(make: Make, keycloak: Keycloak):
    with pytest.raises(HTTPError, match="looks whether it runs and whether issuer is its address"):
        await make(issuer=f"{keycloak.url}/realms/nowhere").find_provider()


async def test_issuer_of_another_name_is_told(make: Make, realm: Realm):
    with pytest.raises(HTTPError, match=rf"calls itself {realm.issuer}"):
        await make(issuer=realm.issuer.replace("/realms/", "/./realms/")).find_provider()


@pytest.mark.parametrize("lacking", ["issuer", "client_id", "client_secret"])
def test_what_is_not_set_stops_the_start(lacking: str):
    given = {"issuer": "https://login.example.org", "client_id": "hub", "client_secret": "secret"}
    with pytest.raises(SettingsError, match=f"needs {lacking}, which is empty"):
        OpenIDAuthenticator(**(given | {lacking: ""}))


@pytest.mark.parametrize(
    ("group", "workspace"), [("/team/data", "team--data"), ("/data", "data"), ("Data", r"data-[0-9a-f]{8}")]
)
def test_groups_are_named_as_workspaces_or_the_start_says_how(group: str, workspace: str):
    with pytest.raises(SettingsError, match=rf"has '{group}', which is workspace '{workspace}' here"):
        OpenIDAuthenticator(
            issuer="https://login.example.org",
            client_id="hub",
            client_secret="secret",
            allowed_groups={group},
        )


def _nickname_mapper() -> dict[str, Any]:
    return {
        "name": "nickname",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-usermodel-attribute-mapper",
        "config": {"user.attribute": "nickname", "claim.name": "nickname", "userinfo.token.claim": "true"},
    }


_PROFILE_WITH_NICKNAME = {
    "attributes": [
        {"name": name, "permissions": {"view": ["admin", "user"], "edit": ["admin", "user"]}}
        for name in ("username", "email", "firstName", "lastName", "nickname")
    ]
}
