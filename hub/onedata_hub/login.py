"""How people log in on one machine: with one shared password, or at an OpenID Connect provider.

Anybody with the shared password can be any user who is no administrator. That is right for one person, or a
few who trust each other, on one machine; the settings let it listen nowhere else. With a provider everybody is
who it says, and its groups are the workspaces.
"""

from collections.abc import Mapping
from typing import Any

from onedata_hub.launch.state import StateFolder
from onedata_hub.settings import USERNAME_PATTERN, PlatformSettings, SettingsError

OPENID = "onedata_hub.openid.OpenIDAuthenticator"
_SECTIONS = (
    "OpenIDAuthenticator",
    "GenericOAuthenticator",
    "OAuthenticator",
    "Authenticator",
)  # the nearest first
USER_PASSWORD = "user-password"  # noqa: S105 - a file's name
ADMIN_PASSWORD = "admin-password"  # noqa: S105 - a file's name
_USER_BYTES = 10  # 20 hex digits: to be typed once in a browser
_ADMIN_BYTES = 24  # JupyterHub wants 32 characters or more of an admin password


def user_password(state: StateFolder) -> str:
    """Give the shared password, made at the first start."""
    return state.secret(USER_PASSWORD, length=_USER_BYTES)


def admin_password(state: StateFolder) -> str:
    """Give the administrators' password, made at the first start."""
    return state.secret(ADMIN_PASSWORD, length=_ADMIN_BYTES)


def configure_login(c: Any, settings: PlatformSettings, state: StateFolder) -> None:
    """Let people in as the settings say."""
    if settings.openid_issuer:
        _configure_openid(c, settings, state)
    else:
        _configure_password(c, settings, state)


def require_password_login(settings: PlatformSettings, command: str) -> None:
    """Refuse what logs in with the shared password where there is none.

    Raises:
        SettingsError: If people log in at a provider; says what to do instead.
    """
    if settings.openid_issuer:
        raise SettingsError(
            f"{command} logs in with the shared password, and people log in at {settings.openid_issuer} here. "
            f"Make a token in a browser, at {settings.public_url}/hub/token."
        )


def check_login(c: Any, workspaces: Mapping[str, Any]) -> None:
    """Refuse what a hub on Kubernetes cannot do together with its login and its people's homes.

    Args:
        c: The hub's configuration, as Zero to JupyterHub has made it.
        workspaces: The workspaces that the values name.

    Raises:
        SettingsError: If something is so; names the value.
    """
    if c.JupyterHub.get("authenticator_class") == OPENID:
        _check_openid(c, workspaces)
    if c.KubeSpawner.get("enable_user_namespaces"):
        raise SettingsError(
            "KubeSpawner.enable_user_namespaces puts homes where no run of a job can mount them: a volume's claim is "
            "of one namespace. Remove it and upgrade; global.onedata.namespaces gives namespaces to workspaces."
        )


def _check_openid(c: Any, workspaces: Mapping[str, Any]) -> None:
    if workspaces:
        raise SettingsError(
            "Value global.onedata.workspaces: where people log in by OpenID Connect, workspaces are the provider's "
            "groups. Remove it and upgrade."
        )
    if _configured(c, "allow_all") and _configured(c, "allowed_groups"):
        raise SettingsError(
            "Authenticator.allow_all lets in everybody whom the provider knows, whatever allowed_groups says. Set "
            "jupyterhub.hub.config.Authenticator.allow_all to false, or leave out allowed_groups, and upgrade."
        )


def _configured(c: Any, name: str) -> Any:
    """Give what the configuration sets for our authenticator, or for a class that it is one of."""
    return next((c[section][name] for section in _SECTIONS if name in c[section]), None)


def _configure_password(c: Any, settings: PlatformSettings, state: StateFolder) -> None:
    c.JupyterHub.authenticator_class = "shared-password"
    c.SharedPasswordAuthenticator.user_password = user_password(state)
    c.SharedPasswordAuthenticator.admin_password = admin_password(state)
    c.Authenticator.admin_users = settings.admin_users
    c.Authenticator.allow_all = True
    c.Authenticator.username_pattern = USERNAME_PATTERN


def _configure_openid(c: Any, settings: PlatformSettings, state: StateFolder) -> None:
    c.JupyterHub.authenticator_class = OPENID
    c.CryptKeeper.keys = [state.secret("auth-state-key")]  # the provider's tokens are kept encrypted
    openid = c.OpenIDAuthenticator
    openid.issuer = settings.openid_issuer
    openid.client_id = settings.openid_client_id
    openid.client_secret = settings.openid_client_secret
    openid.oauth_callback_url = f"{settings.public_url}/hub/oauth_callback"
    openid.scope = settings.openid_scopes
    openid.username_claim = settings.openid_username_claim
    openid.groups_claim = settings.openid_groups_claim
    openid.allow_all = not settings.openid_allowed_groups
    openid.allowed_groups = settings.openid_allowed_groups
    openid.admin_groups = settings.openid_admin_groups
    openid.auth_refresh_age = settings.openid_refresh_seconds
