"""The images: small, without secrets, compiled, with all that is in them named, and for both processors."""

import json
import os
import platform
import re
import zipfile
from collections import defaultdict
from pathlib import Path

import pytest

from tests.cluster.archives import Contents
from tests.cluster.conftest import LARGE_TOO
from tests.cluster.image_builds import IMAGES, LARGE_IMAGES, Built, build_images, run_in
from tests.cluster.place import ClusterError
from tests.cluster.wheels import ROOT, build_wheels

pytestmark = pytest.mark.timeout(7200 if LARGE_TOO else 1800)  # the first builds what all look at
_NAMES = [image.folder for image in IMAGES]
_MB = 1_000_000
# Compressed, as a registry holds and a node pulls them: measured on Debian 12, and a tenth more.
_LARGEST_MB = {"notebook": 560, "hub": 410, "proxy": 150, "notebook-gpu": 3_930, "serve": 4_700}
_IF_LARGE = pytest.mark.skipif(
    not LARGE_TOO,
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


@pytest.fixture(scope="session")
def contents(images: dict[str, Built]) -> dict[str, Contents]:
    return {name: Contents.read(built, _site_marks()) for name, built in images.items()}


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
