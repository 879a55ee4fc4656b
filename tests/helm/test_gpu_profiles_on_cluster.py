"""Profiles with and without GPUs on an installed platform: the page, the start by form and API, limits, what is free.

The node claims to have GPUs; nothing is behind them, and nothing here needs more of one than the scheduler does.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from onedata_hub.launch.hub_login import HubLogin
from onedata_hub.server_size import laid_over
from onedata_hub.tour.hub_session import HubSession

from tests.cluster.client import Cluster, wait_for
from tests.cluster.up import GPU, claim_gpus
from tests.helm.charts import Helm
from tests.helm.installed import USER_PASSWORD, VALUES, Installed, new_release
from tests.helm.losing import SERVER, server_answers, until
from tests.helm.rights import TABLE, all_rights_of
from tests.helm.test_access import CAPACITY
from tests.support.openid_login import said_by

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]

_GPUS = 2
_SERVERS = "app.kubernetes.io/component=singleuser-server"
_PROFILE: dict[str, Any] = {
    "display_name": "GPU",
    "slug": "gpu",
    "allowed_groups": ["ml"],
    "profile_options": {
        "gpus": {
            "display_name": "GPUs",
            "choices": {
                "one": {"display_name": "1 GPU"},
                "two": {
                    "display_name": "2 GPUs",
                    "kubespawner_override": {"extra_resource_limits": {GPU: "2"}},
                },
            },
        }
    },
    "kubespawner_override": {
        "cpu_limit": 2,
        "cpu_guarantee": 0.01,
        "mem_limit": "2G",
        "extra_resource_limits": {GPU: "1"},
    },
}
_SMALL: dict[str, Any] = VALUES["jupyterhub"]["singleuser"]["profileList"][0]
_VALUES = laid_over(
    VALUES,
    {
        "global": {
            "onedata": {
                "workspaces": {"ml": ["ann", "ben", "cyd"]},
                "limits": {"default": {"gpus": 0}, "groups": {"ml": {"gpus": 1}}},
                "showCapacity": True,
            }
        },
        "jupyterhub": {"singleuser": {"profileList": [_SMALL, _PROFILE]}},
    },
)
_TOO_MANY = (
    "'two' for 'gpus' of profile 'gpu' cannot be had here: It takes 2 GPUs; your groups have 1 at once."
)
_OTHERS = "Profile 'gpu' is for group ml. Choose one of: small."


@pytest.fixture(scope="module")
def installed(
    cluster: Cluster, helm: Helm, full_chart: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    """The chart with a GPU profile for group ml, on a cluster whose node claims two GPUs."""
    if not cluster.is_ours:
        pytest.skip("what the node of another's cluster claims to have is not ours to set")
    claim_gpus(_GPUS)
    with new_release(cluster, helm, full_chart, tmp_path_factory.mktemp("gpus"), _VALUES) as release:
        release.change("install")
        yield release


@pytest.fixture
async def people(installed: Installed) -> AsyncIterator[dict[str, HubSession]]:
    """People with their tokens, whose servers are stopped afterwards; zoe is not in group ml."""
    sessions = {name: HubSession(installed.address(), name) for name in ("ann", "ben", "zoe")}
    async with AsyncExitStack() as opened:
        for session in sessions.values():
            await (await opened.enter_async_context(session)).login(USER_PASSWORD)
        yield sessions
        for session in sessions.values():
            await session.stop_server()


def page_of(installed: Installed, user: str) -> str:
    """Log somebody in, and give the words of the page on which they choose a server."""
    with HubLogin(installed.address(), user, USER_PASSWORD) as session:
        return said_by(session.http.get("/hub/spawn"))


def _with(words: str, page: str) -> str:
    """Give a page that has these words; the hub reads what is free at most every ten seconds."""
    return page if words in page else ""


def send_form(session: HubLogin, **fields: str) -> httpx.Response:
    """Start a server by the page's form, as its button does; give the page that comes then."""
    session.http.get("/hub/spawn")
    return session.http.post("/hub/spawn", data={"_xsrf": session.xsrf(), **fields})


async def by_form(installed: Installed, person: HubSession, profile: str) -> None:
    with HubLogin(installed.address(), person.user, USER_PASSWORD) as session:
        sent = send_form(session, profile=profile)
    assert sent.status_code == 200, said_by(sent)
    await until("the server", lambda: server_answers(person), installed=installed)


async def by_api(installed: Installed, person: HubSession, profile: str) -> None:
    await person.start_server(lambda _: None, profile=profile)


def limits_of(installed: Installed, pod: str) -> dict[str, str]:
    """Give what the container of a pod may take."""
    spec = json.loads(installed.kubectl("get", "pod", pod, "--output=json"))["spec"]
    limits: dict[str, str] = spec["containers"][0]["resources"]["limits"]
    return limits


def test_the_page_shows_gpus_to_their_group_and_how_many_are_free(installed: Installed):
    all_free = f"{_GPUS} of {_GPUS} GPUs free now."
    page = wait_for(f"'{all_free}'", lambda: _with(all_free, page_of(installed, "ann")))
    assert "Not available: It takes 2 GPUs; your groups have 1 at once." in page
    others = page_of(installed, "zoe")
    assert "Small" in others
    assert "GPU" not in others


@pytest.mark.parametrize("start", [by_form, by_api])
@pytest.mark.parametrize(
    ("profile", "limits"),
    [
        ("small", {"cpu": "1", "memory": str(2**30)}),
        ("gpu", {"cpu": "2", "memory": str(2**31), GPU: "1"}),
    ],
)
async def test_a_server_of_a_profile_is_started_by_form_and_by_api_with_its_limits(
    installed: Installed,
    people: dict[str, HubSession],
    start: Callable[[Installed, HubSession, str], Awaitable[None]],
    profile: str,
    limits: dict[str, str],
):
    await start(installed, people["ann"], profile)
    assert limits_of(installed, SERVER) == limits
    told = installed.python(SERVER, "import os; print(os.environ['ONEDATA_PROFILE'])")
    assert told.strip() == profile


async def test_what_servers_hold_is_not_free_for_the_next(
    installed: Installed, people: dict[str, HubSession]
):
    await people["ann"].start_server(lambda _: None, profile="gpu")
    one_free = f"1 of {_GPUS} GPUs free now."
    wait_for(f"'{one_free}'", lambda: _with(one_free, page_of(installed, "cyd")))
    await people["ben"].start_server(lambda _: None, profile="gpu")
    none_free = f"{_GPUS} GPUs in all, in use by 2 servers or runs."
    wait_for(f"'{none_free}'", lambda: _with(none_free, page_of(installed, "cyd")))


@pytest.mark.parametrize(
    ("user", "options", "status", "words"),
    [("ann", {"gpus": "two"}, 400, _TOO_MANY), ("zoe", {}, 403, _OTHERS)],
    ids=["more than a group has", "another group's"],
)
async def test_what_is_not_for_somebody_is_refused_in_words_by_form_and_by_api(
    installed: Installed,
    people: dict[str, HubSession],
    user: str,
    options: dict[str, str],
    status: int,
    words: str,
):
    asked = {"profile": "gpu"} | options
    refused = await people[user].request("POST", f"/users/{user}/server", json=asked)
    assert (refused.status_code, refused.json()["message"]) == (status, words)
    fields = {f"profile-option-gpu--{name}": value for name, value in options.items()}
    with HubLogin(installed.address(), user, USER_PASSWORD) as session:
        sent = send_form(session, profile="gpu", **fields)
    assert (sent.status_code, words in said_by(sent)) == (status, True), said_by(sent)
    assert installed.pods(_SERVERS) == {}


def test_the_hub_may_list_nodes_and_pods_of_the_cluster_and_nothing_else_there(installed: Installed):
    assert all_rights_of(installed, "hub", "kube-system") == CAPACITY
    assert all_rights_of(installed, "hub", installed.namespace) == CAPACITY | TABLE["hub"]
    others = [name for name in TABLE if name != "hub"]
    assert [name for name in others if all_rights_of(installed, name, "kube-system")] == []
