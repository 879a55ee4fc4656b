"""A real Keycloak for the tests: one process a session, a realm of its own for each that asks.

with running_keycloak("127.0.0.1") as keycloak:
    realm = keycloak.new_realm(callback="http://127.0.0.1:8000/hub/oauth_callback")
    realm.add_user("ann", groups=["/team/data"])
"""

import contextlib
import itertools
import json
import os
import secrets
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.part import take
from tests.support.ports import free_port
from tests.support.site_certificate import SiteCertificate, make_certificate
from tools.keycloak import find_keycloak

PASSWORD = "what-everybody-types-at-the-provider"
CLIENT = "one-data-studio"
SCOPES = ["openid", "profile", "offline_access"]
_ADMIN, _ADMIN_PASSWORD = "admin", secrets.token_hex(16)
_START_SECONDS = 480  # a minute at most on a machine that does nothing else
_HEAP = "-Xms64m -Xmx384m"
_SHORT_LIVED = "-XX:TieredStopAtLevel=1"  # no time for code that would be fast only after an hour


def groups_mapper(**changed: str) -> dict[str, Any]:
    """Give the client's mapper for groups, as the how-to makes it by hand."""
    config = {"claim.name": "groups", "full.path": "true", "userinfo.token.claim": "true"}
    return {
        "name": "groups",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-group-membership-mapper",
        "config": config | changed,
    }


@dataclass
class Realm:
    """A realm with one client; its people change while tests run."""

    keycloak: "Keycloak"
    name: str
    client_secret: str = field(repr=False)

    @property
    def issuer(self) -> str:
        return f"{self.keycloak.url}/realms/{self.name}"

    def settings(self, **changed: str) -> dict[str, str]:
        """Give the settings of a platform on one machine whose people log in here."""
        return {
            "ONEDATA_OPENID_ISSUER": self.issuer,
            "ONEDATA_OPENID_CLIENT_ID": CLIENT,
            "ONEDATA_OPENID_CLIENT_SECRET": self.client_secret,
            "ONEDATA_OPENID_SCOPES": json.dumps(SCOPES),
            "SSL_CERT_FILE": str(self.keycloak.certificate.file),
        } | changed

    def admin(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call Keycloak's admin API below this realm."""
        return self.keycloak.admin(method, f"/admin/realms/{self.name}{path}", **options)

    def add_user(self, name: str, groups: list[str] | None = None, **given: Any) -> str:
        """Make a user, in these groups; give the account's id."""
        made = {
            "username": name,
            "enabled": True,
            "email": f"{name}@example.org",
            "emailVerified": True,
            "firstName": name,
            "lastName": "Example",
            "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}],
        }
        answer = self.admin("POST", "/users", json=made | given)
        user = answer.headers["location"].rpartition("/")[2]
        for group in groups or ():
            self.join(user, group)
        return user

    def user(self, name: str) -> str:
        """Find an account's id."""
        (found,) = self.admin("GET", "/users", params={"username": name, "exact": True}).json()
        return str(found["id"])

    def join(self, user: str, group: str) -> None:
        """Put an account into a group, which is made where it is not there."""
        self.admin("PUT", f"/users/{user}/groups/{self._group(group)}")

    def add_group(self, path: str) -> None:
        """Make a group where it is not there."""
        self._group(path)

    def leave(self, user: str, group: str) -> None:
        """Take an account out of a group."""
        self.admin("DELETE", f"/users/{user}/groups/{self._group(group)}")

    def change_user(self, user: str, **changed: Any) -> None:
        """Change an account: ``enabled=False`` shuts it out."""
        self.admin("PUT", f"/users/{user}", json=changed)

    def remove_user(self, user: str) -> None:
        """Delete an account."""
        self.admin("DELETE", f"/users/{user}")

    def sign_out(self, user: str) -> None:
        """End an account's sessions in browsers; offline tokens stay."""
        self.admin("POST", f"/users/{user}/logout")

    def set_client(self, **changed: Any) -> None:
        """Change the platform's client: where browsers may be sent is known when the platform is."""
        client = self._client()
        self.admin("PUT", f"/clients/{client['id']}", json=client | changed)

    def _client(self) -> dict[str, Any]:
        (client,) = self.admin("GET", "/clients", params={"clientId": CLIENT}).json()
        return dict(client)

    def set_mappers(self, *mappers: dict[str, Any]) -> None:
        """Give the client these mappers and no others."""
        place = f"/clients/{self._client()['id']}/protocol-mappers/models"
        for one in self.admin("GET", place).json():
            self.admin("DELETE", f"{place}/{one['id']}")
        for one in mappers:
            self.admin("POST", place, json=one)

    def _group(self, path: str) -> str:
        """Give a group's id by its path, and make what is not there of it."""
        parent, place = "", "/groups"
        for name in path.strip("/").split("/"):
            listed = self.admin("GET", place, params={"briefRepresentation": True}).json()
            known = {one["name"]: one["id"] for one in listed}
            if name not in known:
                made = self.admin("POST", place, json={"name": name})
                known[name] = made.headers["location"].rpartition("/")[2]
            parent = str(known[name])
            place = f"/groups/{parent}/children"
        return parent


@dataclass
class Keycloak:
    """A running Keycloak, which forgets everything when it ends."""

    url: str
    certificate: SiteCertificate
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self._http = httpx.Client(timeout=60, trust_env=False, verify=self.certificate.trusted())

    def new_realm(
        self, callback: str, back_to: str = "", mappers: list[dict[str, Any]] | None = None
    ) -> Realm:
        """Import a realm with the platform's client in it.

        Args:
            callback: Where the provider may send browsers, with ``*`` at its end for any page below.
            back_to: Where it may send them after a logout.
            mappers: The client's mappers; that of groups where none are given.
        """
        name, secret = f"team-{next(self._numbers)}", secrets.token_hex(16)
        client = {
            "clientId": CLIENT,
            "secret": secret,
            "redirectUris": [callback],
            "attributes": {"post.logout.redirect.uris": back_to or "+"},
            "protocolMappers": [groups_mapper()] if mappers is None else mappers,
        }
        realm = {"realm": name, "enabled": True, "clients": [client]}
        self.admin("POST", "/admin/realms", json=realm)
        return Realm(self, name, secret)

    def answers(self) -> bool:
        """Say whether it serves."""
        return self._http.get(f"{self.url}/realms/master").status_code == 200

    def admin(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call the admin API; its token lives for a minute, so each call takes a new one."""
        form = {
            "client_id": "admin-cli",
            "grant_type": "password",
            "username": _ADMIN,
            "password": _ADMIN_PASSWORD,
        }
        token = self._http.post(f"{self.url}/realms/master/protocol/openid-connect/token", data=form)
        headers = {"Authorization": f"Bearer {token.raise_for_status().json()['access_token']}"}
        answer = self._http.request(method, self.url + path, headers=headers, **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer


@contextlib.contextmanager
def running_keycloak(host: str = "127.0.0.1", port: int = 0) -> Iterator[Keycloak]:
    """Run a Keycloak that keeps all in memory.

    Args:
        host: The one address it listens at; browsers, hubs and tests use the same.
        port: Its port; any that is free where none is given.

    Raises:
        PartMissing: If it is not installed.
    """
    program = find_keycloak()
    port = port or free_port()
    environment = {
        **os.environ,
        "JAVA_OPTS_KC_HEAP": _HEAP,
        "JAVA_OPTS_APPEND": _SHORT_LIVED,
        "KC_BOOTSTRAP_ADMIN_USERNAME": _ADMIN,
        "KC_BOOTSTRAP_ADMIN_PASSWORD": _ADMIN_PASSWORD,
    }
    # Its cookies are for secure pages only, so it has a certificate, as a site's has.
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as log:
        certificate = make_certificate(host, Path(folder))
        keycloak = Keycloak(f"https://{host}:{port}", certificate)
        options = {
            "hostname": keycloak.url,
            "http-host": host,
            "https-port": port,
            "https-certificate-file": certificate.file,
            "https-certificate-key-file": certificate.key_file,
            "cache": "local",
        }
        arguments = [f"--{name}={value}" for name, value in options.items()]
        process = subprocess.Popen(
            [program, "start", "--optimized", *arguments],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            _wait_for(keycloak, process, log)
            yield keycloak
        finally:
            # The program is a shell, and Java its child, which a shell's end does not end.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)


def _wait_for(keycloak: Keycloak, process: "subprocess.Popen[bytes]", log: Any) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            log.seek(0)
            raise RuntimeError(f"Keycloak ended with {process.returncode}: {log.read()[-3000:]}")
        with contextlib.suppress(httpx.TransportError):
            if keycloak.answers():
                return
        time.sleep(0.25)
    raise RuntimeError(f"Keycloak did not answer within {_START_SECONDS} seconds")


@pytest.fixture(scope="session")
def keycloak() -> Iterator[Keycloak]:
    take(find_keycloak)
    with running_keycloak() as running:
        yield running
