"""JupyterHub's authenticator for OpenID Connect: oauthenticator's generic one, with workspaces and safe names.

JupyterHub asks it to refresh a person every ``auth_refresh_age``. What the provider says then holds at once: who was
taken out of a group is out of the workspace, and who may not log in any more is out.
"""

import os
from typing import Any

from jupyterhub.utils import maybe_future
from oauthenticator.generic import GenericOAuthenticator
from tornado.httpclient import HTTPClientError
from tornado.web import HTTPError
from traitlets import Bool, Integer, Unicode, default

from onedata_hub.openid.claims import ClaimRefused, name_in, subject_in, workspace_of, workspaces_in
from onedata_hub.openid.handlers import LoginHandler, LogoutHandler
from onedata_hub.openid.provider import Provider, ProviderSilent, discover
from onedata_hub.openid.refreshing import Refreshing
from onedata_hub.settings import USERNAME_PATTERN, SettingsError

_REFUSED = (400, 401, 403)
_NEEDED = ("issuer", "client_id", "client_secret")


class OpenIDAuthenticator(GenericOAuthenticator):  # type: ignore[misc]  # oauthenticator has no type information
    """Lets people in by OpenID Connect. A group at the provider is a workspace here."""

    login_handler = LoginHandler
    logout_handler = LogoutHandler

    issuer = Unicode(
        config=True,
        help="The provider's address, as it calls itself: https://login.example.org/realms/team. Its endpoints are "
        "read from there at the first login.",
    )
    groups_claim = Unicode(
        "groups", config=True, help="The claim that names a person's groups; one within another by dots."
    )
    outage_seconds = Integer(
        3600,
        min=0,
        config=True,
        help="Seconds for which people go on with the groups they had while the provider does not answer.",
    )
    # JupyterHub before 6.1 has no such setting and is strict. What is let through then, we decide ourselves.
    auth_refresh_strict = Bool(True, config=True)
    manage_groups = Bool(True, config=True)
    enable_auth_state = Bool(True, config=True)

    @default("username_claim")  # type: ignore[untyped-decorator]
    def _default_username_claim(self) -> str:
        return "preferred_username"

    @default("username_pattern")  # type: ignore[untyped-decorator]
    def _default_username_pattern(self) -> str:
        return USERNAME_PATTERN

    @default("scope")  # type: ignore[untyped-decorator]
    def _default_scope(self) -> list[str]:
        return ["openid", "profile"]

    @default("http_request_kwargs")  # type: ignore[untyped-decorator]
    def _default_request_options(self) -> dict[str, Any]:
        # What every other program here goes by; libcurl, which Zero to JupyterHub's hub uses, does not look.
        certificates = os.environ.get("SSL_CERT_FILE")
        return {"ca_certs": certificates} if certificates else {}

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._provider: Provider | None = None
        self._refreshing = Refreshing(self)
        self._check_settings()

    def _check_settings(self) -> None:
        for name in _NEEDED:
            if not getattr(self, name):
                raise SettingsError(
                    f"OpenID Connect needs {name}, which is empty. Set OpenIDAuthenticator.{name} and start again."
                )
        for name in ("allowed_groups", "admin_groups"):
            for group in sorted(getattr(self, name)):
                if "/" in group or (workspace_of(group) != group and "--" not in group):
                    raise SettingsError(
                        f"OpenIDAuthenticator.{name} has '{group}', which is workspace '{workspace_of(group)}' here. "
                        "Write that."
                    )

    async def find_provider(self) -> Provider:
        """Read where the provider's endpoints are, once it answers.

        Raises:
            HTTPError: 503, while it does not.
        """
        if self._provider is None:
            try:
                self._provider = await discover(self.issuer, self._fetch_json)
            except ProviderSilent as silent:
                raise HTTPError(503, str(silent)) from silent
            for name, address in self._provider.endpoints().items():
                if not getattr(self, name):  # what the site has set stays
                    setattr(self, name, address)
        return self._provider

    async def _fetch_json(self, url: str) -> Any:
        return await self.httpfetch(
            url, "reading the provider's description", validate_cert=self.validate_server_cert
        )

    async def provider_logout_url(self, handler: Any, id_token: str) -> str:
        """Give the page of the provider that ends the session there; empty where it has none."""
        back_to = self.get_callback_url(handler).removesuffix("/oauth_callback") + "/login"
        return (await self.find_provider()).logout_url(self.client_id, id_token, back_to)

    async def authenticate(self, handler: Any, data: Any = None, **options: Any) -> dict[str, Any]:
        """Say who came back from the provider.

        Raises:
            HTTPError: 403 if a claim is missing, the name is none or another account's, or the person is in no
                group that may come in; one sentence says which.
        """
        await self.find_provider()
        model: dict[str, Any] = await super().authenticate(handler, data, **options)
        self._check_name(model["name"])
        await self._check_account(handler, model)
        if not await self.may_come_in(model):
            raise HTTPError(403, self._why_not(model))
        self._refreshing.confirm(model["name"])
        return model

    def _why_not(self, model: dict[str, Any]) -> str:
        """Say why somebody may not come in, and who can change that."""
        if workspaces_in(model["auth_state"][self.user_auth_state_key], self.groups_claim) is None:
            return (
                f"{self.login_service} names no groups of '{model['name']}', and this platform is for groups. "
                "Ask to be put into one; if you are in one, an administrator adds a mapper for the claim "
                f"'{self.groups_claim}' to the client, with 'Add to userinfo' on."
            )
        return (
            f"'{model['name']}' may not use this platform: it is for other groups than "
            f"{', '.join(model['groups']) or 'none'}. Ask to be put into one of them at {self.login_service}."
        )

    def _check_name(self, name: str) -> None:
        if not self.validate_username(name):
            raise HTTPError(
                403,
                f"Your name at {self.login_service} is '{name}'. Here a name is at most 64 letters, digits and "
                "'_', '.', '@', '+', '-', and begins with a letter or digit. An administrator changes it there, or "
                "names another claim in username_claim.",
            )

    async def _check_account(self, handler: Any, model: dict[str, Any]) -> None:
        """Refuse a name that another account has had: 'Ann' after 'ann', or who got the name of one who left."""
        user = handler.find_user(model["name"])
        known = (user and await user.get_auth_state()) or {}
        if known.get("issuer") != self.issuer:
            return  # nobody has come in by this name from this provider
        if known[self.user_auth_state_key]["sub"] != model["auth_state"][self.user_auth_state_key]["sub"]:
            raise HTTPError(
                403,
                f"User '{model['name']}' of this platform is another account at {self.login_service}. Ask a hub "
                "administrator: to give the name to this account, they delete the user on the hub's admin page.",
            )

    def user_info_to_username(self, user_info: dict[str, Any]) -> str:
        """Read the name from the claims; oauthenticator makes it lower case."""
        try:
            subject_in(user_info)
            return name_in(user_info, self.username_claim)
        except ClaimRefused as refused:
            raise HTTPError(403, str(refused)) from refused

    async def get_user_groups(self, auth_state: dict[str, Any]) -> set[str]:
        """Read the workspaces from the claims; without the claim there are none."""
        try:
            found = workspaces_in(auth_state[self.user_auth_state_key], self.groups_claim)
        except ClaimRefused as refused:
            raise HTTPError(403, str(refused)) from refused
        if found is None:
            self.log.warning("The provider's answer has no claim '%s': no groups.", self.groups_claim)
        return found or set()

    def build_auth_state_dict(self, token_info: dict[str, Any], user_info: dict[str, Any]) -> dict[str, Any]:
        """Keep which provider the account is of, beside what oauthenticator keeps (encrypted)."""
        return {**super().build_auth_state_dict(token_info, user_info), "issuer": self.issuer}

    async def get_token_info(self, handler: Any, params: dict[str, Any]) -> dict[str, Any]:
        """Trade a code or a refresh token for tokens.

        Raises:
            HTTPError: 403 if the provider refuses.
        """
        try:
            tokens: dict[str, Any] = await super().get_token_info(handler, params)
        except HTTPClientError as error:
            if error.code not in _REFUSED:
                raise
            raise HTTPError(
                403,
                f"{self.login_service} gave no tokens for client '{self.client_id}' ({error.code}). Log in again; if "
                "it stays so, an administrator compares client_id and client_secret with the provider's.",
            ) from error
        return tokens

    async def refresh_user(self, user: Any, handler: Any = None, **options: Any) -> bool | dict[str, Any]:
        """Ask the provider whether a person may still come in, and for their groups."""
        return await self._refreshing.refresh(user, handler)

    async def ask_provider(self, user: Any, handler: Any) -> dict[str, Any] | None:
        """Ask for a person anew with the tokens we have; None where the provider takes them no more."""
        await self.find_provider()
        return await super().refresh_user(user, handler) or None

    async def may_come_in(self, model: dict[str, Any]) -> bool:
        """Say whether somebody with these groups would be let in now."""
        name = model["name"]
        if not await maybe_future(self.check_blocked_users(name, model)):
            return False
        return bool(self.allow_all or await self.check_allowed(name, model))
