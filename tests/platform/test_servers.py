"""Servers of users: checked, limited, private, on a real hub."""

import json
import time
from pathlib import Path

import httpx
import psutil
import pytest

from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.timeout(300)]  # the first test waits for the platform


@pytest.fixture(scope="module")
def small_server(platform: Platform) -> str:
    """Cleo's running server of the small profile."""
    platform.spawn("cleo", {"profile": "small"})
    return "cleo"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"profile": "huge"}, "There is no profile 'huge'. Choose one of: standard"),
        ({"profile": "small", "cmd": ["sh"]}, "Profile 'small' has no option 'cmd'"),
        ({"profile": {"a": 1}}, "There is no profile"),
    ],
)
def test_unknown_choice_by_api_is_a_400_and_nothing_starts(
    platform: Platform, options: dict[str, object], says: str
) -> None:
    answer = platform.hub("dora", "POST", "/users/dora/server", json=options)
    assert answer.status_code == 400
    assert says in answer.json()["message"]
    assert platform.server("dora") is None
    assert platform.servers_of("dora") == []


def test_start_without_options_is_not_spoilt_by_a_refused_choice(platform: Platform) -> None:
    assert platform.hub("dora", "POST", "/users/dora/server", json={"profile": "huge"}).status_code == 400
    platform.spawn("dora")
    assert (platform.server("dora") or {})["ready"]
    platform.stop_server("dora")


def test_form_shows_the_profiles_and_refuses_a_choice_that_cannot_be_had(platform: Platform) -> None:
    with platform.login("dora") as session:
        page = session.http.get("/hub/spawn")
        assert "<legend>Choose a server</legend>" in page.text
        answer = session.http.post(
            "/hub/spawn/dora",
            params={"_xsrf": session.xsrf()},
            data={"profile": "huge"},
            follow_redirects=False,
        )
    assert answer.status_code == 400
    assert "There is no profile &#39;huge&#39;" in answer.text


def test_kernel_is_held_to_memory_and_cores_of_the_profile(platform: Platform, small_server: str) -> None:
    with platform.kernel(small_server) as kernel:
        facts = json.loads(kernel.run(
            "import json, os, resource\n"
            "print(json.dumps([resource.getrlimit(resource.RLIMIT_DATA), len(os.sched_getaffinity(0)), "
            "os.environ['MEM_LIMIT'], os.environ['ONEDATA_PROFILE']]))"
        ))  # fmt: skip
        assert facts == [[2 * 2**30] * 2, 1, str(2 * 2**30), "small"]
        said = kernel.run("try:\n    x = bytearray(3 * 2**30)\nexcept MemoryError:\n    print('no memory')")
        assert said == "no memory\n"
        assert kernel.run("print(1 + 1)") == "2\n"


def test_job_made_on_a_server_has_what_was_chosen_for_the_server(platform: Platform) -> None:
    platform.spawn("dora", {"profile": "large", "memory": "32g"})
    with platform.kernel("dora") as kernel:
        said = kernel.run(
            "import nbformat, onedata as od\n"
            "cell = nbformat.v4.new_code_cell('import os; print(os.environ[\"ONEDATA_PROFILE_OPTIONS\"])')\n"
            "nbformat.write(nbformat.v4.new_notebook(cells=[cell]), 'chosen.ipynb')\n"
            "run = od.jobs.submit('chosen.ipynb', wait=True)\n"
            "print(run.info.profile, run.info.profile_options, run.logs())"
        )
    platform.stop_server("dora")
    assert "large {'memory': '32g'} {\"memory\": \"32g\"}\n" in said


def test_kernel_finds_the_platform_and_its_workspace(platform: Platform, small_server: str) -> None:
    with platform.kernel(small_server) as kernel:
        found = kernel.run(
            "import os, urllib.request, json\n"
            "request = urllib.request.Request(os.environ['ONEDATA_STUDIO_URL'] + '/api/v1/me', "
            "headers={'Authorization': 'token ' + os.environ['JUPYTERHUB_API_TOKEN']})\n"
            "print(json.load(urllib.request.urlopen(request))['default_workspace'], os.environ['ONEDATA_WORKSPACE'], "
            "os.environ['MLFLOW_TRACKING_URI'], os.environ['MLFLOW_DISABLE_TELEMETRY'])"
        )
    assert found == f"user-cleo user-cleo {platform.mlflow_url} true\n"


def test_token_of_a_server_reaches_services_and_not_the_hub(platform: Platform, small_server: str) -> None:
    with platform.kernel(small_server) as kernel:
        scopes = json.loads(kernel.run(
            "import os, urllib.request\n"
            "request = urllib.request.Request(os.environ['JUPYTERHUB_API_URL'] + '/user', "
            "headers={'Authorization': 'token ' + os.environ['JUPYTERHUB_API_TOKEN']})\n"
            "import json; print(json.dumps(json.load(urllib.request.urlopen(request))['scopes']))"
        ))  # fmt: skip
    assert set(scopes) == {
        "access:servers!server=cleo/",
        "access:services!service=mlflow",
        "access:services!service=studio",
        "read:users:groups!user=cleo",  # who the holder is: the hub lets every token ask for that
        "read:users:name!user=cleo",
        "read:users:activity!user=cleo",
        "users:activity!user=cleo",
        "read:servers!server=cleo/",
    }


def test_server_has_nothing_of_the_hub_in_its_environment(platform: Platform, small_server: str) -> None:
    with platform.kernel(small_server) as kernel:
        variables = kernel.run("import os; print('\\n'.join(f'{k}={v}' for k, v in os.environ.items()))")
    for secret in (platform.state / "secrets").iterdir():
        assert secret.read_text().strip() not in variables
    assert "CONFIGPROXY" not in variables


def test_kernels_speak_over_sockets_in_a_private_folder(platform: Platform, small_server: str) -> None:
    with platform.kernel(small_server) as kernel:
        pid = int(kernel.run("import os; print(os.getpid())"))
        process = psutil.Process(pid)
        listening = [one for one in process.net_connections("inet") if one.status == psutil.CONN_LISTEN]
        # ipykernel opens one loopback port of its own for the debugger; shell, iopub and the rest are sockets.
        ports = {one.laddr.port for one in listening}
        folder = platform.state.sockets_folder() / small_server
        connection = json.loads(next(folder.glob(f"kernel-{kernel.id}.json")).read_text())
        assert connection["transport"] == "ipc"
        assert ports.isdisjoint({connection[name] for name in connection if name.endswith("_port")})
        assert folder.stat().st_mode & 0o077 == 0


def test_home_is_private_and_below_the_state_folder(platform: Platform, small_server: str) -> None:
    with platform.kernel(small_server) as kernel:
        place, mask = kernel.run("import os; print(os.getcwd(), oct(os.umask(0o77)))").split()
    assert Path(place) == platform.folder / "homes" / "cleo"
    assert mask == "0o77"


def test_server_is_closed_to_other_users(platform: Platform, small_server: str) -> None:
    with platform.client("bob") as bob:
        assert bob.get("/user/cleo/api/contents", follow_redirects=False).status_code == 403
    assert httpx.get(f"{platform.url}/user/cleo/api/contents", trust_env=False).status_code == 403


def test_revoked_token_stops_opening_a_server_within_seconds(platform: Platform, small_server: str) -> None:
    with platform.login(small_server) as session:
        made = session.api("POST", f"/users/{small_server}/tokens", json={"expires_in": 600}).json()
        headers = {"Authorization": f"token {made['token']}"}

        def status() -> int:
            address = f"{platform.url}/user/{small_server}/api/contents"
            return httpx.get(address, headers=headers, trust_env=False).status_code

        assert status() == 200
        assert session.api("DELETE", f"/users/{small_server}/tokens/{made['id']}").status_code == 204
        end = time.monotonic() + 15
        while status() != 403:
            assert time.monotonic() < end
            time.sleep(0.5)


def test_lab_asks_nobody_for_news(platform: Platform, small_server: str) -> None:
    with platform.client(small_server) as client:
        page = client.get(f"/user/{small_server}/lab").text
        assert (
            "@jupyterlab/apputils-extension:announcements" in page.partition('"disabledExtensions"')[2][:2000]
        )
        assert client.get(f"/user/{small_server}/lab/api/news").json() == {"news": []}
