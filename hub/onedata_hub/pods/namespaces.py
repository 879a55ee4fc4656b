"""Which namespace a server's pod is in: that of the workspace it is started for, where that has one.

A home is a claim of one namespace. So a person has a home in each namespace that they start servers in, and
files do not come from one into another.
"""

from typing import Any

from onedata_hub.naming import personal_workspace
from onedata_hub.start_check import groups_of, refusal

WORKSPACE_OPTION = "workspace"
_CLAIMS = "claims"


class PlacedServer:
    """A pod's server in the namespace of its workspace: with KubeSpawner behind it.

    Attributes:
        namespaces: Those of workspaces that have one, by the workspace's name.
        own_namespace: Where servers are that are for no workspace with a namespace.
        claims: The claim of the server's home in each namespace where it has one.
    """

    namespaces: dict[str, str]
    own_namespace: str
    claims: dict[str, str]
    # KubeSpawner's own, which has no types:
    user: Any
    user_options: dict[str, Any]
    pod_name: str
    _expand_user_properties: Any
    dns_name_template: str
    pvc_name_template: str
    remember_pvc_name: bool

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.own_namespace = self.namespace  # as configured; a state that is loaded has where it was last
        self.claims = {}

    @property
    def places(self) -> list[str]:
        """The user's workspaces that have a namespace."""
        return sorted(set(self.namespaces) & groups_of(self.user))

    def choose_place(self) -> None:
        """Take the namespace of the workspace that was asked for; no choice is none.

        Raises:
            HTTPError: 403 where that is no workspace of the user's with a namespace.
        """
        chosen = choice_of(self)
        if chosen and chosen not in self.places:
            others = f"Choose one of: {', '.join(self.places)}; or leave it out."
            could = others if self.places else "Leave it out."
            raise refusal(
                self, 403, f"Workspace '{chosen}' is none of yours that has servers of its own here. {could}"
            )
        self._move_to(self.namespaces[chosen] if chosen else self.own_namespace)

    def _move_to(self, namespace: str) -> None:
        self.namespace = namespace
        self.dns_name = self.dns_name_template.format(namespace=namespace, name=self.pod_name)
        # What KubeSpawner remembers of a home is of the namespace where the server was last.
        self._pvc_exists = namespace in self.claims
        self.pvc_name = self.claims.get(namespace) or self._expand_user_properties(self.pvc_name_template)

    def get_state(self) -> dict[str, Any]:
        """Keep which claims are its homes, in whatever namespace."""
        state: dict[str, Any] = super().get_state()  # type: ignore[misc]  # of KubeSpawner
        if "pvc_name" in state:
            self.claims[self.namespace] = state["pvc_name"]
        return state | ({_CLAIMS: self.claims} if self.claims else {})

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up which claims are its homes; a server from before has the one that KubeSpawner noted."""
        super().load_state(state)  # type: ignore[misc]  # of KubeSpawner
        self.claims = dict(state.get(_CLAIMS, {})) if self.remember_pvc_name else {}
        if self._pvc_exists:
            self.claims[self.namespace] = self.pvc_name

    async def delete_forever(self) -> None:
        """Delete the homes of a user who is deleted, in whatever namespace, where KubeSpawner deletes one."""
        homes = {self.namespace: self.pvc_name} | self.claims
        for namespace, claim in homes.items():
            self.namespace, self.pvc_name = namespace, claim
            await super().delete_forever()  # type: ignore[misc]  # of KubeSpawner


def choice_of(spawner: Any) -> str:
    """Give the workspace that a server was asked for; empty for none."""
    return str((spawner.user_options or {}).get(WORKSPACE_OPTION, "") or "")


def workspace_of(spawner: Any) -> str:
    """Give the workspace that a server begins in: the one it was asked for, else its user's own."""
    return choice_of(spawner) or personal_workspace(spawner.user.name)
