"""A bundle installs the platform where nothing else is reached, and the self test goes its whole path there."""

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from onedata_hub.launch.hub_login import HubLogin

from tests.cluster.client import Cluster
from tests.cluster.image_builds import build_images
from tests.cluster.images import forget
from tests.cluster.place import HOME, HOST_ADDRESS
from tests.helm.charts import Helm
from tests.helm.installed import USER_PASSWORD, VALUES, Installed, new_release
from tests.support.bundles import Sources, install, write_lock, write_wheels
from tests.support.registry import Registry

pytestmark = [pytest.mark.timeout(1800), pytest.mark.slow]

_TAG = "bundled"
# The first-hour notebook takes a gigabyte at its peak.
_PROFILE = {
    "display_name": "Notebook",
    "slug": "notebook",
    "default": True,
    "kubespawner_override": {
        "cpu_limit": 2,
        "cpu_guarantee": 0.01,
        "mem_limit": "3G",
        "mem_guarantee": "64M",
    },
}


@pytest.fixture(scope="module")
def bundle(helm: Helm, full_chart: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle, gathered where the images were built; that place's registry is gone when the site unpacks it."""
    folder = tmp_path_factory.mktemp("bundle")
    write_wheels(folder / "dist")
    write_lock(folder / "lock.txt")
    with Registry(folder / "origin") as origin:
        for built in build_images(print):
            origin.push(built.archive, f"one-data-studio/{built.image.folder}:{_TAG}")
        sources = Sources(origin, _TAG, folder / "dist", folder / "lock.txt", full_chart, None, helm.program)
        done = sources.bundle(folder / "bundle")
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.rmtree(folder / "origin")
    return folder / "bundle"


@pytest.fixture(scope="module")
def site(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """The site's registry, empty, and the only one that the cluster can pull from."""
    if not cluster.is_ours:
        pytest.skip("another's cluster cannot be told of this machine's registry")
    with Registry(tmp_path_factory.mktemp("site"), HOST_ADDRESS) as registry:
        told = HOME / "etc" / "registries" / registry.host
        told.mkdir(parents=True)
        (told / "hosts.toml").write_text(
            f'server = "http://{registry.host}"\n[host."http://{registry.host}"]\ncapabilities = ["pull", "resolve"]\n'
        )
        yield registry
        shutil.rmtree(told)
        forget(registry.host)


@pytest.fixture(scope="module")
def installed(
    cluster: Cluster,
    helm: Helm,
    bundle: Path,
    site: Registry,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installed]:
    """The release that the bundle's own script made."""
    pushed = install(bundle, "images", site.host, HOME=site.environment()["HOME"])
    assert pushed.returncode == 0, pushed.stderr
    folder = tmp_path_factory.mktemp("bundle")
    (chart,) = (bundle / "chart").glob("*.tgz")
    with new_release(cluster, helm, chart, folder) as release:
        values = folder / "values.json"
        values.write_text(json.dumps(_without_images()))
        done = install(
            bundle,
            *("chart", release.namespace, "-f", str(values), "--wait", "--timeout", "600s"),
            KUBECONFIG=str(cluster.kubeconfig),
            PATH=f"{helm.program.parent}{os.pathsep}{os.environ['PATH']}",
        )
        assert done.returncode == 0, f"{done.stderr}\n{release.state()}"
        yield release


def _without_images() -> dict[str, Any]:
    """The tests' values as a site would write them: what the images are called, the bundle says."""
    values = copy.deepcopy(VALUES)
    hub = values["jupyterhub"]
    del values["image"], hub["hub"]["image"], hub["proxy"], hub["singleuser"]["image"]
    hub["singleuser"]["profileList"] = [_PROFILE]
    return values


def test_every_pod_runs_an_image_of_the_sites_registry(installed: Installed, site: Registry) -> None:
    pods = json.loads(installed.kubectl("get", "pods", "-o", "json"))["items"]
    images = [container["image"] for pod in pods for container in pod["spec"]["containers"]]
    assert len(images) >= 4
    assert {image.rpartition("/")[0] for image in images} == {f"{site.host}/one-data-studio"}


def test_the_self_test_goes_the_whole_path_on_it(installed: Installed, tmp_path: Path) -> None:
    with installed.reached() as url:
        with HubLogin(url, "selftest", USER_PASSWORD) as login:
            token = login.make_token(expires_in=3600, note="self test")
        done = subprocess.run(
            [sys.executable, "-m", "onedata.cli", "selftest", "--url", url, "--folder", str(tmp_path)],
            env=os.environ | {"ONEDATA_TOKEN": token},
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
    print(done.stdout)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\n{installed.state()}"
    (record,) = tmp_path.glob("selftest-*.json")
    report = json.loads(record.read_text())
    assert report["passed"] is True
    assert report["found"]["flights"] == "336776"
    assert "jupyter-selftest" not in installed.pods()
