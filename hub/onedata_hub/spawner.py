"""User servers as local processes, held to what their profile says as far as the machine can."""

import asyncio
import itertools
import math
import os
import resource
from collections.abc import Callable
from pathlib import Path
from subprocess import DEVNULL, STDOUT
from typing import Any, BinaryIO, ClassVar
from urllib.parse import urlsplit, urlunsplit

import psutil
from jupyterhub.spawner import SimpleLocalProcessSpawner
from onedata.contract.environment import PROFILE, PROFILE_OPTIONS
from traitlets import Unicode, default

from onedata_hub.homes import home_of, prepare_home
from onedata_hub.launch.processes import end_processes, servers_of
from onedata_hub.naming import personal_workspace, safe_slug
from onedata_hub.profiles import Profiles
from onedata_hub.server_size import options_text
from onedata_hub.start_check import CheckedServer, check_start, groups_of, refusal

_SAME_START_SECONDS = 2.0
_LOOK_EVERY_SECONDS = 0.05
_LOG_BYTES = 5 * 2**20
_STRAY_SECONDS = 5.0
_turn = itertools.count()


class SpawnFailed(Exception):
    """A server ended before it could be used."""

    def __init__(self, status: int, log: Path) -> None:
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
        last = lines[-1] if lines else "it said nothing"
        # Shown by JupyterHub on the page and in the progress of the start.
        self.jupyterhub_message = f"Your server ended with status {status} while it started: {last}"
        super().__init__(f"{self.jupyterhub_message} (more in {log})")


class LocalSpawner(CheckedServer, SimpleLocalProcessSpawner):  # type: ignore[misc]  # JupyterHub has no type information
    """A server as a process of the hub's own user, in a home below ``homes_dir``.

    Memory is limited for each process (RLIMIT_DATA), CPU by the cores the server may run on, GPUs by
    CUDA_VISIBLE_DEVICES. Servers are not walled off from one another: this is for people who trust
    each other with one machine.
    """

    homes_dir = Unicode(config=True, help="Folder that holds the users' homes.")
    sockets_dir = Unicode(config=True, help="Folder for kernels' connection files and sockets.")
    logs_dir = Unicode(config=True, help="Folder for what the servers say, a file for each.")

    held_gpus: ClassVar[dict[str, list[int]]] = {}
    pid: int
    port: int
    popen_kwargs: dict[str, Any]
    pid_started = 0.0

    @default("home_dir")  # type: ignore[untyped-decorator]  # traitlets is not followed
    def _home_below_homes_dir(self) -> str:
        return str(home_of(Path(self.homes_dir), self.user.name))

    async def start(self) -> tuple[str, int]:
        """Make the home, start the server, and wait until it listens.

        The hub's own wait looks ever more rarely, up to 5 s apart, and does not see a server die.

        Raises:
            SpawnFailed: If the server ends before it listens; gives its last words.
        """
        prepare_home(Path(self.home_dir))
        self._runtime_folder().mkdir(mode=0o700, exist_ok=True)
        await asyncio.to_thread(self._end_strays)
        with _private_log(self._log_file()) as log:
            self.popen_kwargs = self.popen_kwargs | {"stdout": log, "stderr": STDOUT, "stdin": DEVNULL}
            ip, port = await super().start()
        self.pid_started = _start_time(self.pid)
        # A hub that is killed while the server starts finds it again: the hub itself notes this only later.
        self.orm_spawner.state = self.get_state()
        self.db.commit()
        await self._wait_until_it_listens(ip, port)
        return ip, port

    def _end_strays(self) -> None:
        """End a server of the same name that a hub started and was killed before it could note it."""
        name = {"JUPYTERHUB_USER": str(self.user.name), "JUPYTERHUB_SERVER_NAME": str(self.name)}
        end_processes(servers_of(self.hub.api_url, **name), seconds=_STRAY_SECONDS)

    async def _wait_until_it_listens(self, ip: str, port: int) -> None:
        while (status := await self.poll()) is None:
            try:
                _, writer = await asyncio.open_connection(ip, port)
            except OSError:
                await asyncio.sleep(_LOOK_EVERY_SECONDS)
            else:
                writer.close()
                return
        raise SpawnFailed(status, self._log_file())

    async def get_url(self) -> str:
        """Give the server's address, also of one that was starting when the hub was killed."""
        known: str = await super().get_url()
        return urlunsplit(urlsplit(known)._replace(netloc=f"127.0.0.1:{self.port}")) if self.port else known

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """Add what belongs to this user and the chosen profile."""
        env = super().user_env(env)
        env["ONEDATA_WORKSPACE"] = personal_workspace(self.user.name)
        env["JUPYTER_RUNTIME_DIR"] = str(self._runtime_folder())
        if self.size is not None:
            env[PROFILE] = self.size.profile
            env[PROFILE_OPTIONS] = options_text(self.size.options)
            env.update(self.size.environment)
            # Empty hides the GPUs from a server that asked for none.
            env["CUDA_VISIBLE_DEVICES"] = ",".join(map(str, self.held_gpus.get(self._log_name, [])))
        return env

    def get_args(self) -> list[str]:
        """Have kernels speak over sockets in a private folder.

        Kernels' TCP ports are open, unencrypted, to every process of the machine.
        """
        return [*super().get_args(), "--KernelManager.transport=ipc"]

    def _runtime_folder(self) -> Path:
        return Path(self.sockets_dir) / safe_slug(self._full_name(), longest=20)

    def _log_file(self) -> Path:
        return Path(self.logs_dir) / f"{safe_slug(self._full_name())}.log"

    def _full_name(self) -> str:
        return f"{self.user.name}/{self.name}" if self.name else str(self.user.name)

    def make_preexec_fn(self, name: str) -> Callable[[], None]:
        """Set the limits in the child, between fork and exec."""
        home = self.home_dir
        memory = self.size.memory_bytes if self.size else None
        cores = _choose_cores(self.size.cpus) if self.size and self.size.cpus else None

        def prepare() -> None:
            os.umask(0o077)
            os.chdir(home)
            if cores is not None:
                os.sched_setaffinity(0, cores)
            if memory is not None:
                resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))

        return prepare

    def reserve_gpus(self, profiles: Profiles) -> None:
        """Take the GPUs that the profile asks for.

        Raises:
            HTTPError: 400 if too few are free; names the profiles that fit.
        """
        assert self.size is not None, "a size is chosen before GPUs are taken"
        self.held_gpus.pop(self._log_name, None)
        taken = set(itertools.chain.from_iterable(self.held_gpus.values()))
        free = [gpu for gpu in range(profiles.machine.gpus) if gpu not in taken]
        if self.size.gpus > len(free):
            fitting = [s for s, p in profiles.by_slug.items() if profiles.size(p).gpus <= len(free)]
            raise refusal(
                self,
                400,
                f"Profile '{self.size.profile}' takes {self.size.gpus} GPU(s); {len(free)} of "
                f"{profiles.machine.gpus} are free. Choose one of: {', '.join(fitting) or 'none fits'}; or wait.",
            )
        if self.size.gpus:
            self.held_gpus[self._log_name] = free[: self.size.gpus]

    def get_state(self) -> dict[str, Any]:
        """Keep when the process started and where it listens, beside its pid."""
        state: dict[str, Any] = super().get_state()
        if self.pid:
            gpus = self.held_gpus.get(self._log_name, [])
            state |= {"pid_started": self.pid_started, "port": self.port, "gpus": gpus}
        return state

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up a server that outlived the hub; a pid that another process has now is not it."""
        super().load_state(state)
        self.pid_started = float(state.get("pid_started", 0.0))
        if self.pid and abs(_start_time(self.pid) - self.pid_started) > _SAME_START_SECONDS:
            self.pid = 0
        if self.pid:
            self.port = int(state.get("port", self.port))
        if self.pid and state.get("gpus"):
            self.held_gpus[self._log_name] = list(state["gpus"])

    def clear_state(self) -> None:
        """Forget the process and give its GPUs back."""
        super().clear_state()
        self.pid_started = 0.0
        self.held_gpus.pop(self._log_name, None)


def check_choice(profiles: Profiles, spawner: LocalSpawner) -> None:
    """Check what was asked for before anything starts; API requests come here without the form.

    Raises:
        HTTPError: 400, 403 or 409 with a sentence that says what can be had.
    """
    own = profiles.of(groups_of(spawner.user))
    check_start(own, spawner)
    assert spawner.size is not None, "the check has chosen it"
    spawner.mem_limit = spawner.size.memory_bytes
    spawner.cpu_limit = spawner.size.cpus
    spawner.reserve_gpus(own)


def _choose_cores(cpus: float) -> set[int] | None:
    """Choose cores for a server, the next ones in turn; None where it may use all there are."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    usable = sorted(os.sched_getaffinity(0))
    count = math.ceil(cpus)
    if count >= len(usable):
        return None
    first = next(_turn) * count
    return {usable[(first + place) % len(usable)] for place in range(count)}


def _private_log(path: Path) -> BinaryIO:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb")


def _start_time(pid: int) -> float:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0
