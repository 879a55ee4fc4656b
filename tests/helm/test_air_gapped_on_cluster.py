"""The example for a site without a way out, installed as it stands but for the site's own names.

So the proxy itself serves HTTPS with a certificate of the site's own authority, databases and objects are elsewhere,
and every Secret is made by the command of its page. People log in by a password here: no provider is needed for it.
"""

import asyncio
import re
import shlex
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from onedata_hub.server_size import laid_over
from onedata_hub.tour.hub_session import HubSession

from tests.cluster.client import Cluster
from tests.cluster.place import HOST_ADDRESS
from tests.helm.charts import ROOT, Helm
from tests.helm.holding import Hold
from tests.helm.installed import IMAGES, USER_PASSWORD, VALUES, Installed, example, new_release
from tests.helm.losing import SERVER, has_said, until
from tests.helm.relay import relayed
from tests.helm.using import PUBLISH, TEAM, TRACK, end_of, submit
from tests.support.postgres import Postgres
from tests.support.s3 import ACCESS_KEY, SECRET_KEY, S3Gateway, s3_gateway
from tests.support.site_certificate import SiteCertificate, make_certificate

__all__ = ["s3_gateway"]
pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

_PAGE = ROOT / "docs" / "how-to" / "air-gapped.md"
_NAME = "proxy-public"  # the platform's name at this site: its pods find it without more
_IDLE_SECONDS = 40
_HUB_PASSWORD = "of-the-hubs-account"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> SiteCertificate:
    return make_certificate("127.0.0.1", tmp_path_factory.mktemp("authority"), _NAME)


@pytest.fixture(scope="module")
def installed(
    cluster: Cluster,
    helm: Helm,
    full_chart: Path,
    postgres: Postgres,
    s3_gateway: S3Gateway,
    certificate: SiteCertificate,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installed]:
    """The example with PostgreSQL and S3 on this machine, after the commands of its page."""
    if not cluster.is_ours:
        pytest.skip("the pods of another's cluster cannot reach PostgreSQL and S3 of this machine")
    with ExitStack() as made:
        ports = [postgres.port, int(urlsplit(s3_gateway.endpoint_url).port or 0)]
        database, s3 = (made.enter_context(relayed(HOST_ADDRESS, port)) for port in ports)
        addresses = {
            name: postgres.empty_database().replace(
                f"127.0.0.1:{postgres.port}", f"{HOST_ADDRESS}:{database}"
            )
            for name in ("studio", "mlflow", "hub")
        }
        bucket = urlsplit(s3_gateway.new_url()).netloc
        values = laid_over(example("air-gapped"), _of_the_site(addresses["hub"], bucket, s3))
        folder = tmp_path_factory.mktemp("air-gapped")
        release = replace(
            made.enter_context(new_release(cluster, helm, full_chart, folder, values)), parts=()
        )
        _make_secrets(release, certificate, addresses)
        release.change("install")
        yield release


def _of_the_site(hub: str, bucket: str, s3: int) -> dict[str, Any]:
    """Give what a site writes for the names in example.org, and its own way to log in."""
    profiles = VALUES["jupyterhub"]["singleuser"]["profileList"]
    return {
        "image": IMAGES["hub"],
        "global": {
            "onedata": {
                "publicUrl": f"https://{_NAME}",
                "idleTimeoutSeconds": _IDLE_SECONDS,
                "workspaces": {"team-a": ["ann"]},
                "objects": {
                    "s3": {
                        "bucket": bucket,
                        "endpointUrl": f"http://{HOST_ADDRESS}:{s3}",
                        "region": "us-east-1",
                    }
                },
            }
        },
        "jupyterhub": {
            "hub": {
                "image": IMAGES["hub"],
                "db": {"url": hub.replace("postgresql://", "postgresql+psycopg://")},
                "config": {
                    "JupyterHub": {"authenticator_class": "shared-password"},
                    "SharedPasswordAuthenticator": {"user_password": USER_PASSWORD},
                    "Authenticator": {"allow_all": True},
                },
            },
            # No load balancer is here to give an address, and Helm waits for one.
            "proxy": {
                "chp": {"image": IMAGES["proxy"]},
                "https": {"hosts": [_NAME]},
                "service": {"type": "ClusterIP"},
            },
            "singleuser": {
                "image": IMAGES["notebook"],
                "storage": {"capacity": "1Gi"},
                "profileList": profiles,
            },
        },
    }


def _make_secrets(release: Installed, certificate: SiteCertificate, addresses: dict[str, str]) -> None:
    """Run the page's commands, with the site's own words where it has dots."""
    own = {
        "studio-url": addresses["studio"],
        "mlflow-url": addresses["mlflow"],
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "hub-password": _HUB_PASSWORD,
        "cert": str(certificate.file),
        "key": str(certificate.key_file),
        "from-file": f"ca.pem={certificate.file}",
    }
    commands = re.findall(r"^kubectl -n onedata create ((?:.*\\\n)*.*)$", _PAGE.read_text(), re.M)
    assert len(commands) == 7
    for command in commands:
        words = [_filled(word, own) for word in shlex.split(command.replace("\\\n", " "))]
        release.kubectl("create", *words)


def _filled(word: str, own: dict[str, str]) -> str:
    """Put the site's own into a word such as ``--from-literal=hub-password=…`` or ``--cert=tls.crt``."""
    flag, _, rest = word.partition("=")
    if flag == "--from-literal":
        key, _, value = rest.partition("=")
        return f"{flag}={key}={own.get(key, value)}"
    return f"{flag}={own[flag[2:]]}" if flag[2:] in own else word


@pytest.fixture
async def ann(
    installed: Installed, certificate: SiteCertificate, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[HubSession]:
    """Somebody whose browser trusts the site's authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    with installed.reached("https") as url:
        async with HubSession(url, "ann") as session:
            await session.login(USER_PASSWORD)
            yield session


async def test_servers_and_runs_work_over_https_of_the_sites_own_authority_and_idle_servers_end(
    installed: Installed, ann: HubSession
):
    # What is executed from outside is no use of a server that the culler knows of; a run of its user is.
    hold = Hold()
    run = await submit(ann, "reads", f"{hold.cell}\n{PUBLISH}\n{TRACK}")
    await until("the run", lambda: has_said(ann, run, "waits"), installed=installed)
    await ann.start_server(lambda _: None, profile="small")
    for code, said in ((PUBLISH, "6"), (TRACK, "0.25 hello"), (hold.let_go, "")):
        told = await asyncio.to_thread(installed.python, SERVER, code)
        assert told.strip().rpartition("\n")[2] == said
    assert (await end_of(ann, run))["state"] == "succeeded"
    listed = (await ann.studio("GET", f"{TEAM}/datasets"))["items"]
    assert [one["name"] for one in listed] == ["numbers"]

    async def is_gone() -> bool:
        return bool((await ann.request("GET", "/users/ann")).json()["servers"] == {})

    await until("the idle server's end", is_gone, installed=installed)
