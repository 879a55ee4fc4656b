"""``onedata bundle`` and what it makes: gathered from a real registry, installed into a fresh one."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.hub.bundle.conftest import NAMES, TAG, Sources
from tests.support.registry import Registry

pytestmark = pytest.mark.timeout(300)


def bundle(
    sources: Sources, folder: Path, *more: str, environment: dict[str, Any] | None = None
) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "onedata.cli", "bundle", str(folder), *sources.arguments(), *more]
    base = sources.registry.environment() | {"ONEDATA_HELM": str(sources.helm)}
    return subprocess.run(
        command, env=base | (environment or {}), capture_output=True, text=True, timeout=240, check=False
    )


def install(folder: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = ["sh", str(folder / "install.sh"), *arguments]
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def whole(sources: Sources, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that is complete."""
    folder = tmp_path_factory.mktemp("whole") / "bundle"
    done = bundle(sources, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_it_holds_images_wheels_chart_and_what_installs_them(whole: Path) -> None:
    assert {path.name for path in whole.iterdir()} == {
        "images", "wheels", "chart", "proxy.tar.gz", "install.sh", "README.md", "bundle.json", "SHA256SUMS",
    }  # fmt: skip
    archives = {path.name for path in (whole / "images").glob("*.tar")}
    assert archives == {f"one-data-studio_{name}_{TAG}.tar" for name in NAMES}
    wheels = {path.name.partition("-")[0] for path in (whole / "wheels").iterdir()}
    assert wheels == {"onedata", "onedata_hub", "onedata_lab", "typing_extensions"}
    (chart,) = (whole / "chart").glob("*.tgz")
    with tarfile.open(chart) as packed:
        assert "one-data-studio/charts/jupyterhub/Chart.yaml" in packed.getnames()
    assert (whole / "chart" / "examples" / "air-gapped.yaml").is_file()
    with tarfile.open(whole / "proxy.tar.gz") as packed:
        assert "proxy/node_modules/configurable-http-proxy/package.json" in packed.getnames()
    assert json.loads((whole / "bundle.json").read_text())["about"]["version"] == "0.1.0"


def test_every_file_has_a_checksum_and_one_that_changed_is_found(sources: Sources, made: Path) -> None:
    assert bundle(sources, made).returncode == 0
    assert install(made, "check").returncode == 0
    archive = next((made / "images").glob("*.tar"))
    archive.write_bytes(archive.read_bytes()[:-1] + b"x")
    refused = install(made, "check")
    assert refused.returncode == 1
    assert f"images/{archive.name}: FAILED" in refused.stdout


def test_what_is_done_is_not_done_again(sources: Sources, whole: Path) -> None:
    times = {path: path.stat().st_mtime_ns for path in (whole / "images").glob("*.tar")}
    again = bundle(sources, whole)
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("is here") == 3
    assert "wheels     4 are here" in again.stdout
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_an_image_that_is_another_now_is_gathered_anew(sources: Sources, made: Path, tmp_path: Path) -> None:
    from tests.cluster.images import write_image

    assert bundle(sources, made).returncode == 0
    archive = tmp_path / "other.tar"
    write_image(archive, f"one-data-studio/proxy:{TAG}", b"\0" * 20480, {"Cmd": ["other"]})
    sources.registry.push(archive, f"one-data-studio/proxy:{TAG}")
    again = bundle(sources, made)
    assert again.stdout.count("is here") == 2
    config = sources.registry.skopeo(
        "inspect", "--config", f"oci-archive:{made}/images/one-data-studio_proxy_{TAG}.tar"
    )
    assert json.loads(config)["config"]["Cmd"] == ["other"]


def test_its_images_go_into_a_fresh_registry_and_its_values_name_them(whole: Path, tmp_path: Path) -> None:
    with Registry(tmp_path / "site") as site:
        done = install(whole, "images", f"{site.host}/tools", HOME=site.environment()["HOME"])
        assert done.returncode == 0, done.stderr
        assert site.images() == {f"tools/one-data-studio/{name}": [TAG] for name in NAMES}
        values = yaml.safe_load((whole / "images.yaml").read_text())
        hub = values["jupyterhub"]
        assert [values["image"], hub["hub"]["image"]] == [
            {"name": f"{site.host}/tools/one-data-studio/hub", "tag": TAG}
        ] * 2
        assert hub["singleuser"]["image"]["name"] == f"{site.host}/tools/one-data-studio/notebook"
        assert hub["proxy"]["chp"]["image"]["name"] == f"{site.host}/tools/one-data-studio/proxy"


def test_its_wheels_make_an_environment_with_no_index(whole: Path, tmp_path: Path) -> None:
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_FIND_LINKS": ""}
    done = install(whole, "wheels", str(tmp_path / "venv"), **nowhere)
    assert done.returncode == 0, done.stderr
    program = "import onedata, onedata_hub, onedata_lab, typing_extensions"
    subprocess.run([tmp_path / "venv" / "bin" / "python", "-c", program], check=True)
    assert (tmp_path / "venv/share/onedata/proxy/node_modules/configurable-http-proxy").is_dir()


@pytest.mark.parametrize(
    ("program", "words"),
    [("skopeo", "skopeo is not on this machine"), ("helm", "Install Helm 4")],
)
def test_a_missing_program_is_named_with_what_it_is_for(
    sources: Sources, made: Path, tmp_path: Path, program: str, words: str
) -> None:
    environment = {"PATH": str(tmp_path)} if program == "skopeo" else {"ONEDATA_HELM": "/nowhere/helm"}
    refused = bundle(sources, made, environment=environment)
    assert refused.returncode == 1
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("--from=registry.example.org/x", "names no place of images"),
        ("--wheels=/nowhere", "has 0 wheels of onedata"),
        ("--lock=/nowhere.txt", "There is no /nowhere.txt"),
        ("--chart=/nowhere", "/nowhere is no chart"),
        ("--hub-chart=/nowhere.tgz", "There is no /nowhere.tgz"),
        ("--with=gpu", "There is no image 'gpu' to add"),
        ("--image=busybox", "'busybox' is no full name of an image"),
        ("--tag=0.0", "manifest unknown"),
    ],
)
def test_what_cannot_be_gathered_is_refused_in_a_sentence(
    sources: Sources, made: Path, argument: str, words: str
) -> None:
    refused = bundle(sources, made, argument)
    assert refused.returncode == 1
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_site_without_skopeo_is_told_so(whole: Path, tmp_path: Path) -> None:
    for name in ("sh", "dirname", "sed"):
        (tmp_path / name).symlink_to(f"/bin/{name}")
    refused = install(whole, "images", "registry.example.org", PATH=str(tmp_path))
    assert refused.returncode == 1
    assert "skopeo is not on this machine" in refused.stderr
