"""The compute port: starts the notebook runner somewhere and says what became of it.

A backend knows attempts, not jobs. It never tells how a run ended: the runner itself tells the
studio. A backend only answers whether the runner of an attempt still lives, so that the studio
can start it again. A second start is harmless by the runner's contract (onedata.contract.runner):
it delivers the result it finds, or says that the attempt before it was lost. Where a place keeps
nothing beyond its runner (``keeps_spools``), the studio itself lets one place execute and no second.

Long-running deployments and RayJobs need no change here. ``ComputePort`` knows no notebooks: it knows a
reference, how to start what it stands for once however often it is asked, where it is, why, what it says,
and how to end and forget it. ``ComputeBackend`` is this port for attempts of runs. A deployment is another
kind of work, with a request and an adapter of its own: a Deployment and a Service named after the reference,
where a run has a Job. It has no result: nobody takes ``gone`` for its end, so who looks after it starts it
again (tests/hub/backends/compute has such an adapter on a real cluster). A RayJob is an attempt whose runner
has helpers: its profile says how many and which, and the runner is its submitter. What both take from the
adapter of Kubernetes is apart from Jobs: speaking to the API server, and putting a pod's state into words.
"""

import abc
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from onedata.contract.runner import RunLimits, RunSpec

LOG_CHUNK_BYTES = 1_048_576


class ComputeError(Exception):
    """Base of what a backend says when it could not do as asked; the message is safe to show."""


class NeverStarts(ComputeError):
    """What was asked for cannot be started, now or later; the message says what to change."""


class UnknownReference(ComputeError):
    """The backend keeps nothing under this reference."""


class StillRunning(ComputeError):
    """The attempt still runs, so it cannot be removed."""


class ComputeState(StrEnum):
    """Where the runner of an attempt is: on its way, alive, or not there (any more)."""

    starting = "starting"
    running = "running"
    gone = "gone"


class Work(Protocol):
    """What a backend can start: a kind of work has a type of its own that says what it is."""

    @property
    def reference(self) -> str:
        """Its name in every backend: a second start under it is the same one."""

    @property
    def environment(self) -> Mapping[str, str]:
        """What it finds in its environment, secrets included."""

    @property
    def profile(self) -> Mapping[str, Any]:
        """What its profile asks for, in KubeSpawner's terms."""


WorkT = TypeVar("WorkT", bound=Work)


@dataclass(frozen=True)
class StartRequest:
    """One attempt of one run, whole: nothing else is needed to execute it.

    Attributes:
        notebook: The snapshot, nbformat JSON.
        environment: What the runner and its kernel find in their environment, secrets included
            (the run key, the hub token). The backend adds only what the machine needs.
        limits: What the kernel and its children may use.
        profile: All that the run's profile asks for, in KubeSpawner's terms; a backend without pods
            has no use for it.
    """

    spec: RunSpec
    notebook: bytes = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)
    limits: RunLimits = field(default_factory=RunLimits)
    profile: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """The attempt's name in every backend: run id and attempt, so a second start is the same one."""
        return f"{self.spec.run_id}-{self.spec.attempt}"


class ComputePort(abc.ABC, Generic[WorkT]):
    """What an adapter promises, of whatever kind its work is.

    * ``start`` is idempotent per reference: started twice, at once or later, from one studio or from
      two, there is one of it; a run's notebook is executed at most once.
    * Work survives the studio: a new studio over the same place finds, follows and cancels it.
    * Secrets in the environment are seen by their owner alone: not in arguments, not in names,
      not in files that others can read.
    * After ``cancel`` the runner and all that the notebook started are gone within
      ``cancel_grace_seconds``, whatever the notebook does.
    * What is not known now is an error, and never ``gone``: a backend that is away ends nothing.

    Attributes:
        cancel_grace_seconds: How long a cancelled runner may take to end.
        keeps_spools: A second start of an attempt finds what the first one left.
    """

    cancel_grace_seconds: float = 30.0
    keeps_spools: bool = True

    @abc.abstractmethod
    async def start(self, request: WorkT) -> str:
        """Start (or start again) a piece of work, such as the runner of an attempt, and give its reference.

        Raises:
            NeverStarts: If it cannot be started as it is asked for, however often that is tried.
            ComputeError: If it could not be started now. Nothing then runs; what a start has left half made,
                the next one completes.
        """

    @abc.abstractmethod
    async def state(self, reference: str) -> ComputeState:
        """Say where an attempt's runner is; ``gone`` too for a reference never heard of.

        Raises:
            ComputeError: If that is not known now.
        """

    async def why(self, reference: str, *, told_to_end: bool = False) -> str:
        """Say in a sentence for people why a runner does not run yet, is not heard of, or was ended.

        Empty if there is nothing to say, or nothing is known.

        Args:
            reference: The attempt's.
            told_to_end: The runner says that something other than the studio told it to end; it may still run.

        Raises:
            ComputeError: If that cannot be asked now.
        """
        return ""

    @abc.abstractmethod
    async def cancel(self, reference: str) -> None:
        """Ask an attempt to end. Returns at once; harmless if it is gone."""

    @abc.abstractmethod
    async def log(self, reference: str, offset: int, limit: int = LOG_CHUNK_BYTES) -> bytes:
        """Read up to ``limit`` bytes of an attempt's log from ``offset`` on; empty if there is no more yet.

        Raises:
            UnknownReference: If nothing is kept under this reference.
        """

    @abc.abstractmethod
    async def list_all(self) -> dict[str, ComputeState]:
        """List every attempt that is kept, running or not."""

    async def list_running(self) -> list[str]:
        """List the attempts whose runner lives."""
        return [
            reference for reference, state in (await self.list_all()).items() if state != ComputeState.gone
        ]

    @abc.abstractmethod
    async def remove(self, reference: str) -> None:
        """Drop what is kept of an attempt; harmless if there is nothing.

        Raises:
            StillRunning: If its runner lives.
        """

    async def prepare(self) -> None:
        """Warm up what makes the first start quick; a backend works without it too."""

    async def close(self) -> None:
        """Let go of connections. Runs go on."""


# For the attempts of runs.
ComputeBackend = ComputePort[StartRequest]
