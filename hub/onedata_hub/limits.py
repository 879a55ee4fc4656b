"""What a person may have at once, by their hub groups: servers, GPUs, and hours of a server's life.

Each limit is for each person, as with a job queue's limits per user: what a whole group may take of a cluster is for a
namespace's ResourceQuota to say.
"""

from collections.abc import Collection, Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from onedata_hub.amounts import counted

SERVER_LIMITS = "ONEDATA_SERVER_LIMITS"  # the limits as JSON, for the service that stops servers


class Limit(BaseModel):
    """What one person may have; None is as much as there is."""

    model_config = ConfigDict(extra="forbid")

    servers: int | None = Field(default=None, ge=0, description="Servers at once.")
    gpus: int | None = Field(default=None, ge=0, description="GPUs at once, over all servers.")
    hours: float | None = Field(default=None, gt=0, le=8_760, description="How long a server may run.")

    def why_too_many_gpus(self, gpus: int) -> str | None:
        """Say why a server with so many GPUs can never be had, or None if it can."""
        if self.gpus is None or gpus <= self.gpus:
            return None
        if self.gpus == 0:
            return "It takes a GPU, and your groups have none."
        return f"It takes {gpus} GPUs; your groups have {self.gpus} at once."

    def why_no_more(self, servers: int, gpus: int, wanted: int) -> str | None:
        """Say why one more server cannot be had beside those that run, or None if it can.

        Args:
            servers: How many run or start.
            gpus: How many GPUs these hold.
            wanted: GPUs of the one more.
        """
        if self.servers is not None and servers + 1 > self.servers:
            return f"You have {counted(servers, 'server')}, and your groups have {self.servers} at once."
        if wanted and self.gpus is not None and gpus + wanted > self.gpus:
            return f"Your servers hold {counted(gpus, 'GPU')}, and your groups have {self.gpus} at once."
        return None


class Limits(BaseModel):
    """Limits for everybody, and for groups in place of those."""

    model_config = ConfigDict(extra="forbid")

    default: Limit = Field(default_factory=Limit, description="For everybody.")
    groups: dict[str, Limit] = Field(default_factory=dict, description="For a hub group, in place of those.")

    def of(self, groups: Collection[str]) -> Limit:
        """Give what a person in these groups may have: of each kind the most that one of them gives."""
        named = [self.groups[group] for group in groups if group in self.groups]
        return Limit(**{kind: self._most(kind, named) for kind in Limit.model_fields})

    def _most(self, kind: str, named: Iterable[Limit]) -> Any:
        """Give the largest that a group sets (null there is no limit), else everybody's."""
        given = [getattr(limit, kind) for limit in named if kind in limit.model_fields_set]
        if not given:
            return getattr(self.default, kind)
        return None if None in given else max(given)

    def to_text(self) -> str:
        """Give them as JSON, with what is set to null and without what is not set."""
        return self.model_dump_json(exclude_unset=True)

    def shortest_hours(self) -> float | None:
        """Give the shortest that anybody's servers may run; None where nobody's end after a time."""
        every = (limit.hours for limit in (self.default, *self.groups.values()))
        return min((hours for hours in every if hours is not None), default=None)
