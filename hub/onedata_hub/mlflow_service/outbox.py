"""Lineage events on their way to the studio: files first, so that none is lost.

A file is written, synced and renamed into place before the caller's answer leaves; it goes away
once the studio has taken the event. The studio may see an event twice (we ended between its answer
and the file's removal): events carry the run's id, and taking one again changes nothing.
"""

import asyncio
import json
import logging
import os
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
from onedata.contract import API_PREFIX

log = logging.getLogger("onedata.mlflow.outbox")

_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 60.0
# The studio understood and will never take it. Everything else may pass.
_REFUSED = frozenset({400, 409, 413, 422})


class Outbox:
    """A folder of events: ``*.json`` to deliver, ``refused/`` for those that the studio will not take."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._changed = asyncio.Event()

    def put(self, workspace: str, event: dict[str, Any]) -> Path:
        """Keep an event until the studio has it. On return it is on the disk."""
        file = self.folder / f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}.json"
        write_synced(file, {"workspace": workspace, "event": event})
        self._changed.set()
        return file

    def waiting(self) -> list[Path]:
        """List what is still to be delivered, oldest first."""
        return sorted(self.folder.glob("*.json"))

    async def deliver_forever(self, http: httpx.AsyncClient, studio_url: str, token: str) -> None:
        """Send events as they come; while the studio is away, try again ever more seldom.

        Args:
            http: The client to send with.
            studio_url: The studio's address without a slash at the end.
            token: This service's own hub token.
        """
        pause = _FIRST_PAUSE_SECONDS
        while True:
            self._changed.clear()
            try:
                delivered = await self._deliver_all(http, studio_url, token)
            except Exception:  # the outer loop: whatever it was, the files are there and are tried again
                log.exception("Lineage waits.")
                delivered = False
            if delivered:
                pause = _FIRST_PAUSE_SECONDS
                await self._changed.wait()
            else:
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _deliver_all(self, http: httpx.AsyncClient, studio_url: str, token: str) -> bool:
        for file in await asyncio.to_thread(self.waiting):
            kept = json.loads(await asyncio.to_thread(file.read_bytes))
            url = f"{studio_url}{API_PREFIX}/workspaces/{kept['workspace']}/lineage/events"
            try:
                answer = await http.post(url, json=kept["event"], headers={"Authorization": f"token {token}"})
            except httpx.HTTPError as error:
                log.warning("Lineage waits: the studio does not answer (%s).", type(error).__name__)
                return False
            if answer.is_success:
                await asyncio.to_thread(file.unlink)
            elif answer.status_code in _REFUSED:
                await asyncio.to_thread(self._set_aside, file, answer)
            else:
                log.warning("Lineage waits: the studio said %s.", answer.status_code)
                return False
        return True

    def leave_note(self, note: dict[str, Any]) -> Path:
        """Note what is about to happen; whoever sees it end takes the note away.

        One that is still there at the next start tells of something that may have happened
        without its event.
        """
        notes = self.folder / "notes"
        notes.mkdir(mode=0o700, exist_ok=True)
        file = notes / f"{uuid.uuid4().hex}.json"
        write_synced(file, note)
        return file

    def notes_left(self) -> list[Path]:
        """List the notes that nobody took away."""
        return sorted((self.folder / "notes").glob("*.json"))

    def _set_aside(self, file: Path, answer: httpx.Response) -> None:
        refused = self.folder / "refused"
        refused.mkdir(mode=0o700, exist_ok=True)
        file.rename(refused / file.name)
        log.error(
            "The studio refused a lineage event (%s: %s). It is kept as %s.",
            answer.status_code,
            answer.text[:300],
            refused / file.name,
        )


def write_synced(file: Path, content: dict[str, Any]) -> None:
    """Write JSON so that after a power cut the file is either whole or not there."""
    draft = file.with_suffix(".draft")
    with draft.open("wb") as stream:
        stream.write(json.dumps(content).encode())
        stream.flush()
        os.fsync(stream.fileno())
    draft.rename(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
