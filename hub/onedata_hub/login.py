"""The local default's login: one shared password, on loopback, and one more for administrators.

Anybody with the shared password can be any user who is no administrator. That is right for one person, or a
few who trust each other, on one machine; the settings let it listen nowhere else.
"""

from typing import Any

from onedata_hub.launch.state import StateFolder
from onedata_hub.settings import USERNAME_PATTERN, PlatformSettings

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
    """Let people in by password."""
    c.JupyterHub.authenticator_class = "shared-password"
    c.SharedPasswordAuthenticator.user_password = user_password(state)
    c.SharedPasswordAuthenticator.admin_password = admin_password(state)
    c.Authenticator.admin_users = settings.admin_users
    c.Authenticator.allow_all = True
    c.Authenticator.username_pattern = USERNAME_PATTERN
