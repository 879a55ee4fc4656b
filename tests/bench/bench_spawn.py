"""POST /users/x/server to ready: the platform's hub over a bare one."""

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.bench.bare_hub import bare_hub
from tests.bench.harness import Figure, take_turns
from tests.support.platform import Platform

USER = "ann"
SPAWN_SECONDS = 90.0


class Hub:
    """A hub on which one user's server is started and stopped."""

    def __init__(self, url: str, token: str) -> None:
        self._http = httpx.Client(
            base_url=f"{url}/hub/api", headers={"Authorization": f"token {token}"}, timeout=SPAWN_SECONDS
        )

    def make_user(self) -> None:
        """Make the user where they are not there."""
        if self._http.get(f"/users/{USER}").status_code == 404:
            self._http.post(f"/users/{USER}").raise_for_status()

    def spawn(self) -> float:
        """Start the server, wait until the hub says ready, stop it; give the seconds to ready."""
        began = time.perf_counter()
        self._http.post(f"/users/{USER}/server", json={}).raise_for_status()
        self._await_ready()
        taken = time.perf_counter() - began
        self._stop()
        return taken

    def _await_ready(self) -> None:
        with self._http.stream("GET", f"/users/{USER}/server/progress") as stream:
            for line in stream.iter_lines():
                event = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if event.get("failed"):
                    raise RuntimeError(f"A server did not start: {event}")
                if event.get("ready"):
                    return
        raise RuntimeError("The hub stopped telling of a server's start before it was ready.")

    def _stop(self) -> None:
        self._http.delete(f"/users/{USER}/server").raise_for_status()
        deadline = time.monotonic() + SPAWN_SECONDS
        while time.monotonic() < deadline:
            if not self._http.get(f"/users/{USER}").json()["servers"]:
                return
            time.sleep(0.1)
        raise RuntimeError("A server did not stop.")


def measure(quick: bool) -> Iterator[Figure]:
    """Start servers on both hubs by turns."""
    with (
        tempfile.TemporaryDirectory() as folder,
        bare_hub(Path(folder)) as (bare_url, bare_token),
        Platform() as platform,
    ):
        ours, theirs = Hub(platform.url, platform.token(USER)), Hub(bare_url, bare_token)
        theirs.make_user()
        turns = take_turns(ours.spawn, theirs.spawn, pairs=2 if quick else 9)
    yield Figure(
        "spawn.ratio", "A server from POST to ready, over a bare hub", turns.ratio, "x", 1.15, str(turns)
    )
