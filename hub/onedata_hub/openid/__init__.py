"""Log people in with OpenID Connect: who they are, their groups and their administrators, by the provider's word."""

from onedata_hub.openid.authenticator import OpenIDAuthenticator

__all__ = ["OpenIDAuthenticator"]
