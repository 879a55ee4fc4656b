"""The studio's word on workspaces: asked once for many, kept for seconds."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest
from onedata.contract.workspaces import Me, Role, Workspace
from onedata_hub.identity import Caller
from onedata_hub.mlflow_service.members import Members, role_in
from onedata_hub.mlflow_service.refusals import Refusal

from tests.support.studio import StudioUnderTest


def caller(token: str) -> Caller:
    return Caller("ann", "user", False, frozenset(), frozenset(), token)


class CountingTransport(httpx.ASGITransport):
    """Speaks to the studio in this process, and counts."""

    asked = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        return await super().handle_async_request(request)


@contextlib.asynccontextmanager
async def members_of(
    studio: StudioUnderTest, cache_seconds: float
) -> AsyncIterator[tuple[Members, CountingTransport]]:
    transport = CountingTransport(studio.app)
    async with httpx.AsyncClient(transport=transport) as http:
        yield Members(http, "http://studio.test/services/studio", cache_seconds=cache_seconds), transport


async def test_many_requests_at_once_ask_the_studio_once(studio: StudioUnderTest):
    token = studio.hub.add_user("ann", "team-a")
    async with members_of(studio, 60) as (members, transport):
        answers = await asyncio.gather(*(members.of(caller(token)) for _ in range(20)))
        await members.of(caller(token))
    assert transport.asked == 1
    assert {workspace.name for workspace in answers[0].workspaces} == {"user-ann", "team-a"}


async def test_answer_is_asked_for_again_when_it_is_old(studio: StudioUnderTest):
    token = studio.hub.add_user("ann")
    async with members_of(studio, 0.05) as (members, _):
        before = await members.of(caller(token))
        studio.hub.users["ann"]["groups"] = ["team-b"]
        await asyncio.sleep(0.06)
        after = await members.of(caller(token))
    assert [len(me.workspaces) for me in (before, after)] == [1, 2]


async def test_token_that_the_studio_refuses_is_refused_with_its_words(studio: StudioUnderTest):
    studio.hub.add_user("ann")
    token = studio.hub.add_token("ann", ("access:services!service=mlflow",))
    async with members_of(studio, 60) as (members, _):
        with pytest.raises(Refusal, match="access:services!service=studio") as refused:
            await members.of(caller(token))
    assert refused.value.status == 403


async def test_refusal_is_not_kept(studio: StudioUnderTest):
    async with members_of(studio, 60) as (members, transport):
        for _ in range(2):
            with pytest.raises(Refusal):
                await members.of(caller("unknown"))
    assert transport.asked == 2


def me(*names: str, admin: bool = False) -> Me:
    workspaces = [Workspace(name=name, personal=False, role=Role.viewer) for name in names]
    return Me(name="ann", admin=admin, default_workspace="user-ann", workspaces=workspaces)


def test_role_is_the_one_that_the_studio_names():
    assert role_in(me("team-a"), "team-a") is Role.viewer
    assert role_in(me(admin=True), "team-a") is Role.admin


@pytest.mark.parametrize("name", ["default", "api", "x"])
def test_name_that_mlflow_cannot_have_is_refused_with_the_way_out(name: str):
    with pytest.raises(Refusal, match="Give the hub group another one"):
        role_in(me(name), name)
