"""A Keycloak for the tests of the login."""

from tests.support.keycloak import keycloak

__all__ = ["keycloak"]
