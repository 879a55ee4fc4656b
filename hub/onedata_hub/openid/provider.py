"""Where an OpenID Connect provider has what we ask it for: its own description, read once it is needed.

Source: OpenID Connect Discovery 1.0, sections 3 and 4; OpenID Connect RP-Initiated Logout 1.0, section 2.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ValidationError
from tornado.httpclient import HTTPClientError

_PLACE = "/.well-known/openid-configuration"
Fetch = Callable[[str], Awaitable[Any]]


class ProviderSilent(Exception):
    """The provider does not answer, or not as one does; says where and what to look at."""


class Provider(BaseModel):
    """The addresses that a provider names."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    end_session_endpoint: str = ""

    def endpoints(self) -> dict[str, str]:
        """Give the addresses under oauthenticator's names for them."""
        return {
            "authorize_url": self.authorization_endpoint,
            "token_url": self.token_endpoint,
            "userdata_url": self.userinfo_endpoint,
        }

    def logout_url(self, client_id: str, id_token: str, back_to: str) -> str:
        """Give the address that ends a session at the provider too; empty where it has none."""
        if not self.end_session_endpoint:
            return ""
        query = {"client_id": client_id, "post_logout_redirect_uri": back_to}
        if id_token:
            query["id_token_hint"] = id_token  # whose session it is: nobody needs to confirm
        return f"{self.end_session_endpoint}?{urlencode(query)}"


async def discover(issuer: str, fetch: Fetch) -> Provider:
    """Read a provider's description.

    Args:
        issuer: The provider's own name, an address: the description lies below it.
        fetch: Gets an address's JSON.

    Raises:
        ProviderSilent: If it is not there, is of another issuer, or lacks an address.
    """
    place = issuer.rstrip("/") + _PLACE
    try:
        found = Provider.model_validate(await fetch(place))
    except (HTTPClientError, OSError) as error:
        raise ProviderSilent(
            f"The identity provider does not answer at {place} ({error}). Try again in a moment; if it stays so, "
            "an administrator looks whether it runs and whether issuer is its address."
        ) from error
    except (ValidationError, json.JSONDecodeError) as error:
        raise ProviderSilent(
            f"What {place} answers does not describe an OpenID Connect provider. An administrator corrects issuer."
        ) from error
    if found.issuer.rstrip("/") != issuer.rstrip("/"):
        raise ProviderSilent(
            f"The identity provider at {issuer} calls itself {found.issuer}. An administrator writes that for issuer."
        )
    return found
