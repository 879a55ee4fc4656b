"""A start that the API server does not take: what its user is told, and what is in the hub's log."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientError, web
from aiohttp.test_utils import TestServer
from kubernetes_asyncio.client import Configuration
from kubespawner import KubeSpawner
from onedata_hub.pods.spawner import PodSpawner
from tornado.web import HTTPError

from tests.support.ports import free_port

TOKEN = "the-token-of-the-server-itself"
PODS = "/api/v1/namespaces/people/pods"


async def list_or_watch(request: web.Request) -> web.StreamResponse:
    if "watch" in request.query:
        await asyncio.Event().wait()
    return web.json_response({"items": [], "metadata": {"resourceVersion": "1"}})


def refusing(status: int) -> Any:
    async def refuse(_: web.Request) -> web.Response:
        if not status:
            await asyncio.Event().wait()
        return web.json_response({"message": "not this one"}, status=status)

    return refuse


@pytest.fixture
async def starts(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """Gives a server of a hub whose API server refuses pods with a status, with 0 in silence; with None there is none."""
    monkeypatch.setattr("kubespawner.spawner.load_config", lambda **_: None)
    servers: list[TestServer] = []

    async def made(status: int | None) -> KubeSpawner:
        url = f"http://127.0.0.1:{free_port()}"
        if status is not None:
            app = web.Application()
            app.router.add_get(PODS, list_or_watch)
            app.router.add_post(PODS, refusing(status))
            servers.append(TestServer(app))
            await servers[-1].start_server()
            url = str(servers[-1].make_url("")).rstrip("/")
        monkeypatch.setattr(Configuration, "_default", Configuration(host=url))
        server = PodSpawner(
            _mock=True, namespace="people", api_token=TOKEN, cmd=["run"], events_enabled=False
        )
        server.log = logging.getLogger("hub")
        return server

    yield made
    await PodSpawner._stop_all_reflectors()
    for server in servers:
        await server.close()


async def test_an_api_server_that_is_away_is_told_and_is_no_fault_of_the_hub(starts: Any) -> None:
    with pytest.raises(HTTPError) as refused:
        await (await starts(None)).start()
    assert refused.value.status_code == 409
    assert refused.value.jupyterhub_message == (
        "Your server cannot be started now. The Kubernetes API server does not answer. "
        "Servers and runs go on; try again in a minute."
    )


async def test_an_api_server_that_has_too_much_to_do_is_told_so_too(starts: Any) -> None:
    with pytest.raises(HTTPError, match="does not answer"):
        await (await starts(503)).start()


async def test_an_api_server_that_takes_no_pod_and_says_nothing_is_told_so_too(starts: Any) -> None:
    server = await starts(0)
    server.k8s_api_request_timeout, server.k8s_api_request_retry_timeout = 1, 2
    with pytest.raises(HTTPError, match="does not answer"):
        await server.start()


async def test_a_pod_that_is_refused_leaves_no_token_in_the_hubs_log(
    starts: Any, caplog: pytest.LogCaptureFixture
) -> None:
    server = await starts(403)
    assert TOKEN in str(await server.get_pod_manifest())
    with pytest.raises(HTTPError, match="Kubernetes refuses it in namespace 'people': not this one"):
        await server.start()
    assert f"Failed for pod {server.pod_name}" in caplog.text
    assert TOKEN not in caplog.text


async def given_up(server: KubeSpawner) -> Any:
    """Have a server's watch of pods end, as KubeSpawner's does when it has tried for a minute."""
    await server._start_watching_pods()
    watch = server.pod_reflector
    watch.watch_task.cancel()
    await asyncio.wait([watch.watch_task])
    return watch


async def test_a_watch_that_has_given_up_is_begun_anew(starts: Any) -> None:
    server = await starts(403)
    before = await given_up(server)
    assert await server.poll() == 1
    assert server.pod_reflector is not before
    assert not server.pod_reflector.watch_task.done()


async def test_while_the_api_server_stays_away_what_was_known_last_holds(
    starts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await starts(403)
    before = await given_up(server)
    before.resources[f"people/{server.pod_name}"] = {"status": {"phase": "Pending"}}
    with monkeypatch.context() as away:
        away.setattr(before.api.api_client.configuration, "host", f"http://127.0.0.1:{free_port()}")
        assert await server.poll() is None
        assert server.pod_reflector is before
    assert await server.poll() == 1


async def test_a_watch_that_cannot_be_replaced_stays_for_those_who_lean_on_it(
    starts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await starts(403)
    await server._start_watching_pods()
    before = server.pod_reflector
    with monkeypatch.context() as away:
        away.setattr(Configuration, "_default", Configuration(host=f"http://127.0.0.1:{free_port()}"))
        away.setattr(before.api.api_client.configuration, "host", f"http://127.0.0.1:{free_port()}")
        with pytest.raises(ClientError):
            await server._start_watching_pods(replace=True)
    assert server.pod_reflector is before
    assert not before.watch_task.done()


async def test_a_pod_that_is_deleted_before_it_is_ready_is_told_as_such(starts: Any) -> None:
    server = await starts(201)  # takes the pod, and lists none
    server.start_timeout = 8
    with pytest.raises(HTTPError) as refused:
        await server.start()
    assert refused.value.jupyterhub_message == (
        "Your server cannot be started now. Its pod was deleted before it was ready. Start your server again."
    )
