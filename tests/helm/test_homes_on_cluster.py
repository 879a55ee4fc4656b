"""Homes in pods: packages added with uv are there after a restart, and broken ones keep no server from starting."""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from onedata_hub.server_size import laid_over
from onedata_hub.tour.hub_session import HubSession

from tests.cluster.client import Cluster
from tests.helm.charts import Helm
from tests.helm.installed import IMAGES, USER_PASSWORD, Installed, example, new_release
from tests.helm.losing import SERVER, execute, new_kernel, server_answers, until
from tests.helm.using import end_of, submit
from tests.kernels.home.wheels import make_wheel

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]

_FILLED_IN: dict[str, Any] = {
    "image": IMAGES["hub"],
    "jupyterhub": {
        "hub": {
            "image": IMAGES["hub"],
            "config": {
                "SharedPasswordAuthenticator": {"user_password": USER_PASSWORD, "admin_password": "a" * 32}
            },
        },
        "proxy": {"chp": {"image": IMAGES["proxy"]}},
        "singleuser": {"image": IMAGES["notebook"]},
    },
}
_OWN = "/services/studio/api/v1/workspaces/user-ann"
_IMPORT = "import odd\nprint(odd.version)"
_BREAK = """
import odd, pathlib, site
pathlib.Path(odd.__file__).with_name("ends.pth").write_text("import sys; sys.exit('these packages are broken')\\n")
own = pathlib.Path(site.getusersitepackages())
own.mkdir(parents=True, exist_ok=True)
(own / "usercustomize.py").write_text("raise SystemExit('this one too')\\n")
(own / "tornado.py").write_text("raise ImportError('not the real one')\\n")
print("broken")
"""
_MEND = """
import pathlib
(before, after) = map(pathlib.Path, {moved})
[broken] = after.rglob("ends.pth")
broken.unlink()
after.rename(before)
print("mended")
"""


@pytest.fixture(scope="module")
def installed(
    cluster: Cluster, helm: Helm, full_chart: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    """The chart with the example for one node, filled in as its page says, and with the tests' images."""
    values = laid_over(example("one-node"), _FILLED_IN)
    with new_release(cluster, helm, full_chart, tmp_path_factory.mktemp("homes"), values) as release:
        release.change("install")
        yield release


@pytest.fixture
async def ann(installed: Installed) -> AsyncIterator[HubSession]:
    """Somebody whose server runs."""
    async with HubSession(installed.address(), "ann") as session:
        await session.login(USER_PASSWORD)
        await _start(installed, session)
        yield session


async def _start(installed: Installed, ann: HubSession) -> None:
    await ann.start_server(lambda _: None, profile="small")
    await until("the server", lambda: server_answers(ann), installed=installed)


async def _restart(installed: Installed, ann: HubSession) -> None:
    """Stop the server and start it again, in another pod."""
    before = installed.pods()[SERVER]
    await ann.stop_server()
    await _start(installed, ann)
    assert installed.pods()[SERVER] != before


async def _in_new_kernel(installed: Installed, ann: HubSession, code: str) -> str:
    return execute(installed, await new_kernel(ann), code)


async def _add(installed: Installed, ann: HubSession, wheel: Path) -> None:
    """Upload a wheel as the file browser does, and add it in a notebook's kernel."""
    content = base64.b64encode(wheel.read_bytes()).decode()
    body = {"type": "file", "format": "base64", "content": content}
    sent = await ann.call("PUT", f"/user/ann/api/contents/{wheel.name}", json=body)
    assert sent.is_success, sent.text
    told = await _in_new_kernel(installed, ann, f"%uv pip install --offline --no-index ./{wheel.name}")
    assert await _in_new_kernel(installed, ann, _IMPORT) == "1.0", told


async def _troubles(ann: HubSession) -> list[dict[str, Any]]:
    """Give what JupyterLab says of the home."""
    told: list[dict[str, Any]] = (await ann.get_json("/user/ann/onedata/local/home"))["troubles"]
    return told


async def test_what_is_added_with_uv_is_there_in_the_next_pod_and_in_runs(
    installed: Installed, ann: HubSession, tmp_path: Path
):
    await _add(installed, ann, make_wheel(tmp_path, "odd", "1.0"))
    await _restart(installed, ann)
    assert await _in_new_kernel(installed, ann, _IMPORT) == "1.0"
    run = await submit(ann, "odd", _IMPORT, _OWN)
    assert (await end_of(ann, run))["state"] == "succeeded"
    assert (await ann.studio("GET", f"{run}/logs"))["text"] == "1.0\n"


async def test_a_server_starts_beside_packages_that_end_python_says_so_and_mended_they_are_back(
    installed: Installed, ann: HubSession, tmp_path: Path
):
    await _add(installed, ann, make_wheel(tmp_path, "odd", "1.0"))
    assert await _in_new_kernel(installed, ann, _BREAK) == "broken"
    await _restart(installed, ann)
    assert await _troubles(ann) == [{"kind": "packages", "detail": "SystemExit: these packages are broken"}]
    assert (await ann.get("/user/ann/lab")).status_code == 200
    kernel = await new_kernel(ann)
    assert execute(installed, kernel, "print(6 * 7)") == "42"
    assert execute(installed, kernel, "import importlib.util as i; print(i.find_spec('odd'))") == "None"

    aside = await ann.call("POST", "/user/ann/onedata/local/home/aside", json={"kind": "packages"})
    [moved] = aside.json()["moved"]
    assert execute(installed, kernel, _MEND.format(moved=json.dumps(moved))) == "mended"
    await _restart(installed, ann)
    assert await _troubles(ann) == []
    assert await _in_new_kernel(installed, ann, _IMPORT) == "1.0"
