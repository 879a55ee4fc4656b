"""What a provider's claims mean here: a user's name, and the workspaces that their groups are."""

from collections.abc import Mapping
from typing import Any

from onedata_hub.naming import safe_slug

_LONGEST_WORKSPACE = 63
_BETWEEN = "--"
Claims = Mapping[str, Any]


class ClaimRefused(Exception):
    """A claim is missing or is of no use; one sentence that says which and what to do at the provider."""


def workspace_of(group: str) -> str:
    """Give the workspace that a provider's group is; no two groups share one.

    ``data`` and ``/data`` are ``data``; ``/team/data`` is ``team--data``. A group whose name has anything but a-z,
    0-9 and single '-' becomes what is legible of it and eight hex digits of its SHA-256: two groups whose
    members differ must never meet in one workspace.
    """
    path = group.strip("/").split("/")
    name = _BETWEEN.join(path)
    if len(name) <= _LONGEST_WORKSPACE and all(_is_plain(part) for part in path):
        return name
    return safe_slug("/" + "/".join(path), longest=_LONGEST_WORKSPACE)  # the slash has it take the digits


def _is_plain(part: str) -> bool:
    return _BETWEEN not in part and safe_slug(part, longest=_LONGEST_WORKSPACE) == part


def workspaces_in(claims: Claims, claim: str) -> set[str] | None:
    """Give the workspaces of a person's groups.

    Args:
        claims: What the provider said of the person.
        claim: The claim that holds the groups; one within another as ``realm_access.roles``.

    Returns:
        The workspaces; None where the claim is missing. Keycloak leaves it out for a person who is in no group,
        and where its client lacks the mapper: the two cannot be told apart.

    Raises:
        ClaimRefused: If it is no list of names.
    """
    groups = _find(claims, claim)
    if groups is None:
        return None
    if not isinstance(groups, list) or not all(isinstance(one, str) for one in groups):
        raise ClaimRefused(
            f"Claim '{claim}' is no list of group names. An administrator corrects its mapper at the identity "
            "provider, or groups_claim here."
        )
    return {workspace_of(group) for group in groups if group.strip("/")}


def name_in(claims: Claims, claim: str) -> str:
    """Give the name that a person has here.

    Raises:
        ClaimRefused: If the claim is missing, or is an address that the provider has not verified.
    """
    name = _find(claims, claim)
    if not isinstance(name, str) or not name:
        raise ClaimRefused(
            f"The identity provider's answer has no claim '{claim}', which names you. An administrator adds the "
            "scope that brings it (profile, or email), or corrects username_claim."
        )
    if claim == "email" and claims.get("email_verified") is not True:
        raise ClaimRefused(
            f"The identity provider has not verified the address {name}, and it would be your name here. "
            "Verify it there and log in again."
        )
    return name


def subject_in(claims: Claims) -> str:
    """Give the provider's own name of the account, which it gives to no other.

    Raises:
        ClaimRefused: If there is none.

    Source: OpenID Connect Core 1.0, section 5.3.2: the answer must have ``sub``.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise ClaimRefused(
            "The identity provider's answer has no claim 'sub', without which accounts cannot be told apart. "
            "An administrator adds the scope openid to this client."
        )
    return subject


def _find(claims: Claims, claim: str) -> Any:
    """Look for a claim by its whole name, which may be a URL with dots in it, and then by its path."""
    if claim in claims:
        return claims[claim]
    found: Any = claims
    for part in claim.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
