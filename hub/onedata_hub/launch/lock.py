"""One platform in a state folder: who holds it says where it can be reached."""

import fcntl
import json
import os
from pathlib import Path
from typing import IO

from onedata_hub.launch.state import StateFolder, write_privately


class PlatformLock:
    """Held by ``onedata up`` for as long as it runs; the system lets go of it however that ends."""

    def __init__(self, state: StateFolder) -> None:
        self._lock = state / "run" / "up.lock"
        self._note = state / "run" / "up.json"
        self._file: IO[str] | None = None

    def take(self) -> bool:
        """Take the lock; False where another has it."""
        file = self._lock.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let go, with nothing running any more."""
        self._note.unlink(missing_ok=True)
        if self._file is not None:
            self._file.close()
            self._file = None

    def announce(self, url: str) -> None:
        """Note where the platform is reached."""
        write_privately(self._note, json.dumps({"url": url, "pid": os.getpid()}))

    def announced_url(self) -> str | None:
        """Read where the platform is reached; None while it still starts, or where none runs."""
        return announced_url(self._note)


def announced_url(note: Path) -> str | None:
    """Read a platform's address from the note of ``onedata up``."""
    try:
        return str(json.loads(note.read_text())["url"])
    except (OSError, ValueError, KeyError):
        return None


def running_url(state: StateFolder) -> str | None:
    """Give the address of the platform that runs in a state folder; None where none does."""
    if not (state / "run").is_dir():
        return None
    lock = PlatformLock(state)
    if lock.take():
        lock.release()
        return None
    return lock.announced_url()
