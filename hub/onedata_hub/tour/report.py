"""What is told of each step while it happens, and kept of it."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from onedata_hub.tour.hub_session import TourError

T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """A step that has ended.

    Attributes:
        name: What was done.
        seconds: How long it took.
        refusal: What went wrong; empty where nothing did.
    """

    name: str
    seconds: float
    refusal: str = ""


@dataclass
class Report:
    """The steps so far, what they found, and the links at the end.

    Attributes:
        tell: Called with each line for people.
        steps: Those that have ended, in their order.
        links: What came out of them, by its name.
        facts: What they found, by its name: numbers and names that a reader checks.
    """

    tell: Callable[[str], None]
    steps: list[Step] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)

    async def step(self, name: str, work: Awaitable[T]) -> T:
        """Wait for a step; tell its time, or what went wrong.

        Raises:
            TourError: If the step did not happen, or the platform was not reached.
        """
        started = time.monotonic()
        try:
            done = await work
        except (TourError, httpx.HTTPError, OSError) as error:
            said = str(error) or type(error).__name__
            self._end(name, started, said)
            raise TourError(said) from error
        self._end(name, started, "")
        return done

    def _end(self, name: str, started: float, refusal: str) -> None:
        seconds = time.monotonic() - started
        self.steps.append(Step(name, round(seconds, 2), refusal))
        self.tell(f"{'✗' if refusal else '✓'} {name} ({seconds:.1f} s)")
