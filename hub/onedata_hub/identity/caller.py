"""The caller: a user or a service of the hub."""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Caller:
    """Who sent a request, and what their token may do.

    ``scopes`` are the token's, expanded by the hub; ``token`` stays out of reprs and logs.
    """

    name: str
    kind: Literal["user", "service"]
    admin: bool
    groups: frozenset[str]
    scopes: frozenset[str]
    token: str = field(repr=False, compare=False)

    @classmethod
    def from_hub(cls, model: dict[str, Any], token: str) -> "Caller":
        """Read the hub's answer to ``GET /hub/api/user``."""
        return cls(
            name=model["name"],
            kind="service" if model.get("kind") == "service" else "user",
            admin=bool(model.get("admin")),
            groups=frozenset(model.get("groups") or ()),
            scopes=frozenset(model.get("scopes") or ()),
            token=token,
        )

    def may_access(self, service: str) -> bool:
        """Say whether the token may be used on a hub service."""
        return not self.scopes.isdisjoint({"access:services", f"access:services!service={service}"})
