"""A release whose people log in at a real Keycloak, in Chromium and over HTTP, with their servers and runs in pods."""

import asyncio
import contextlib
import copy
import json
import os
import re
import subprocess
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import nbformat
import pytest
from onedata_hub.server_size import laid_over
from onedata_hub.tour.hub_session import HubSession, TourError
from onedata_hub.tour.report import Report
from onedata_hub.tour.steps import NOTEBOOK, check_run, run_notebook, submit_job, wait_for_run
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect, sync_playwright

from tests.cluster.client import Cluster, _program
from tests.cluster.place import HOST_ADDRESS
from tests.helm.charts import ROOT, Helm
from tests.helm.installed import VALUES, Installed, example, new_release
from tests.support.keycloak import CLIENT, PASSWORD, Realm, running_keycloak
from tests.support.lab_page import LabPage
from tests.support.openid_login import Browser, path_of, said_by
from tests.support.part import take
from tests.support.ports import free_port
from tools.keycloak import find_keycloak
from tools.test_parts import find_chromium

pytestmark = [pytest.mark.timeout(1200), pytest.mark.slow]

T = TypeVar("T")
STUDIO = "/services/studio/api/v1"
TEAM = "team--data"  # the provider's /team/data
_FIRST_HOUR = ROOT / "notebooks" / "01-first-hour.ipynb"
_PATIENCE = 240_000  # milliseconds a pod may take to come up here
_REFRESH_SECONDS = 2
_PUBLISH = (
    'import onedata as od, pandas as pd; od.datasets.publish(pd.DataFrame({"a": [1, 2, 3]}), "numbers")'
)


@dataclass
class Site:
    """A release, its provider's realm, and the address at which browsers reach it."""

    installed: Installed
    realm: Realm
    url: str

    def browser(self) -> Browser:
        """Give a browser without pictures."""
        return Browser(self.realm.keycloak.certificate.trusted())

    def token_of(self, user: str) -> str:
        """Log somebody in at the provider, and make a token of theirs at the hub."""
        with self.browser() as browser:
            assert path_of(browser.log_in(f"{self.url}/hub/oauth_login?next=/hub/home", user)) == "/hub/home"
            made = browser.api(self.url, "POST", f"/users/{user}/tokens", json={"expires_in": 3600})
        assert made.status_code == 201, made.text
        return str(made.json()["token"])

    def session_of(self, user: str) -> HubSession:
        """Give somebody's way through hub and studio with a token."""
        session = HubSession(self.url, user)
        session.token = self.token_of(user)
        return session


@pytest.fixture(scope="module")
def realm(cluster: Cluster) -> Iterator[Realm]:
    """A realm whose Keycloak listens where this machine's browsers and the cluster's pods reach it alike."""
    if not cluster.is_ours:
        pytest.skip("the pods of another's cluster cannot reach the Keycloak of this machine")
    take(find_keycloak)
    with running_keycloak(HOST_ADDRESS) as keycloak:
        realm = keycloak.new_realm("http://127.0.0.1/hub/oauth_callback")
        realm.add_user("ann", groups=["/team/data"])
        realm.add_user("guest", groups=["/guests"])
        realm.add_user("root-of-all", groups=["/data-admins"])
        yield realm


@pytest.fixture(scope="module")
def site(
    realm: Realm, cluster: Cluster, helm: Helm, full_chart: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The chart installed with OpenID Connect, as the example for Keycloak has it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    realm.set_client(
        redirectUris=[f"{url}/hub/oauth_callback"],
        attributes={"post.logout.redirect.uris": f"{url}/hub/login"},
    )
    folder = tmp_path_factory.mktemp("login")
    with new_release(cluster, helm, full_chart, folder, _values(realm, url)) as release:
        certificate = realm.keycloak.certificate.file
        release.kubectl("create", "configmap", "site-authority", f"--from-file=ca.pem={certificate}")
        release.kubectl(
            "create",
            "secret",
            "generic",
            "onedata-login",
            f"--from-literal=client-secret={realm.client_secret}",
        )
        release.change("install")
        with _forwarded(release, port):
            yield Site(release, realm, url)


def _values(realm: Realm, url: str) -> dict[str, Any]:
    """Lay the example over the tests' values, in which a password lets everybody in, and fill it in."""
    values: dict[str, Any] = copy.deepcopy(laid_over(VALUES, example("keycloak")))
    values["global"]["onedata"] |= {"workspaces": {}, "identityCacheSeconds": 1}
    values["jupyterhub"]["singleuser"]["profileList"][0]["kubespawner_override"]["mem_limit"] = "2G"
    hub = values["jupyterhub"]["hub"]
    hub["config"]["OpenIDAuthenticator"] |= {
        "issuer": realm.issuer,
        "client_id": CLIENT,
        "oauth_callback_url": f"{url}/hub/oauth_callback",
        "auth_refresh_age": _REFRESH_SECONDS,
    }
    hub["extraEnv"]["SSL_CERT_FILE"] = "/etc/site/ca.pem"
    hub["extraVolumes"] = [{"name": "site-authority", "configMap": {"name": "site-authority"}}]
    hub["extraVolumeMounts"] = [{"name": "site-authority", "mountPath": "/etc/site", "readOnly": True}]
    return values


@contextlib.contextmanager
def _forwarded(release: Installed, port: int) -> Iterator[None]:
    """Hold one way to the proxy open, at an address that the provider knows."""
    with subprocess.Popen(
        [
            _program("kubectl"),
            "-n",
            release.namespace,
            "port-forward",
            "service/proxy-public",
            f"{port}:http",
        ],
        env={**os.environ, "KUBECONFIG": str(release.cluster.kubeconfig)},
        stdout=subprocess.PIPE,
        text=True,
    ) as forwarding:
        assert forwarding.stdout is not None
        assert "127.0.0.1" in forwarding.stdout.readline()
        try:
            yield
        finally:
            forwarding.terminate()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        options = {"executable_path": str(find_chromium()), "args": ["--no-sandbox"]}
        with playwright.chromium.launch(**options) as launched:
            yield launched


class PodLab(LabPage):
    """JupyterLab in a pod, come to by the provider's login and the hub's form."""

    def log_in(self) -> None:
        """Log in at Keycloak, and choose a server on the form."""
        page = self.page
        page.goto(self.platform.url)
        self.picture("1-hub")
        page.get_by_role("link", name=re.compile("Keycloak")).or_(
            page.get_by_role("button", name=re.compile("Keycloak"))
        ).first.click()
        page.get_by_label("Username or email").fill(self.user)
        page.get_by_role("textbox", name="Password").fill(PASSWORD)
        self.picture("2-keycloak")
        page.get_by_role("button", name="Sign In").click()
        page.get_by_role("radio", name="Small").check()
        self.picture("3-form")
        page.get_by_role("button", name="Start").click()
        page.wait_for_url("**/user/ann/lab**", timeout=_PATIENCE)


@pytest.fixture(scope="module")
def lab(site: Site, chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PodLab]:
    """Ann's JupyterLab in her pod; an error on its console fails the tests."""
    pictures = Path(os.environ.get("ONEDATA_TEST_PICTURES") or tmp_path_factory.mktemp("pictures"))
    with PodLab(site, chromium, "ann", pictures, trusts_all=True) as page:
        page.page.set_default_timeout(90_000)
        yield page
        page.check_console()


def test_person_comes_in_by_keycloak_and_gets_a_server_by_the_form(site: Site, lab: PodLab) -> None:
    assert "jupyter-ann" in site.installed.pods()
    environment = json.loads(
        site.installed.python("jupyter-ann", "import os, json; print(json.dumps(dict(os.environ)))")
    )
    assert environment["ONEDATA_PROFILE"] == "small"
    # The provider's tokens and the client's secret stay with the hub.
    assert site.realm.client_secret not in environment.values()
    assert not any(name.startswith("OAUTH_") for name in environment)


@pytest.mark.parametrize("panel", ["Datasets", "Experiments", "Models", "Jobs"])
def test_panel_opens_with_the_providers_group_as_a_workspace(lab: PodLab, panel: str) -> None:
    lab.sidebar(panel)
    workspaces = lab.page.get_by_role("combobox", name="Workspace").locator("visible=true").first
    expect(workspaces.get_by_role("option", name=re.compile(TEAM))).to_have_count(1, timeout=60_000)
    lab.picture(f"4-{panel.lower()}")


def test_dataset_published_in_the_pod_appears_in_its_panel(lab: PodLab) -> None:
    lab.notebook()
    lab.page.locator(".jp-CodeCell .cm-content").first.fill(_PUBLISH)
    lab.page.keyboard.press("Shift+Enter")
    expect(lab.page.locator(".jp-InputPrompt").filter(has_text="[1]:")).to_be_visible(timeout=120_000)
    lab.sidebar("Datasets")
    listed = lab.page.get_by_role("list", name="Datasets").get_by_role("button", name=re.compile("^numbers"))
    listed.click(timeout=120_000)
    lab.page.get_by_role("heading", name="user-ann/numbers").wait_for()
    lab.picture("5-published")


def test_first_hour_runs_in_the_pod_and_as_a_job_after_the_server_has_stopped(
    site: Site, lab: PodLab
) -> None:
    async def first_hour() -> None:
        report = Report(tell=print)
        async with site.session_of("ann") as ann:
            notebook = json.loads(nbformat.writes(nbformat.read(_FIRST_HOUR, as_version=4)))
            await asyncio.to_thread(upload, site, ann.token, notebook)
            await run_notebook(ann, report)
            submitted = await submit_job(ann, notebook, "first-hour", profile="small")
            await ann.stop_server()
            assert "jupyter-ann" not in site.installed.pods("component=singleuser-server")
            ended = await wait_for_run(ann, submitted, report)
            await check_run(ann, ended, report)

    run(first_hour())


def test_who_is_taken_out_of_a_group_is_out_of_the_workspace(site: Site) -> None:
    ben = site.realm.add_user("ben", groups=["/team/data", "/team/other"])
    session = site.session_of("ben")

    async def workspaces() -> set[str]:
        async with HubSession(site.url, "ben") as own:
            own.token = session.token
            return {one["name"] for one in (await own.studio("GET", f"{STUDIO}/me"))["workspaces"]}

    assert run(workspaces()) == {"user-ben", TEAM, "team--other"}
    site.realm.leave(ben, "/team/other")
    _within(30, lambda: run(workspaces()) == {"user-ben", TEAM})
    site.realm.leave(ben, "/team/data")  # the last group that may come in
    _within(30, lambda: _is_refused(workspaces))


def upload(site: Site, token: str, notebook: dict[str, Any]) -> None:
    """Put the first hour's notebook into ann's home, as one drags it into the file browser."""
    folder, _, _ = NOTEBOOK.partition("/")
    headers = {"Authorization": f"token {token}"}
    contents = f"{site.url}/user/ann/api/contents"
    with httpx.Client(headers=headers, timeout=60, trust_env=False) as client:
        client.put(f"{contents}/{folder}", json={"type": "directory"}).raise_for_status()
        body = {"type": "notebook", "format": "json", "content": notebook}
        client.put(f"{contents}/{NOTEBOOK}", json=body).raise_for_status()


def run(doing: Coroutine[Any, Any, T]) -> T:
    """Run what waits; in a thread, since Playwright's own loop has this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, doing).result()


def _is_refused(ask: Any) -> bool:
    with contextlib.suppress(TourError):
        run(ask())
        return False
    return True


def _within(seconds: float, happens: Any) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.5)


def test_administrators_come_from_their_group(site: Site) -> None:
    async def user() -> dict[str, Any]:
        async with site.session_of("root-of-all") as session:
            return dict((await session.request("GET", "/user")).json())

    assert run(user())["admin"] is True


def test_person_of_other_groups_is_told_why_they_may_not_come_in(site: Site) -> None:
    with site.browser() as browser:
        page = browser.log_in(f"{site.url}/hub/oauth_login", "guest")
    assert page.status_code == 403
    assert "'guest' may not use this platform: it is for other groups than guests" in said_by(page)


def test_logout_ends_the_session_at_the_provider_too(site: Site) -> None:
    with site.browser() as browser:
        login = f"{site.url}/hub/oauth_login?next=/hub/home"
        assert path_of(browser.log_in(login, "ann")) == "/hub/home"
        out = browser.http.get(f"{site.url}/hub/logout")
        assert path_of(out) == "/hub/login"
        asked = browser.http.get(login)
    assert urlsplit(str(asked.url)).netloc == urlsplit(site.realm.issuer).netloc  # for the password again
