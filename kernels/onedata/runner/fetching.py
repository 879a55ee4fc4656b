"""Get what to execute from the studio, where nobody could put it into the spool."""

import logging
import random
import time
from collections.abc import Mapping

from onedata.contract import environment as names
from onedata.contract.runner import RunLimits, RunOrders
from onedata.runner.spool import Spool
from onedata.runner.stopping import StopRequest
from onedata.runner.studio import StudioAway, StudioLink

PATIENCE_SECONDS = 6 * 3600.0
_FIRST_WAIT_SECONDS = 0.25
_LONGEST_WAIT_SECONDS = 15.0
_LOOK_SECONDS = 0.25
_logger = logging.getLogger(__name__)


class NotFetched(Exception):
    """The run was asked to stop before its orders came, or the studio stayed away too long."""


def fetch_orders(spool: Spool, environment: Mapping[str, str], stop: StopRequest) -> None:
    """Fill a spool with its orders, unless it has them.

    Args:
        spool: The folder; names this place to the studio, which gives the orders to one place alone.
        environment: Says where the studio is, which run this is, its key and its limits.
        stop: Ends the waiting for a studio that is away.

    Raises:
        NotFetched: If there are none to be had now.
        StudioRefused: If the studio refuses them for good: another place has them, or the run is over.
        KeyError: If the environment does not say enough; names the first that is missing.
        ValueError: If what it says is not an address or no limits.
    """
    if spool.has_spec():
        return
    link = StudioLink(environment[names.STUDIO_URL], environment[names.RUN_ID], environment[names.RUN_KEY])
    limits = RunLimits.model_validate_json(environment.get(names.RUN_LIMITS, "{}"))
    spool.fill(_ask(link, spool.place(), stop), limits)


def _ask(link: StudioLink, place: str, stop: StopRequest) -> RunOrders:
    """Ask until the studio answers, with growing waits."""
    wait, deadline = _FIRST_WAIT_SECONDS, time.monotonic() + PATIENCE_SECONDS
    while stop.reason is None:
        try:
            return link.begin(place)
        except StudioAway as error:
            if time.monotonic() > deadline:
                raise NotFetched(f"The studio stayed away: {error}") from error
            _logger.info("The studio is away, asking again in %.1f s: %s", wait, error)
        # Runners that wait for one studio should not all call in the same moment.
        _sleep(wait * random.uniform(0.75, 1.25), stop)  # noqa: S311 - spreads load, keeps no secret
        wait = min(wait * 2, _LONGEST_WAIT_SECONDS)
    raise NotFetched("The run was asked to stop before it began.")


def _sleep(seconds: float, stop: StopRequest) -> None:
    """Sleep in short naps: a signal's handler asks ``stop`` and wakes nobody."""
    until = time.monotonic() + seconds
    while stop.reason is None and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, _LOOK_SECONDS))
