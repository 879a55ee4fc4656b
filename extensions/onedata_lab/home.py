"""What JupyterLab shows of a home: what was left out when this server started, and what can be done about it."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.utils import url_path_join
from onedata.contract.homes import packages_of
from onedata.errors import InvalidInput
from onedata.home import room, trouble
from onedata.home.conflicts import conflicts_of, left_behind
from onedata.home.mending import put_aside
from tornado.web import authenticated

from onedata_lab.local import RESOURCE, LocalHandler

_NEARLY_FULL = 0.95
_LITTLE_BYTES = 2**30


class HomeHandler(LocalHandler):
    """A home's trouble, its room, and added packages that do not fit."""

    @authenticated  # type: ignore[untyped-decorator]
    @authorized("read", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Say what is wrong with the home; where room is short, what takes it."""
        await self.answer(_state, Path.home())


class FreeHandler(LocalHandler):
    """Makes room in a home."""

    @authenticated  # type: ignore[untyped-decorator]
    @authorized("write", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def post(self) -> None:
        """Remove caches and what is in the trash."""
        await self.answer(lambda: {"freed_bytes": room.free(Path.home())})


class AsideHandler(LocalHandler):
    """Renames what keeps a server or its kernels from starting."""

    @authenticated  # type: ignore[untyped-decorator]
    @authorized("write", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def post(self) -> None:
        """Rename added packages or settings (``kind``) out of the way."""
        await self.answer(_set_aside, (self.get_json_body() or {}).get("kind"))


def _state(home: Path) -> dict[str, Any]:
    found, measured = trouble.read(os.environ), room.room_of(home)
    is_short = any(one.kind == "full" for one in found) or (
        measured.used_bytes > _NEARLY_FULL * measured.total_bytes and measured.free_bytes < _LITTLE_BYTES
    )
    return {
        "troubles": [asdict(one) for one in found],
        "room": asdict(measured),
        "is_short": is_short,
        "largest": [asdict(one) for one in room.largest_folders(home)] if is_short else [],
        "freeable_bytes": room.freeable_bytes(home) if is_short else 0,
        "conflicts": conflicts_of(packages_of(home)),
        "left_behind": left_behind(home),
    }


def _set_aside(kind: Any) -> dict[str, Any]:
    if kind not in ("packages", "config"):
        raise InvalidInput("kind names nothing that can be renamed. Send packages or config.")
    try:
        return {"moved": [[str(before), str(after)] for before, after in put_aside(Path.home(), kind)]}
    except OSError as error:
        raise InvalidInput(
            f"It cannot be renamed: {error.strerror}. Make room in your home first."
        ) from error


def routes(base_url: str) -> list[tuple[str, type[LocalHandler]]]:
    """Give the handlers."""
    here = url_path_join(base_url, RESOURCE, "local", "home")
    return [(here, HomeHandler), (f"{here}/free", FreeHandler), (f"{here}/aside", AsideHandler)]
