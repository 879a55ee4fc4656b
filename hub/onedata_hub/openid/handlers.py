"""The browser's way to the provider and back, and out."""

from oauthenticator.oauth2 import OAuthLoginHandler, OAuthLogoutHandler


class LoginHandler(OAuthLoginHandler):  # type: ignore[misc]  # oauthenticator has no type information
    """Sends the browser to the provider, once that has said where."""

    async def get(self) -> None:
        """Begin a login."""
        await self.authenticator.find_provider()
        super().get()


class LogoutHandler(OAuthLogoutHandler):  # type: ignore[misc]
    """Ends the session at the provider with the hub's: the next at this browser does not come in as the last."""

    _id_token = ""

    async def default_handle_logout(self) -> None:
        """End the hub's session; the proof of whose it was at the provider is read before."""
        if self.current_user:
            kept = await self.current_user.get_auth_state() or {}
            self._id_token = kept.get("id_token") or ""
        await super().default_handle_logout()

    async def render_logout_page(self) -> None:
        """Go on to the provider, which sends the browser back to the hub's login page."""
        page = self.authenticator.logout_redirect_url or await self.authenticator.provider_logout_url(
            self, self._id_token
        )
        if page:
            self.redirect(page)
        else:
            await super().render_logout_page()
