"""The images: small, without secrets, and each does its work as nobody in particular on a root it cannot write."""

import json
import os
import platform
import re
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.archives import Contents
from tests.cluster.client import Cluster, wait_for
from tests.cluster.image_builds import IMAGES, LARGE_IMAGES, Built, build_images, import_images, run_in
from tests.cluster.place import ClusterError
from tests.cluster.wheels import ROOT, build_wheels

pytestmark = pytest.mark.timeout(1800)
_NAMES = [image.folder for image in IMAGES]
_MB = 1_000_000
# Compressed, as a registry holds and a node pulls them: measured on Debian 12, and a tenth more.
_LARGEST_MB = {"notebook": 560, "hub": 410, "proxy": 150, "notebook-gpu": 3_930, "serve": 4_700}
_LARGE_TOO = os.environ.get("ONEDATA_LARGE_IMAGES") == "1"
_IF_LARGE = pytest.mark.skipif(
    not _LARGE_TOO,
    reason="gigabytes: ONEDATA_LARGE_IMAGES=1 builds and tests notebook-gpu and serve, in 60 GB of disk",
)
_IF_ARM64 = pytest.mark.skipif(
    os.environ.get("ONEDATA_ARM64_IMAGES") != "1",
    reason="slow: ONEDATA_ARM64_IMAGES=1 builds hub, notebook and proxy for arm64, emulated, in twenty minutes",
)
_IF_QEMU = pytest.mark.skipif(
    platform.machine() == "x86_64" and not os.environ.get("ONEDATA_TEST_QEMU"),
    reason="PyTorch cannot be imported on Debian 12's QEMU: name a newer one in ONEDATA_TEST_QEMU",
)
_EVERY = [*_NAMES, *(pytest.param(image.folder, marks=_IF_LARGE) for image in LARGE_IMAGES)]
_OF_PYTHON = [one for one in _EVERY if one != "proxy"]
_OURS_MB = 4
_MACHINE = "import platform; print(platform.machine())"
_SETTINGS_OF_SITES = {"pip.conf", "uv.toml", ".npmrc", ".netrc", ".pypirc", "auth.json", "id_rsa"}
_OUR_SETTINGS = {
    "/opt/onedata/share/onedata/proxy-lock/.npmrc"
}  # as committed: it keeps hosts out of a lock file
_RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}


@pytest.fixture(scope="session")
def images() -> dict[str, Built]:
    built = build_images(print)
    if _LARGE_TOO:
        built += [build_images(print, only=image.folder)[-1] for image in LARGE_IMAGES]
    return {one.image.folder: one for one in built}


@pytest.fixture(scope="session")
def contents(images: dict[str, Built]) -> dict[str, Contents]:
    return {name: Contents.read(built, _site_marks()) for name, built in images.items()}


@pytest.fixture(scope="session")
def in_cluster(cluster: Cluster, images: dict[str, Built]) -> dict[str, str]:
    """The images' names as pods say them, with their digests."""
    if not cluster.is_ours:
        pytest.skip("images are imported into the project's own cluster only")
    import_images([built for built in images.values() if not built.image.is_large], print)
    return {name: f"{built.image.name.rpartition(':')[0]}@{built.digest}" for name, built in images.items()}


@pytest.mark.parametrize("name", _EVERY)
def test_an_image_is_no_larger_than_measured(name: str, images: dict[str, Built]) -> None:
    layers = images[name].layers()
    total = sum(size for _, size in layers)
    assert total < _LARGEST_MB[name] * _MB, [(made[:60], f"{size / _MB:.1f} MB") for made, size in layers]


@pytest.mark.parametrize("name", ["notebook", "hub"])
def test_what_changes_every_day_is_a_small_layer(name: str, images: dict[str, Built]) -> None:
    (size,) = [size for made, size in images[name].layers() if "/wheels/*.whl" in made]
    assert size < _OURS_MB * _MB


@pytest.mark.parametrize("name", ["notebook", "hub"])
def test_an_image_carries_the_code_of_its_wheels(
    name: str, images: dict[str, Built], contents: dict[str, Contents]
) -> None:
    wheels = build_wheels()
    expected = {}
    for distribution in images[name].image.wheels:
        with zipfile.ZipFile(wheels[distribution]) as wheel:
            expected |= {file: wheel.read(file) for file in wheel.namelist() if file.endswith(".py")}
    assert len(expected) > 20
    assert {file for file, code in expected.items() if contents[name].ours.get(file) != code} == set()


@pytest.mark.parametrize("name", _EVERY)
def test_an_image_names_a_user_by_number_who_is_not_root(name: str, images: dict[str, Built]) -> None:
    user = images[name].configuration()["config"]["User"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user), "runAsNonRoot can be checked for a number alone"


@pytest.mark.parametrize("name", _EVERY)
def test_no_layer_holds_a_registry_host_a_secret_or_a_cache(
    name: str, images: dict[str, Built], contents: dict[str, Contents]
) -> None:
    configured = [
        path
        for layer, path in contents[name].paths
        if layer > 0
        and path not in _OUR_SETTINGS
        and (
            Path(path).name in _SETTINGS_OF_SITES
            or path.startswith(("/run/secrets/", "/root/.cache/", "/var/lib/apt/lists/", "/wheels/"))
        )
    ]
    assert configured == []
    assert contents[name].marked == []
    described = json.dumps(images[name].configuration())
    assert "://" not in described
    assert not [mark for mark in _site_marks() if mark.decode() in described]


def _site_marks() -> list[bytes]:
    """What would tell of the machine that built an image: its package indexes and its own certificates."""
    settings = [
        value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "NPM_CONFIG_"))
    ]
    indexes = [value.encode() for value in settings if "://" in value]
    own = [
        path.read_text().split("\n")[1] for path in Path("/usr/local/share/ca-certificates").rglob("*.crt")
    ]
    return [*indexes, *(line.encode() for line in own)]


@pytest.mark.parametrize("name", _OF_PYTHON)
def test_every_module_is_compiled(name: str, contents: dict[str, Contents]) -> None:
    libraries = ("/opt/onedata/lib/", "/opt/vllm/lib/")
    ours = [Path(path) for _, path in contents[name].paths if path.startswith(libraries)]
    compiled: dict[Path, set[str]] = defaultdict(set)
    for path in ours:
        if path.suffix == ".pyc":
            compiled[path.parent.parent].add(path.name.partition(".")[0])
    modules = [path for path in ours if path.suffix == ".py"]
    bare = [str(path) for path in modules if path.stem not in compiled[path.parent]]
    assert len(modules) > 3000
    # Templates of other packages that are no Python yet cannot be compiled.
    assert len(bare) < 20, bare


@pytest.mark.parametrize("name", _OF_PYTHON)
def test_the_bill_of_materials_names_every_package(
    name: str, images: dict[str, Built], contents: dict[str, Contents]
) -> None:
    listed = _listed(images[name], contents[name])
    installed = set()
    for _, path in contents[name].paths:
        if match := re.search(r"site-packages/([^/]+)-([^/]+)\.dist-info/METADATA$", path):
            installed.add(f"pkg:pypi/{re.sub(r'[-_.]+', '-', match[1]).lower()}@{match[2]}")
    assert len(installed) > 100
    assert installed - listed == set()
    assert any(purl.startswith("pkg:deb/debian/tini@") for purl in listed)


def test_the_bill_of_materials_of_the_proxy_names_node_and_every_package_of_its_lock(
    images: dict[str, Built], contents: dict[str, Contents]
) -> None:
    listed = _listed(images["proxy"], contents["proxy"])
    lock = json.loads((ROOT / "hub" / "proxy" / "package-lock.json").read_text())
    locked = {
        f"pkg:npm/{place.rpartition('node_modules/')[2].replace('@', '%40')}@{package['version']}"
        for place, package in lock["packages"].items()
        if place and not package.get("dev")
    }
    assert len(locked) > 20
    assert {purl for purl in listed if purl.startswith("pkg:npm/")} == locked
    for what in ("pkg:generic/node@", "pkg:deb/debian/libc6@"):
        assert any(purl.startswith(what) for purl in listed), what


def _listed(built: Built, contents: Contents) -> set[str]:
    """Name what a bill of materials lists; the one beside the image is the one in it."""
    bill = json.loads(built.bill.read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert contents.bill == built.bill.read_bytes()
    return {component["purl"] for component in bill["components"]}


@_IF_ARM64
@pytest.mark.parametrize(
    ("name", "program", "said"),
    [
        ("proxy", ("node", "-p", "process.arch"), "arm64"),
        ("hub", ("python", "-c", f"import onedata_hub.kubernetes, mlflow, psycopg; {_MACHINE}"), "aarch64"),
        ("notebook", ("python", "-c", f"import jupyterlab, onedata, pandas, duckdb; {_MACHINE}"), "aarch64"),
        pytest.param(
            *("notebook-gpu", ("python", "-c", f"import onedata, torch, triton; {_MACHINE}"), "aarch64"),
            marks=[_IF_LARGE, _IF_QEMU],
        ),
        pytest.param(
            *("serve", ("python", "-c", f"import torch, vllm; {_MACHINE}"), "aarch64"),
            marks=[_IF_LARGE, _IF_QEMU],
        ),
    ],
)
@pytest.mark.timeout(3600)
def test_an_image_for_arm64_is_of_the_same_dockerfile_and_runs(
    name: str, program: tuple[str, ...], said: str
) -> None:
    built = build_images(print, only=name, architecture="arm64")[-1]
    assert built.configuration()["architecture"] == "arm64"
    assert run_in(built.image, *program).splitlines()[-1] == said


@_IF_LARGE
def test_a_notebook_with_a_gpu_has_torch_for_cuda_and_a_compiler(images: dict[str, Built]) -> None:
    program = (
        "import json, torch, triton, onedata, shutil, sysconfig, os\n"
        "headers = os.path.exists(sysconfig.get_path('include') + '/Python.h')\n"
        "print(json.dumps([torch.version.cuda, torch.backends.cuda.is_built(), shutil.which('g++'), headers]))"
    )
    said = run_in(images["notebook-gpu"].image, "python", "-c", program)
    cuda, is_built, compiler, headers = json.loads(said.splitlines()[-1])
    assert re.fullmatch(r"13\.\d+", cuda)
    assert (is_built, compiler, headers) == (True, "/usr/bin/g++", True)


@_IF_LARGE
def test_the_layer_of_cuda_is_one_of_its_own_over_the_notebooks(images: dict[str, Built]) -> None:
    notebook, gpu = images["notebook"].layer_blobs(), images["notebook-gpu"].layer_blobs()
    assert gpu[: len(notebook)] == notebook
    made = [made for made, _ in images["notebook-gpu"].layers()]
    assert re.fullmatch(r"COPY \S+ in /opt/onedata/lib", made[len(notebook)])


@_IF_LARGE
def test_vllm_is_made_for_cuda_and_says_so_where_there_is_no_gpu(images: dict[str, Built]) -> None:
    program = "import torch, triton, vllm; print(vllm.__version__, torch.version.cuda)"
    said = run_in(images["serve"].image, "python", "-c", program)
    assert re.fullmatch(r"0\.\d+\.\d+ 13\.\d+", said.splitlines()[-1])
    with pytest.raises(ClusterError, match="Failed to infer device type"):
        run_in(images["serve"].image, "vllm", "serve", "--help")


def test_a_kernel_runs_as_nobody_on_a_root_it_cannot_write(
    cluster: Cluster, in_cluster: dict[str, str], namespace: str
) -> None:
    program = (
        "import nbclient, nbformat\n"
        "cell = nbformat.v4.new_code_cell('import os, onedata, pandas; print(os.getuid(), onedata.__name__)')\n"
        "book = nbformat.v4.new_notebook(cells=[cell])\n"
        "nbclient.NotebookClient(book, kernel_name='onedata', timeout=120).execute()\n"
        "print(book.cells[0].outputs[0].text, end='')\n"
    )
    _start(cluster, namespace, _container("kernel", in_cluster["notebook"], "python", "-c", program))
    assert _ended(cluster, namespace) == "Succeeded", cluster.kubectl(
        "logs", "it", f"--namespace={namespace}"
    )
    assert cluster.kubectl("logs", "it", f"--namespace={namespace}").splitlines()[-1] == "1000 onedata"


def test_a_server_is_ready_without_a_word_in_its_log(
    cluster: Cluster, in_cluster: dict[str, str], namespace: str
) -> None:
    command = [
        "jupyter-lab",
        "--no-browser",
        "--ip=127.0.0.1",
        "--port=8888",
        "--IdentityProvider.token=letmein",
    ]
    _start(cluster, namespace, _container("server", in_cluster["notebook"], *command))
    page = "http://127.0.0.1:8888/lab/api/settings?token=letmein"
    answer = wait_for("JupyterLab", lambda: _fetch(cluster, namespace, "server", page))
    assert "@onedata/lab" in answer
    assert cluster.kubectl("logs", "it", f"--namespace={namespace}").strip() == ""


def test_hub_studio_mlflow_and_proxy_run_as_nobody_on_a_root_they_cannot_write(
    cluster: Cluster, in_cluster: dict[str, str], namespace: str
) -> None:
    config = {"jupyterhub_config.py": _HUB}
    cluster.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "hub"}, "data": config},
        namespace=namespace,
    )
    hub = _container("hub", in_cluster["hub"], env={"CONFIGPROXY_AUTH_TOKEN": "between-the-two"})
    hub["volumeMounts"].append({"name": "config", "mountPath": "/usr/local/etc/jupyterhub"})
    proxy = _container(
        "proxy",
        in_cluster["proxy"],
        *("--ip=127.0.0.1", "--port=8000", "--api-ip=127.0.0.1", "--api-port=8001"),
        env={"CONFIGPROXY_AUTH_TOKEN": "between-the-two"},
    )
    migrated = "python -m onedata_hub.studio migrate && exec python -m onedata_hub.studio"
    studio = _container("studio", in_cluster["hub"], "sh", "-c", migrated, env=_service("studio", 8003))
    command = ("python", "-m", "onedata_hub.mlflow_service")
    mlflow = _container("mlflow", in_cluster["hub"], *command, env=_service("mlflow", 8004))
    _start(
        cluster,
        namespace,
        hub,
        proxy,
        studio,
        mlflow,
        volumes=[{"name": "config", "configMap": {"name": "hub"}}],
    )
    for page, expected in (
        ("/hub/api/", '"version": "5.'),
        ("/services/studio/health/ready", "ok"),
        ("/services/mlflow/health", "ok"),
    ):
        url = f"http://127.0.0.1:8000{page}"
        answer = wait_for(page, lambda url=url: _fetch(cluster, namespace, "hub", url), 180)
        assert expected in answer.lower()


_HUB = """
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:8000/"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:8081"
c.JupyterHub.db_url = "sqlite:////tmp/hub.sqlite"
c.JupyterHub.cookie_secret_file = "/tmp/cookie"
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:8001"
c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
c.JupyterHub.authenticator_class = "oauthenticator.generic.GenericOAuthenticator"
c.JupyterHub.services = [
    {"name": name, "url": f"http://127.0.0.1:{port}", "api_token": f"token-of-{name}"}
    for name, port in (("studio", 8003), ("mlflow", 8004))
]
"""


def _service(name: str, port: int) -> dict[str, str]:
    """What a service of the hub's is told, wherever it runs."""
    return {
        "JUPYTERHUB_API_URL": "http://127.0.0.1:8081/hub/api",
        "JUPYTERHUB_API_TOKEN": f"token-of-{name}",
        "JUPYTERHUB_CLIENT_ID": f"service-{name}",
        "JUPYTERHUB_SERVICE_NAME": name,
        "JUPYTERHUB_SERVICE_PREFIX": f"/services/{name}/",
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port}",
    }


def _container(name: str, image: str, *command: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """A container under the restricted rules, with folders of its own to write to.

    With no command it runs what its image says.
    """
    folders = ("/tmp", "/home/jovyan", "/srv/jupyterhub")
    made: dict[str, Any] = {
        "name": name,
        "image": image,
        "securityContext": _RESTRICTED,
        "env": [{"name": key, "value": value} for key, value in (env or {}).items()],
        "volumeMounts": [
            {"name": "work", "mountPath": folder, "subPath": f"{name}{folder}"} for folder in folders
        ],
    }
    return made | ({"args": list(command)} if command else {})


def _start(
    cluster: Cluster, namespace: str, *containers: dict[str, Any], volumes: list[dict[str, Any]] | None = None
) -> None:
    """Start a pod named ``it`` where only restricted pods may be; the images' own users stay."""
    cluster.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
    spec = {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 1,
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "fsGroup": 1000,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": list(containers),
        "volumes": [{"name": "work", "emptyDir": {}}, *(volumes or [])],
    }
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "it"}, "spec": spec}
    cluster.apply(pod, namespace=namespace)


def _ended(cluster: Cluster, namespace: str) -> str:
    def phase() -> str:
        now = str(cluster.get("pod", "it", namespace)["status"]["phase"])
        return now if now in ("Succeeded", "Failed") else ""

    return str(wait_for("the end of the pod", phase, 180))


def _fetch(cluster: Cluster, namespace: str, container: str, url: str) -> str:
    """Give a page as the container itself gets it; empty while there is none."""
    program = f"import urllib.request; print(urllib.request.urlopen({url!r}, timeout=5).read().decode())"
    command = [
        "exec",
        "it",
        f"--namespace={namespace}",
        f"--container={container}",
        "--",
        "python",
        "-c",
        program,
    ]
    return cluster.try_kubectl(*command).stdout
