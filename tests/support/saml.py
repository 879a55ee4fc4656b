"""A site's SAML provider, behind the Keycloak that the platform knows: the way that the how-to describes."""

import html
import json
import re
from typing import Any

import httpx

from tests.support.keycloak import Realm
from tests.support.openid_login import Browser

ALIAS = "site"  # what Keycloak calls the provider
_FORM = re.compile(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL | re.IGNORECASE)
_HIDDEN = re.compile(
    r'<input[^>]*name="(SAMLRequest|SAMLResponse|RelayState)"[^>]*value="([^"]*)"', re.IGNORECASE
)
_PROVIDER = re.compile(rf'href="([^"]*/broker/{ALIAS}/login[^"]*)"')


def put_behind(realm: Realm, groups: dict[str, str]) -> Realm:
    """Make a provider that speaks SAML, and let a realm's people come in by it.

    Args:
        realm: The realm that the platform knows.
        groups: The realm's group for each group at the provider, by their paths.

    Returns:
        The provider, a realm of the same Keycloak that issues no token to the platform.
    """
    site = realm.keycloak.new_realm(callback="https://example.org/unused")
    site.admin("POST", "/clients", json=_service(realm))
    config = _read_descriptor(realm, site)
    config |= {"entityId": realm.issuer, "principalType": "SUBJECT", "syncMode": "FORCE"}
    provider = {"alias": ALIAS, "providerId": "saml", "enabled": True, "trustEmail": True, "config": config}
    realm.admin("POST", "/identity-provider/instances", json=provider)
    for mapper in _mappers(groups):
        realm.admin("POST", f"/identity-provider/instances/{ALIAS}/mappers", json=mapper)
    return site


def log_in(browser: Browser, page: str, user: str) -> httpx.Response:
    """Open a page that leads to Keycloak, choose the site's provider there, log in at it, and give the last page."""
    asked = browser.http.get(page)
    chosen = _PROVIDER.search(asked.text)
    assert chosen is not None, f"{asked.url} names no other provider: {asked.text[:2000]}"
    sent = browser.http.get(str(asked.url.join(html.unescape(chosen[1]))))
    return _send_on(browser, browser.fill(_send_on(browser, sent), user))


def _service(realm: Realm) -> dict[str, Any]:
    """Give what the site's provider knows of Keycloak."""
    return {
        "clientId": realm.issuer,
        "protocol": "saml",
        "redirectUris": [f"{realm.issuer}/broker/{ALIAS}/endpoint"],
        "frontchannelLogout": True,
        "attributes": {
            "saml.client.signature": "false",
            "saml.assertion.signature": "true",
            "saml.force.post.binding": "true",
            "saml_name_id_format": "persistent",
        },
        "protocolMappers": [
            *(_attribute(*pair) for pair in (("username", "uid"), ("email", "mail"), ("firstName", "givenName"), ("lastName", "sn"))),
            {
                "name": "member",
                "protocol": "saml",
                "protocolMapper": "saml-group-membership-mapper",
                "config": {"attribute.name": "member", "single": "true", "full.path": "true"},
            },
        ],
    }  # fmt: skip


def _attribute(of_user: str, name: str) -> dict[str, Any]:
    config = {"user.attribute": of_user, "attribute.name": name, "attribute.nameformat": "Basic"}
    return {
        "name": name,
        "protocol": "saml",
        "protocolMapper": "saml-user-property-mapper",
        "config": config,
    }


def _read_descriptor(realm: Realm, site: Realm) -> dict[str, Any]:
    """Have Keycloak read the provider's entity descriptor, as its administrator uploads it."""
    trusted = realm.keycloak.certificate.trusted()
    descriptor = httpx.get(f"{site.issuer}/protocol/saml/descriptor", verify=trusted, trust_env=False)
    files = {"file": ("descriptor.xml", descriptor.raise_for_status().content, "application/xml")}
    read = realm.admin("POST", "/identity-provider/import-config", data={"providerId": "saml"}, files=files)
    return dict(read.json())


def _mappers(groups: dict[str, str]) -> list[dict[str, Any]]:
    """Give the how-to's mappers: the name, the address, and one for each group."""
    kinds: list[tuple[str, str, dict[str, str]]] = [
        ("name", "saml-username-idp-mapper", {"template": "${ATTRIBUTE.uid}", "target": "LOCAL"}),
        *(
            (ours, "saml-user-attribute-idp-mapper", {"attribute.name": theirs, "user.attribute": ours})
            for ours, theirs in (("email", "mail"), ("firstName", "givenName"), ("lastName", "sn"))
        ),
        *(
            (
                f"group {theirs}",
                "saml-advanced-group-idp-mapper",
                {"attributes": json.dumps([{"key": "member", "value": theirs}]), "group": ours},
            )
            for theirs, ours in groups.items()
        ),
    ]
    return [
        {
            "name": name,
            "identityProviderAlias": ALIAS,
            "identityProviderMapper": kind,
            "config": config | {"syncMode": "FORCE"},
        }
        for name, kind, config in kinds
    ]


def _send_on(browser: Browser, page: httpx.Response) -> httpx.Response:
    """Do what a page's script does that carries a message of SAML: send its form."""
    form = _FORM.search(page.text)
    fields = {name: html.unescape(value) for name, value in _HIDDEN.findall(form[2])} if form else {}
    assert form is not None, f"{page.url} carries no message: {page.text[:2000]}"
    assert fields, f"{page.url} carries no message: {page.text[:2000]}"
    return browser.http.post(html.unescape(form[1]), data=fields)
