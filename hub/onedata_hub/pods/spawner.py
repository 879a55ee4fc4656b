"""User servers as pods: KubeSpawner, with starts that are checked, and told of in words for people."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Collection, Iterator
from typing import Any, ClassVar

from jupyterhub import version_info
from kubespawner import KubeSpawner  # type: ignore[import-untyped]  # it has no type information
from tornado.web import HTTPError
from traitlets import Bool, Callable, Dict, Unicode, default

from onedata_hub.backends.compute.kubernetes.capacity import Asked, CapacityReader
from onedata_hub.backends.compute.kubernetes.refusals import UNANSWERED, why_away, why_refused
from onedata_hub.pods.namespaces import WORKSPACE_OPTION, PlacedServer, choice_of
from onedata_hub.pods.request import asked_of
from onedata_hub.pods.story import Story, is_placed
from onedata_hub.profiles import Profiles
from onedata_hub.server_form import read_form, render_form
from onedata_hub.server_size import ServerSize
from onedata_hub.start_check import CheckedServer, check_start, groups_of, not_started, notes_of

_LOOK_EVERY_SECONDS = 1.0
# The hub itself gives up at its start_timeout, and says no more than that; we are to be first.
_SOONER_SECONDS = 2.0
_OUR_FAULT = 500
_NOT_NOW = "Your server cannot be started now."


class PodSpawner(PlacedServer, CheckedServer, KubeSpawner):  # type: ignore[misc]  # KubeSpawner has no type information
    """A server as a pod, of a profile that its user's groups may have."""

    profiles_for = Callable(
        None, allow_none=True, config=True, help="Gives the profiles of people in the hub groups it is given."
    )
    shows_capacity = Bool(
        False,
        config=True,
        help="Whether what is free in the cluster is told; it takes reading nodes and pods.",
    )
    namespaces = Dict(
        value_trait=Unicode(),
        config=True,
        help="Namespaces of workspaces that have one, by the workspace's name.",
    )
    _capacity: ClassVar[CapacityReader] = CapacityReader()

    @property
    def own_profiles(self) -> Profiles:
        """What the groups of the server's user may have."""
        groups: Collection[str] = groups_of(self.user)
        own: Profiles = self.profiles_for(groups)
        return own

    async def run_pre_spawn_hook(self) -> None:
        """Check the start before anything else; starts by the REST API come here too.

        Raises:
            HTTPError: 400, 403 or 409 with a sentence that says what can be had.
        """
        with self._refusals_uncounted():
            self._check()
        # The hub reads how long it is to wait before KubeSpawner lays the profile over.
        assert self.size is not None, "the check has chosen it"
        if "start_timeout" in self.size.overrides:
            self.start_timeout = int(self.size.overrides["start_timeout"])
        ours = super().run_pre_spawn_hook()
        if asyncio.iscoroutine(ours) or isinstance(ours, asyncio.Future):
            await ours
        # A hub that ends while the pod starts finds it again, and what it holds: JupyterHub notes both only later.
        self.orm_spawner.state = self.get_state()
        self.db.commit()

    def _check(self) -> None:
        self.choose_place()
        workspace = choice_of(self)
        self.user_options = {
            name: value for name, value in (self.user_options or {}).items() if name != WORKSPACE_OPTION
        }
        check_start(self.own_profiles, self)
        if workspace:
            self.user_options = {**self.user_options, WORKSPACE_OPTION: workspace}

    @contextlib.contextmanager
    def _refusals_uncounted(self) -> Iterator[None]:
        """Keep a start that is refused from being counted among the hub's own faults, as JupyterHub 6 does by itself.

        JupyterHub 5 counts every start that fails, once it has, and ends the hub after five in a row.
        """
        try:
            yield
        except HTTPError as error:
            if error.status_code < _OUR_FAULT and version_info < (6,) and self.handler is not None:
                settings = self.handler.settings
                settings["failure_count"] = settings.get("failure_count", 0) - 1
            raise

    @default("options_form")  # type: ignore[untyped-decorator]  # traitlets is not followed
    def _form(self) -> Any:
        return PodSpawner._draw_form if self.profile_list or self.namespaces else ""

    @default("options_from_form")  # type: ignore[untyped-decorator]  # traitlets is not followed
    def _read_form(self) -> Any:
        return read_form

    async def _draw_form(self) -> str:
        if not self.profile_list and not self.places:
            return ""  # there is nothing to choose
        own = self.own_profiles
        capacity = await self._capacity.read(self.api) if self.shows_capacity else None

        def notes(size: ServerSize) -> list[str]:
            free = capacity.words(asked_of(self, size.overrides)) if capacity else []
            return [*free, *notes_of(own, self, size)]

        return render_form(own, notes=notes, last=self.orm_spawner.user_options, workspaces=self.places)

    async def _start(self) -> Any:
        """Start the pod; where the cluster does not take it, or cannot place it in time, say why.

        Raises:
            HTTPError: 409 if the cluster refused it or does not answer, or no machine had room for it within the
                start's time.
        """
        self._is_taken = False
        with self._refusals_uncounted():
            try:
                return await self._start_in_time()
            except Exception as error:
                why = why_refused(error, self.namespace) or why_away(error)
                if not why:
                    raise
                raise not_started(409, f"{_NOT_NOW} {why}") from error

    async def _start_in_time(self) -> Any:
        try:
            async with asyncio.timeout(max(1.0, self.start_timeout - _SOONER_SECONDS)):
                return await super()._start()
        except TimeoutError:
            pod = self._pod()
            if pod is None:
                raise not_started(409, f"{_NOT_NOW} {await self._why_no_pod()}") from None
            if is_placed(pod):
                raise
            why = await self._why(pod)
            raise not_started(
                409, f"Your server found no place within {self.start_timeout} seconds. {why}"
            ) from None

    async def _why_no_pod(self) -> str:
        """Say why there is no pod, after a look by a new watch: the old one may have been cut.

        KubeSpawner looks anew too, where it is the one that gives the start up.
        """
        with contextlib.suppress(TimeoutError):
            watch = await self._start_watching_pods(replace=True)
            if self._is_taken and not watch.watch_task.done() and self._pod() is None:
                return "Its pod was deleted before it was ready. Start your server again."
        return UNANSWERED

    async def _make_create_pod_request(self, pod: Any, request_timeout: float) -> bool:
        """Ask for the pod; of one that is refused no more than its name comes into the hub's log.

        KubeSpawner writes all of it, and its environment has the server's token.
        """
        pod.to_str = lambda: f"pod {pod.metadata.name}"
        self._is_taken = bool(await super()._make_create_pod_request(pod, request_timeout))
        return self._is_taken

    async def _start_reflector(self, kind: str, *args: Any, **given: Any) -> Any:
        """Watch a kind of object; one whose watch was refused or has given up is watched anew the next time.

        KubeSpawner gives a watch up once the API server has been away for a minute, and takes it, like one that was
        refused, for a good one from then on: it sees nothing, so that servers never become ready and never end.
        """
        key = self._get_reflector_key(kind)
        before = self.reflectors.get(key)
        has_given_up = before is not None and before.watch_task is not None and before.watch_task.done()
        try:
            return await super()._start_reflector(
                kind, *args, **given | ({"replace": True} if has_given_up else {})
            )
        except BaseException as error:
            made = self.reflectors.get(key)
            if made is not None and made is not before and made.watch_task is None:
                if before is None:
                    del self.reflectors[key]
                else:  # others lean on it
                    self.reflectors[key] = before
            if has_given_up and why_away(error):
                return before  # what was known last, as while it was tried again
            raise

    def _pod(self) -> dict[str, Any] | None:
        reflector = self.pod_reflector
        return reflector.pods.get(f"{self.namespace}/{self.pod_name}") if reflector else None

    async def _why(self, pod: dict[str, Any]) -> str:
        story = Story(pod, self.events, self.start_timeout)
        return " ".join([story.now().words, *await self._free_for(pod)])

    async def _free_for(self, pod: dict[str, Any]) -> list[str]:
        """Say what the cluster has for a pod without a place; nothing where that is not to be told."""
        if not self.shows_capacity or is_placed(pod):
            return []
        capacity = await self._capacity.read(self.api)
        if capacity is None:
            return []
        return capacity.words(Asked.by(pod), apart_from=f"{self.namespace}/{self.pod_name}")

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Tell how the start goes, each thing once, until it has ended."""
        if not self.events_enabled:
            return
        await self._start_watching_pods()
        await self._start_watching_events()
        told, begun, patience = "", time.monotonic(), float(self.slow_spawn_message_threshold)
        while True:
            is_over = self._start_future is not None and self._start_future.done()
            pod = self._pod()
            step = Story(pod, self.events, self.start_timeout).now()
            words = " ".join([step.words, *(await self._free_for(pod) if pod else [])])
            if words != told:
                told = words
                yield {"progress": step.percent, "message": words}
            waited = time.monotonic() - begun
            if patience and waited >= patience and not is_over:
                patience = waited + max(self.slow_spawn_message_frequency, 1)
                yield {"message": f"{words} {self.slow_spawn_message.format(seconds=int(waited))}"}
            if is_over:
                return
            await asyncio.sleep(_LOOK_EVERY_SECONDS)


def with_profiles(profiles: Profiles) -> Any:
    """Give what tells the profiles of groups; a function, since traitlets copies any other value deeply."""

    def profiles_for(groups: Collection[str]) -> Profiles:
        return profiles.of(groups)

    return profiles_for
