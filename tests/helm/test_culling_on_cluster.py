"""Idle servers in pods are stopped; one with a busy kernel or a running job of its user stays until that has ended."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from onedata_hub.tour.hub_session import HubSession

from tests.cluster.client import Cluster
from tests.helm.charts import Helm
from tests.helm.installed import USER_PASSWORD, Installed, new_release
from tests.helm.losing import begin, has_said, new_kernel, until
from tests.helm.using import submit

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]

IDLE_SECONDS = 20  # the culler looks every ten, then
_END_SECONDS = 90
_WAIT = """
import os, time
print("waits", flush=True)
while not os.path.exists("/home/jovyan/enough"):
    time.sleep(0.2)
"""
_ENOUGH = "open('/home/jovyan/enough', 'w').close()"


@dataclass
class Person:
    """Somebody with a server of their own."""

    installed: Installed
    session: HubSession

    @property
    def pod(self) -> str:
        return f"jupyter-{self.session.user}"

    async def inactive_seconds(self) -> float:
        """Give how long the hub has heard of no use of the server."""
        servers = await self._servers()
        assert servers, f"the server of {self.session.user} was stopped"
        last = datetime.fromisoformat(servers[""]["last_activity"])
        return (datetime.now(UTC) - last).total_seconds()

    async def has_no_server(self) -> bool:
        return not await self._servers() and self.pod not in self.installed.pods()

    async def _servers(self) -> dict[str, Any]:
        model = await self.session.get_json(f"/hub/api/users/{self.session.user}")
        return dict(model["servers"])


@pytest.fixture(scope="module")
def installed(
    cluster: Cluster, helm: Helm, full_chart: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    """The chart with a short idle time."""
    with new_release(cluster, helm, full_chart, tmp_path_factory.mktemp("culling")) as release:
        release.change("install", {"global": {"onedata": {"idleTimeoutSeconds": IDLE_SECONDS}}})
        yield release


@pytest.fixture
async def people(installed: Installed) -> AsyncIterator[list[Person]]:
    """Three who have logged in."""
    async with AsyncExitStack() as sessions:
        found = []
        for name in ("ann", "ben", "cho"):
            session = await sessions.enter_async_context(HubSession(installed.address(), name))
            await session.login(USER_PASSWORD)
            found.append(Person(installed, session))
        yield found


async def test_an_idle_server_is_stopped_and_those_at_work_are_when_their_work_has_ended(
    installed: Installed, people: list[Person]
):
    idle, computing, waiting = people
    workspace = f"/services/studio/api/v1/workspaces/user-{waiting.session.user}"
    run = await submit(waiting.session, "long", _WAIT, workspace)
    await until("the run", lambda: has_said(waiting.session, run, "waits"), installed=installed)
    await waiting.session.start_server(lambda _: None, profile="small")
    await computing.session.start_server(lambda _: None, profile="small")
    begin(installed, computing.pod, await new_kernel(computing.session), _WAIT)
    await idle.session.start_server(lambda _: None, profile="small")

    await until("the idle server's end", idle.has_no_server, _END_SECONDS, installed=installed)

    async def look_idle() -> bool:
        return all([await one.inactive_seconds() > 2 * IDLE_SECONDS for one in (computing, waiting)])

    await until("the others to look idle for twice that time", look_idle, installed=installed)
    assert {computing.pod, waiting.pod} <= set(installed.pods())
    for one in (computing, waiting):
        installed.python(one.pod, _ENOUGH)
        await until(f"the end of {one.pod}", one.has_no_server, _END_SECONDS, installed=installed)
