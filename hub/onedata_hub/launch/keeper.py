"""Keep proxy and hub running, and end everything in order."""

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from onedata_hub.launch.probe import json_of, status_of
from onedata_hub.launch.processes import (
    Child,
    end_processes,
    noted_process,
    pause,
    servers_of,
    services_of,
    wait_until_gone,
)
from onedata_hub.launch.proxy import proxy_command
from onedata_hub.launch.refusal import StartRefused
from onedata_hub.launch.state import StateFolder
from onedata_hub.settings import PlatformSettings

_READY_SECONDS = 180.0
_LOOK_EVERY_SECONDS = 0.1
_LONGEST_DELAY_SECONDS = 30.0
_STABLE_SECONDS = 60.0  # a hub that ran this long starts again at once
_HUB_STOP_SECONDS = 40.0
_PROXY_STOP_SECONDS = 5.0
_SERVICE_GRACE_SECONDS = 8.0

Say = Callable[[str], None]


class Keeper:
    """Starts proxy and hub, starts them again when they end, and stops all that they started.

    The proxy runs beside the hub, so that people keep working in their servers while a hub restarts.
    Runs of jobs are left alone: they are processes of their own, and deliver what they made to the next studio.
    """

    def __init__(self, settings: PlatformSettings, state: StateFolder, say: Say) -> None:
        self.settings = settings
        self.state = state
        self.say = say
        self.stopping: list[bool] = []
        ports = state.inner_ports()
        self._hub_url = f"http://127.0.0.1:{ports['hub']}/hub"
        self._proxy_api = f"http://127.0.0.1:{ports['proxy']}"
        self.proxy = self._child("proxy", self._proxy_arguments(ports), {})
        self.hub = self._child("hub", self._hub_arguments(), settings.to_environment())
        self.proxy.environment["CONFIGPROXY_AUTH_TOKEN"] = state.secret("proxy-token")
        self._since = {"hub": 0.0, "proxy": 0.0}
        self._delay = {"hub": 0.0, "proxy": 0.0}

    def _child(self, name: str, command: list[str], environment: dict[str, str]) -> Child:
        folder = self.state / "hub"
        log, pid_file = self.state / "logs" / f"{name}.log", self.state / "run" / f"{name}.json"
        return Child(name, command, folder, log=log, pid_file=pid_file, environment=environment)

    def _proxy_arguments(self, ports: dict[str, int]) -> list[str]:
        return [
            *proxy_command(),
            *("--ip", self.settings.host, "--port", str(self.settings.port)),
            *("--api-ip", "127.0.0.1", "--api-port", str(ports["proxy"])),
            *("--error-target", f"{self._hub_url}/error", "--log-level", "warn"),
        ]

    @staticmethod
    def _hub_arguments() -> list[str]:
        configuration = Path(__file__).parent.parent / "jupyterhub_config.py"
        return [sys.executable, "-m", "jupyterhub", "--config", str(configuration)]

    def end_leftovers(self) -> None:
        """End proxy and hub of an earlier start that was killed."""
        for child in (self.hub, self.proxy):
            process = noted_process(child.pid_file)
            if process is not None:
                self.say(f"Ending the {child.name} of an earlier start (pid {process.pid}).")
                self._end_with_services(
                    process.pid, end_processes([process], seconds=_HUB_STOP_SECONDS)[0].pid
                )
            child.pid_file.unlink(missing_ok=True)

    def _end_with_services(self, *hub_pids: int) -> None:
        """End the services of hubs that are gone; they end by themselves unless they hang."""
        left = [service for pid in set(hub_pids) for service in services_of(pid)]
        end_processes(wait_until_gone(left, seconds=_SERVICE_GRACE_SECONDS), seconds=2)

    def start_proxy(self) -> None:
        """Start the proxy."""
        self.proxy.start()
        self._since["proxy"] = time.monotonic()

    def start_hub(self) -> None:
        """Start the hub, which starts the services."""
        self.hub.start()
        self._since["hub"] = time.monotonic()

    def wait_until_ready(self) -> None:
        """Wait until hub and studio answer through the proxy.

        Raises:
            StartRefused: If one of them ends, or does not answer in time; gives its last words.
        """
        end = time.monotonic() + _READY_SECONDS
        while not self.stopping and not self.is_ready():
            for child in (self.proxy, self.hub):
                if child.exit_status() is not None:
                    raise StartRefused(
                        f"The {child.name} ended with status {child.exit_status()}: "
                        f"{child.last_words() or 'it said nothing'} (more in {child.log})."
                    )
            if time.monotonic() > end:
                raise StartRefused(
                    f"The hub did not answer within {_READY_SECONDS:.0f} s: look at {self.hub.log}."
                )
            pause(_LOOK_EVERY_SECONDS, until=self.stopping)

    def is_ready(self) -> bool:
        """Say whether hub and studio answer through the proxy."""
        routes = json_of(f"{self._proxy_api}/api/routes", token=self.state.secret("proxy-token")) or {}
        public = self.settings.public_url
        return (
            "/services/studio"
            in routes  # asking before the hub set its routes would fill the logs with errors
            and status_of(f"{public}/hub/health") == 200
            and status_of(f"{public}/services/studio/health/ready") == 200
        )

    def keep(self, on_look: Callable[[], None]) -> None:
        """Start again what ends, until told to stop.

        Args:
            on_look: Called at every look, a few times a second.
        """
        while not self.stopping:
            if self.proxy.exit_status() is not None:
                self._restart(self.proxy, self.start_proxy)
                self._wait_for_proxy()
            if self.hub.exit_status() is not None:
                dead = self.hub.process
                self._restart(self.hub, self.start_hub, dead_hub=dead.pid if dead else None)
            on_look()
            pause(_LOOK_EVERY_SECONDS * 3, until=self.stopping)

    def _restart(self, child: Child, start: Callable[[], None], dead_hub: int | None = None) -> None:
        ran = time.monotonic() - self._since[child.name]
        delay = 0.0 if ran > _STABLE_SECONDS else self._delay[child.name]
        self._delay[child.name] = min(_LONGEST_DELAY_SECONDS, max(1.0, delay * 2))
        wait = f" in {delay:.0f} s" if delay else ""
        self.say(
            f"The {child.name} ended ({_ending(child.exit_status())}); starting it again{wait}. "
            f"What it said is in {child.log}."
        )
        if dead_hub is not None:
            self._end_with_services(dead_hub)
        pause(delay, until=self.stopping)
        if not self.stopping:
            start()

    def _wait_for_proxy(self) -> None:
        """Have the hub fill the new proxy's routes at once; it would notice within half a minute itself."""
        end = time.monotonic() + 10
        while not self.stopping and time.monotonic() < end:
            token = self.state.secret("keeper-token")
            if status_of(f"{self._hub_url}/api/proxy", token=token, method="POST") == 200:
                return
            pause(_LOOK_EVERY_SECONDS, until=self.stopping)

    def stop(self) -> None:
        """End hub (with services and user servers), proxy, and servers that the hub lost sight of."""
        hub = self.hub.process
        services = services_of(hub.pid) if hub else []
        self.hub.tell_to_stop()
        # The hub ends its services one after the other, and waits for each: this ends them all at once.
        end_processes(services, seconds=_SERVICE_GRACE_SECONDS)
        self.hub.wait_or_kill(seconds=_HUB_STOP_SECONDS)
        if hub is not None:
            self._end_with_services(hub.pid)
        self.proxy.tell_to_stop()
        self.proxy.wait_or_kill(seconds=_PROXY_STOP_SECONDS)
        end_processes(servers_of(f"{self._hub_url}/api"), seconds=5)
        shutil.rmtree(self.state.sockets_folder(), ignore_errors=True)


def _ending(status: int | None) -> str:
    if status is not None and status < 0:
        return f"signal {-status}"
    return f"status {status}"
