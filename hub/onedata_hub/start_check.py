"""Whether a server may start: its profile, who may have that, and what its owner has at once.

Form, REST API and named servers all come here, in the hub's own process and without a pause between looking and
noting: of two starts at the same instant, the second sees what the first has taken.
"""

from collections.abc import Iterator
from typing import Any

from onedata.contract.environment import SERVER_SECONDS
from tornado.web import HTTPError

from onedata_hub.profiles import Profiles
from onedata_hub.server_size import ProfileError, ProfileForbidden, ServerSize

_HELD = "gpus_held"


class CheckedServer:
    """What a spawner notes of a start that was allowed: with a Spawner's class behind it.

    Attributes:
        size: What the chosen profile comes to; None before a start.
        gpus_held: GPUs that the server was allowed; None where no start was.
        hours: How long it may run; None is for ever.
    """

    size: ServerSize | None = None
    gpus_held: int | None = None
    hours: float | None = None

    def get_env(self) -> dict[str, str]:
        """Tell the server how long it may run, so that it warns its user."""
        env: dict[str, str] = super().get_env()  # type: ignore[misc]  # of the Spawner behind it
        return env | ({SERVER_SECONDS: str(int(self.hours * 3600))} if self.hours else {})

    def get_state(self) -> dict[str, Any]:
        """Keep what it holds over a restart of the hub."""
        state: dict[str, Any] = super().get_state()  # type: ignore[misc]  # of the Spawner behind it
        return state if self.gpus_held is None else state | {_HELD: self.gpus_held}

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up what it holds; a server from before limits were kept holds none."""
        super().load_state(state)  # type: ignore[misc]  # of the Spawner behind it
        self.gpus_held = int(state.get(_HELD, 0))

    def clear_state(self) -> None:
        """Give back what it held."""
        super().clear_state()  # type: ignore[misc]  # of the Spawner behind it
        self.gpus_held = None


def groups_of(user: Any) -> frozenset[str]:
    """Give the names of a user's hub groups."""
    return frozenset(group.name for group in user.groups)


def check_start(own: Profiles, spawner: Any) -> None:
    """Check what was asked for, and note what the server takes.

    Args:
        own: What the groups of the server's user may have.
        spawner: The server; its ``user_options`` are what was asked for, and then every choice by its name.

    Raises:
        HTTPError: 403 where it is for other groups, 409 where its user has as much as they may,
            400 where there is no such choice or it cannot be had here.
    """
    try:
        size = own.select(spawner.user_options or {})
    except ProfileForbidden as error:
        raise refusal(spawner, 403, str(error)) from error
    except ProfileError as error:
        raise refusal(spawner, 400, str(error)) from error
    others = list(others_of(spawner))
    why = own.limit.why_no_more(len(others), sum(one.gpus_held for one in others), size.gpus)
    if why:
        names = ", ".join(sorted(repr(one.name or "default") for one in others))
        stop = f" Stop one that you do not need: {names}." if others else ""
        raise refusal(spawner, 409, f"Profile '{size.profile}' cannot be started now: {why}{stop}")
    spawner.size, spawner.gpus_held, spawner.hours = size, size.gpus, own.limit.hours
    spawner.user_options = dict(size.options)


def refusal(spawner: Any, status: int, message: str) -> HTTPError:
    """Make the answer to a start that is refused, and forget what was asked for.

    The hub has already kept these options for the next start without any: that must not fail too.
    """
    spawner.orm_spawner.user_options = {}
    spawner.gpus_held = None
    return not_started(status, message)


def not_started(status: int, message: str) -> HTTPError:
    """Make the end of a start with a sentence for its user.

    Below 500 it is no fault of the hub, which ends itself after several of those in a row.
    """
    ended = HTTPError(status, message)
    ended.jupyterhub_message = message  # what the hub shows in the progress of the start
    return ended


def others_of(spawner: Any) -> Iterator[Any]:
    """Give the other servers of the same user that run, start or stop."""
    for one in spawner.user.spawners.values():
        if one is not spawner and one.active and one.gpus_held is not None:
            yield one


def notes_of(own: Profiles, spawner: Any, size: ServerSize) -> list[str]:
    """Say beside a profile why it cannot be had now, as long as the user's other servers run.

    Args:
        own: What the user's groups may have.
        spawner: The server that would start.
        size: What the profile comes to.
    """
    others = list(others_of(spawner))
    why = own.limit.why_no_more(len(others), sum(one.gpus_held for one in others), size.gpus)
    return [f"Not now: {why}"] if why else []
